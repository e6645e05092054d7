import { format, inspect } from 'node:util'
import { expect, test } from 'vitest'
import { Secret } from './secret.ts'

const VALUE = 'a-secret-of-some-length'

test.each<[string, (secret: Secret) => string]>([
  ['in a text', (secret) => `${String(secret)} ${secret.toString()} ${[secret].join()}`],
  ['as JSON, at any depth', (secret) => JSON.stringify({ config: { clientSecret: secret, all: [secret] } })],
  ['printed, hidden members included', (secret) => inspect({ secret }, { showHidden: true, depth: null })],
  ['as an argument of console.log', (secret) => format('%s %o %O %j', secret, secret, secret, secret)],
  ['by its keys', (secret) => JSON.stringify([Object.keys(secret), Object.entries(secret), { ...secret }])],
  ['copied', (secret) => JSON.stringify(structuredClone(secret))],
])('says nothing %s', (_, print) => {
  expect(print(new Secret(VALUE))).not.toContain(VALUE)
})

test('is given to whoever asks for it', () => {
  expect(new Secret(VALUE).reveal()).toBe(VALUE)
})
