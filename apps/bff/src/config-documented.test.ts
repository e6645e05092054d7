import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'

const read = (path: string) => readFileSync(new URL(`../../../${path}`, import.meta.url), 'utf8')

/** Foyer's and the simulator's variables, and `HOST` and `PORT`, wherever they are named. */
const variablesIn = (text: string) => new Set(text.match(/\b(?:HOST|PORT|(?:FOYER|SIMULATOR)_[A-Z_]*[A-Z])\b/g))

const code = variablesIn(read('apps/bff/src/config.ts') + read('apps/simulator/src/config.ts'))
const FILES = ['FOYER_CLIENT_SECRET_FILE', 'FOYER_SECRETS_FILE']

test('docs/configuration.md explains every variable there is', () => {
  const documented = variablesIn(read('docs/configuration.md'))
  expect([...code, ...FILES].filter((name) => !documented.has(name))).toEqual([])
})

test.each(['docs/configuration.md', '.env.example'])('%s names no variable that is not there', (path) => {
  const named = [...variablesIn(read(path))].filter((name) => name !== 'FOYER_CLIENTID')
  expect(named.filter((name) => !code.has(name) && !FILES.includes(name))).toEqual([])
})

test('.env.example sets nothing: a copy of it still runs the demo', () => {
  const set = read('.env.example')
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'))
  expect(set).toEqual([])
})
