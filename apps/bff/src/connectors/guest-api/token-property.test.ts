import fc from 'fast-check'
import { describe, expect, onTestFinished, test } from 'vitest'
import { FakeClock } from '../../../test/support/fake-clock.ts'
import { startHttpServer } from '../../../test/support/http-server.ts'
import { createTestMetrics } from '../../../test/support/metrics.ts'
import { Secret } from '../../secret.ts'
import { createHttpClient, type HttpAnswer, type HttpClient } from '../http.ts'
import { createPlatformCalls } from '../platform-calls.ts'
import { UpstreamError } from '../upstream-error.ts'
import { toCredential } from './guest-token.ts'
import { createTokenRequests, type IssuedToken } from './request-token.ts'

const SCOPES = ['messaging:conversation:write', 'messaging:guest:send']
const GOOD = { access_token: 'a-token', token_type: 'bearer', expires_in: 900, scope: SCOPES.join(' ') }

function createRequests(http: HttpClient, origin = 'https://platform.example') {
  const { metrics, sample } = createTestMetrics()
  const calls = createPlatformCalls({ connector: 'guest-api', clock: new FakeClock(), metrics })
  const client = { origin, clientId: 'client-1', clientSecret: new Secret('CANARY-secret'), scopes: SCOPES }
  return { requests: createTokenRequests({ client, http, calls, metrics }), sample }
}

/** A platform whose every answer is this one. */
const answering = (answer: HttpAnswer): HttpClient => ({
  request: async () => answer,
  stream: () => Promise.reject(new Error('not asked')),
  close: async () => undefined,
})

/** What came of it; anything but a token or a diagnosed refusal is thrown. */
async function outcomeOf(request: Promise<IssuedToken>): Promise<IssuedToken | UpstreamError> {
  return request.catch((error: unknown) => {
    if (error instanceof UpstreamError) return error
    throw error
  })
}

function expectUsable(outcome: IssuedToken | UpstreamError): void {
  if (outcome instanceof UpstreamError) return
  // Whatever passes must be fit for a header, and for the clock.
  expect(outcome.accessToken).toMatch(/^[\x21-\x7e]{1,8192}$/)
  const { issuedAtMs, expiresAtMs } = toCredential(outcome, { guestHint: '', requested: [], refreshCount: 0 }, 1_000)
  expect(expiresAtMs - issuedAtMs).toBeGreaterThanOrEqual(1_000)
  expect(expiresAtMs - issuedAtMs).toBeLessThanOrEqual(86_400_000)
}

const statuses = fc.constantFrom(200, 200, 200, 201, 204, 302, 400, 401, 403, 429, 500, 503)
const headers = fc.constantFrom<Record<string, string>>(
  { 'content-type': 'application/json' },
  { 'content-type': 'text/html' },
  { 'content-type': 'application/json', 'www-authenticate': 'Bearer error="x' },
  {},
)
const bodies = fc.oneof(
  fc.json(),
  fc.string({ unit: 'binary' }),
  fc
    .record(
      {
        access_token: fc.oneof(fc.jsonValue(), fc.constant('a\r\nb'), fc.constant('a-token'), fc.string()),
        token_type: fc.oneof(fc.jsonValue(), fc.constant('bearer')),
        expires_in: fc.oneof(fc.jsonValue(), fc.double(), fc.constantFrom(-5, 0, 1e15, 1e308, '900')),
        scope: fc.oneof(fc.jsonValue(), fc.constant(GOOD.scope)),
        refresh_token: fc.jsonValue(),
        id_token: fc.jsonValue(),
      },
      { requiredKeys: [] },
    )
    .map((answer) => JSON.stringify(answer)),
)

test('S53 whatever the token endpoint answers becomes a token or a diagnosed refusal', async () => {
  await fc.assert(
    fc.asyncProperty(statuses, headers, bodies, async (status, answerHeaders, body) => {
      const { requests } = createRequests(answering({ status, headers: answerHeaders, body }))
      expectUsable(await outcomeOf(requests.ask('guest-1')))
      expectUsable(await outcomeOf(requests.refresh('r', SCOPES)))
    }),
    { numRuns: 400 },
  )
})

describe('S53 a token answer that is', () => {
  const refused: [string, string][] = [
    ['half JSON', '{"access_token":"a-tok'],
    ['a web page', '<html><body>hello</body></html>'],
    ['empty', ''],
    ['without a token', JSON.stringify({ ...GOOD, access_token: undefined })],
    ['a token that is an object', JSON.stringify({ ...GOOD, access_token: {} })],
    ['a token with a line end', JSON.stringify({ ...GOOD, access_token: 'a\r\nX-Evil: 1' })],
    ['a lifetime in words', JSON.stringify({ ...GOOD, expires_in: 'soon' })],
    ['20 MB', JSON.stringify({ ...GOOD, pad: 'x'.repeat(20_000_000) })],
  ]
  test.each(refused)('%s is refused, after one request', async (_, body) => {
    const server = await startHttpServer(
      (response) => void response.writeHead(200, { 'Content-Type': 'application/json' }).end(body),
    )
    const http = createHttpClient(server.origin)
    onTestFinished(() => http.close())
    const outcome = await outcomeOf(createRequests(http, server.origin).requests.ask('guest-1'))
    expect(outcome).toBeInstanceOf(UpstreamError)
    expect(server.received).toHaveLength(1)
  })

  test.each([-5, 0, 1e15, null, undefined])('good but for a lifetime of %s is good, or refused', async (expires_in) => {
    const body = JSON.stringify({ ...GOOD, expires_in })
    const answer = { status: 200, headers: { 'content-type': 'application/json' }, body }
    expectUsable(await outcomeOf(createRequests(answering(answer)).requests.ask('guest-1')))
  })
})

describe('R35 token requests are counted', () => {
  const json = { 'content-type': 'application/json' }
  test.each([
    ['ok', 200, GOOD],
    ['scope-missing', 200, { ...GOOD, scope: SCOPES[0] }],
    ['client-secret-wrong', 401, { error: 'invalid_client', error_description: 'invalid client secret' }],
    ['platform-unavailable', 503, {}],
  ])('as %s', async (outcome, status, body) => {
    const { requests, sample } = createRequests(answering({ status, headers: json, body: JSON.stringify(body) }))
    await outcomeOf(requests.ask('guest-1'))
    const series = `foyer_token_requests_total{grant="client_credentials",outcome="${outcome}"}`
    expect(await sample(series)).toBe(1)
    expect(await sample('foyer_guest_token_scope_missing_total')).toBe(outcome === 'scope-missing' ? 1 : 0)
  })

  test('apart by grant', async () => {
    const { requests, sample } = createRequests(
      answering({ status: 200, headers: json, body: JSON.stringify({ ...GOOD, refresh_token: 'next' }) }),
    )
    await requests.refresh('r', SCOPES)
    expect(await sample('foyer_token_requests_total{grant="refresh_token",outcome="ok"}')).toBe(1)
  })
})
