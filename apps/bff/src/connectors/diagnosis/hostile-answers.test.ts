import { Diagnosis } from '@foyer/shared/protocol/problem'
import * as v from 'valibot'
import { describe, expect, test } from 'vitest'
import { diagnose } from './diagnose.ts'
import type { Failure, PlatformResponse } from './failure.ts'
import { operations } from './operations.ts'
import { causes, toDiagnosis, type Verdict } from './verdict.ts'

const SECRET = 'eyJhbGciOiJIUzI1NiJ9.c2VjcmV0LXRva2Vu.k3y_0f-th3_h0us3'
const ANSI = '\u001b[31mred'
const WORDS = [
  SECRET,
  ANSI,
  'insufficient_scope',
  'app.not.authorized.for.scope',
  'invalid_client',
  'missing.any.permissions',
  'line\r\nSet-Cookie: a=b',
  '\u202Egnp.exe',
  '[[[[messaging:guest:send, x y]',
  '<script>alert(1)</script>',
  '__proto__',
  'x'.repeat(3000),
]
const MEMBERS = [
  'message code status contextId messageParams details errors limit retryAfter error error_description',
  'description scope access_token required granted missing errorCode fieldName key __proto__ constructor',
]
  .join(' ')
  .split(' ')
const HEADERS = [
  'www-authenticate server content-type inin-correlation-id retry-after inin-ratelimit-reset date',
  'inin-ratelimit-allowed location',
]
  .join(' ')
  .split(' ')

/** A small generator of numbers with a seed (mulberry32), so that a failure can be repeated. */
function createChance(seed: number) {
  let state = seed
  const next = () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
  const below = (end: number) => Math.floor(next() * end)
  const pick = <Item>(items: readonly Item[]): Item => items[below(items.length)] as Item
  return { below, pick }
}
type Chance = ReturnType<typeof createChance>

function inventValue(chance: Chance, depth: number): unknown {
  const kind = chance.below(depth > 3 ? 5 : 7)
  if (kind === 0) return chance.below(1e6) * (chance.below(2) - 0.5)
  if (kind === 1) return chance.pick([true, null, 1e308])
  if (kind < 5) return chance.pick(WORDS)
  if (kind === 5) return Array.from({ length: chance.below(5) }, () => inventValue(chance, depth + 1))
  const members = Array.from({ length: chance.below(6) }, () => [chance.pick(MEMBERS), inventValue(chance, depth + 1)])
  return Object.fromEntries(members)
}

function inventFailure(seed: number): Failure {
  const chance = createChance(seed)
  const operation = chance.pick(Object.keys(operations) as Failure['operation'][])
  const json = JSON.stringify(inventValue(chance, 0)) ?? ''
  const headers = Array.from({ length: chance.below(6) }, () => [
    chance.pick(HEADERS),
    chance.pick([...WORDS, `Bearer error="${chance.pick(WORDS)}", scope="${chance.pick(WORDS)}"`]),
  ])
  const context = {
    granted: chance.pick([undefined, [], WORDS]),
    requested: chance.pick([undefined, WORDS]),
    region: chance.pick([undefined, ...WORDS]),
    clientId: chance.pick([undefined, ...WORDS]),
    tokenExpiresAt: chance.pick([undefined, ...WORDS, Number.NaN]),
    attempt: chance.pick([undefined, 1, 2, Number.NaN, -1, 1e9]),
  }
  if (chance.below(10) === 0) return { operation, context, networkError: { code: chance.pick(WORDS), message: json } }
  const status = chance.pick([200, 201, 302, 400, 401, 403, 403, 404, 409, 413, 429, 500, Number.NaN, -1, 1e9])
  const body = chance.pick([json, json, json, chance.pick(WORDS), json.slice(0, chance.below(json.length + 1))])
  return { operation, context, response: { status, headers: Object.fromEntries(headers), body } }
}

function expectHarmless(verdict: Verdict) {
  const all = JSON.stringify(verdict)
  const words = [verdict.detail, ...verdict.fix]
  expect(v.is(Diagnosis, toDiagnosis(verdict))).toBe(true)
  expect(causes).toContain(verdict.cause)
  expect(words.join('')).not.toMatch(/[\p{Cc}\p{Cf}]/u)
  expect(Math.max(...words.map(({ length }) => length))).toBeLessThanOrEqual(2000)
  expect(all.length).toBeLessThan(20_000)
  expect(all).not.toMatch(/c2VjcmV0|script|Set-Cookie|red\b.*31m/)
  expect(verdict.retryAfterMs ?? 0).toBeGreaterThanOrEqual(0)
}

const refusal = (body: string, headers: PlatformResponse['headers'] = {}, status = 403) =>
  diagnose({ operation: 'sendMessage', context: {}, response: { status, headers, body } })

describe('whatever a platform sends', () => {
  test('is diagnosed without a throw, and nothing of it leaks', () => {
    for (let seed = 1; seed <= 5000; seed++) {
      const failure = inventFailure(seed)
      const verdict = diagnose(withoutTrustedSecrets(failure))
      expectHarmless(verdict)
    }
  })

  test.each([
    ['JSON nested beyond reason', '['.repeat(60_000)],
    ['JSON nested beyond reason, and closed', '{"errors":'.repeat(5000) + '1' + '}'.repeat(5000)],
    ['a body of megabytes', JSON.stringify({ code: 'not.authorized', pad: 'x'.repeat(3_000_000) })],
    ['brackets without end', JSON.stringify({ code: 'missing.permissions', message: '[a '.repeat(20_000) })],
    ['thousands of errors', JSON.stringify({ errors: Array.from({ length: 9000 }, () => 'insufficient_scop') })],
    ['thousands of names', JSON.stringify({ error: 'insufficient_scope', scope: 'a:b '.repeat(16_000) })],
  ])('%s is read in no time', (_name, body) => {
    const before = performance.now()
    expectHarmless(refusal(body))
    expectHarmless(refusal('', { 'www-authenticate': `Bearer ${body}` }))
    expect(performance.now() - before).toBeLessThan(500)
  })

  test('a header that is no text is no header', () => {
    const headers = { server: 7, 'www-authenticate': ['Bearer'], 'retry-after': null }
    expectHarmless(refusal('', headers as unknown as PlatformResponse['headers'], 429))
  })
})

describe('what is taken over', () => {
  test('a code, an id and names of a strict form, and nothing else', () => {
    const body = JSON.stringify({ code: SECRET, contextId: 'a\nb', message: SECRET, details: [{ fieldName: 'a b' }] })
    expect(refusal(body, {}, 400).evidence).toEqual({ operation: 'sendMessage', status: 400 })
  })

  test('plain text instead of JSON, if it is short and harmless', () => {
    expect(refusal('upstream connect error', {}, 503).detail).toContain('"upstream connect error"')
    expect(refusal(`bad token ${SECRET}`, {}, 503).detail).not.toContain('bad')
    expect(refusal('word '.repeat(200), {}, 503).detail.length).toBeLessThan(320)
  })

  test('the platform’s prose in JSON is never repeated', () => {
    const verdict = refusal(
      JSON.stringify({ code: 'bad.request', message: 'the guest wrote: my PIN is 1234' }),
      {},
      400,
    )
    expect(JSON.stringify(verdict)).not.toContain('PIN')
  })

  test('one error that cannot be read does not cost the others', () => {
    const errors = [{ code: 7 }, null, { code: 'insufficient_scope', messageParams: { n: 3, o: {} } }]
    expect(refusal(JSON.stringify({ errors })).cause).toBe('scope-missing')
  })
})

/** What Foyer itself knows is clean: only the answer is hostile there. */
function withoutTrustedSecrets(failure: Failure): Failure {
  const isClean = (word: string) => !word.includes('eyJ')
  const { requested, granted, region, clientId } = failure.context
  const context = {
    ...failure.context,
    requested: requested?.filter(isClean),
    granted: granted?.filter(isClean),
    region: region && isClean(region) ? region : undefined,
    clientId: clientId && isClean(clientId) ? clientId : undefined,
  }
  return { ...failure, context }
}
