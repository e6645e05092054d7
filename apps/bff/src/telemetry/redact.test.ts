import { describe, expect, test } from 'vitest'
import * as v from 'valibot'
import { Secret } from '../secret.ts'
import { redact } from './redact.ts'

const CANARY = 'CANARY-0123456789'
const written = (value: unknown) => JSON.stringify(redact(value))

describe('what is never written', () => {
  test.each<[string, unknown]>([
    ['a header', { headers: { 'X-Anything': CANARY } }],
    ['a body', { request: { body: CANARY } }],
    ['a query', { query: { text: CANARY } }],
    ['an address', { url: `https://example.com/?token=${CANARY}`, path: `/?${CANARY}` }],
    ['a cookie', { 'Set-Cookie': CANARY }],
    ['a token under any spelling', [{ access_token: CANARY }, { accessToken: CANARY }, { 'Access-Token': CANARY }]],
    ['a text of the guest', { message: { parts: [{ text: CANARY }] } }],
    ['a credential within a sentence', { note: `sent Bearer ${CANARY}, then Basic ${CANARY}` }],
    ['a JSON Web Token within a sentence', { note: `got eyJ${CANARY}.eyJ${CANARY}.${CANARY}` }],
    ['a request', { request: new Request(`https://example.com/${CANARY}`, { headers: { authorization: CANARY } }) }],
    ['headers as they come', { these: new Headers({ authorization: CANARY }) }],
    ['a map, a set, bytes', { map: new Map([[CANARY, CANARY]]), set: new Set([CANARY]), bytes: Buffer.from(CANARY) }],
    ['a secret of ours', { these: [new Secret(CANARY)] }],
    ['the cause of an error', { err: new Error('failed', { cause: new Error(CANARY) }) }],
    ['an error within others', { err: new AggregateError([new Error(CANARY)], CANARY) }],
    ['what hangs on an error', { failure: Object.assign(new Error('failed'), { response: { data: CANARY } }) }],
    ['what is deep within', { a: { b: { c: { d: { e: { f: { g: CANARY } } } } } } }],
    ['a function', { say: () => CANARY }],
  ])('%s', (_, value) => {
    expect(written(value)).not.toContain('CANARY')
  })

  test.each<[string, () => unknown]>([
    ['JSON', () => JSON.parse(`{"text": "${CANARY}`) as unknown],
    ['a schema', () => v.parse(v.number(), CANARY)],
    ['Node, of what it was given', () => new URL(CANARY)],
    ['Node, of a wrong argument', () => Buffer.alloc(CANARY as unknown as number)],
  ])('what an error of %s repeats', (_, fail) => {
    try {
      fail()
    } catch (error) {
      expect(written({ err: error })).not.toContain('CANARY')
      expect(written({ err: error })).toContain('redact.test.ts')
      return
    }
    throw new Error('did not fail')
  })

  test('what an error of many lines has before its place', () => {
    class Foreign extends Error {
      override readonly name = 'Foreign'
    }
    const said = written({ err: new Foreign(`one\n    at ${CANARY}`) })
    expect(said).not.toContain('CANARY')
    expect(said).toContain('redact.test.ts')
  })
})

test('what a caller chose is written as it is', () => {
  const line = { event: 'x', status: 502, ok: true, none: null, list: ['a', 1], nested: { code: 'b' } }
  expect(redact(line)).toEqual(line)
})

test('a line stays short, and comes to an end, whatever it is made of', () => {
  const round: Record<string, unknown> = {}
  round['round'] = round
  expect(written(round)).toContain('[deeper]')
  expect(written({ note: 'a'.repeat(100_000), list: Array.from({ length: 10_000 }, () => 1) }).length).toBeLessThan(
    3_000,
  )
})

test('no value under a secret key gets through, at whatever depth', () => {
  const keys = ['token', 'refresh_token', 'clientSecret', 'Authorization', 'set-cookie', 'text', 'headers', 'PASSWORD']
  for (const key of keys) {
    let value: unknown = { [key]: { any: [CANARY] } }
    for (let depth = 0; depth < 9; depth++) {
      expect(written(value)).not.toContain('CANARY')
      value = depth % 2 === 0 ? { within: value } : [value]
    }
  }
})
