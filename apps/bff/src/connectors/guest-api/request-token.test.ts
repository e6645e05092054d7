import { readSample } from '@foyer/shared/platform/samples'
import { describe, expect, onTestFinished, test } from 'vitest'
import { Secret } from '../../secret.ts'
import { findSilentOrigin, startHttpServer, type ReceivedRequest } from '../../../test/support/http-server.ts'
import { FakeClock } from '../../../test/support/fake-clock.ts'
import { createTestMetrics } from '../../../test/support/metrics.ts'
import { createHttpClient } from '../http.ts'
import { createPlatformCalls } from '../platform-calls.ts'
import { UpstreamError } from '../upstream-error.ts'
import { createTokenRequests, type TokenClient } from './request-token.ts'

const SECRET = 'CANARY-client-secret'
const CLIENT_ID = 'eb2243d8-1bf4-4401-a290-45bfbbe7c828'
const WRITE = 'messaging:conversation:write'
const SEND = 'messaging:guest:send'
const GOOD = { access_token: 'a-token', token_type: 'bearer', expires_in: 900, scope: `${WRITE} ${SEND}` }

type Answer = { status?: number; headers?: Record<string, string>; body?: unknown }

/** Token requests towards a platform that answers as told, again and again. */
async function createSubject(
  answer: Answer | ((request: ReceivedRequest) => Answer),
  client: Partial<TokenClient> = {},
) {
  const server = await startHttpServer((response, request) => {
    const { status = 200, headers = {}, body = '' } = typeof answer === 'function' ? answer(request) : answer
    const text = typeof body === 'string' ? body : JSON.stringify(body)
    response.writeHead(status, { 'Content-Type': 'application/json', ...headers }).end(text)
  })
  return { ...server, requests: createRequests({ origin: server.origin, ...client }) }
}

function createRequests(change: Partial<TokenClient> & { origin: string }, { metrics } = createTestMetrics()) {
  const http = createHttpClient(change.origin)
  onTestFinished(() => http.close())
  const client = { clientId: CLIENT_ID, clientSecret: new Secret(SECRET), scopes: [WRITE, SEND], ...change }
  const calls = createPlatformCalls({ connector: 'guest-api', clock: new FakeClock(), metrics })
  return createTokenRequests({ client, http, calls, metrics })
}

/** How a request was refused; anything but a diagnosed refusal is a fault of this test's subject. */
async function refusalOf(request: Promise<unknown>): Promise<UpstreamError> {
  const error: unknown = await request.catch((thrown: unknown) => thrown)
  if (!(error instanceof UpstreamError)) throw new Error(`not diagnosed: ${String(error)}`)
  const shown = [error.message, JSON.stringify(error), JSON.stringify(error.verdict), String(error.stack)].join()
  expect(shown).not.toContain('CANARY')
  return error
}

describe('a token is asked for', () => {
  test('with every scope spelled out, as JSON', async () => {
    const { requests, received } = await createSubject({ body: GOOD })
    expect(await requests.ask('guest-1')).toEqual({
      ...{ accessToken: 'a-token', refreshToken: undefined, lifetimeMs: 900_000, granted: [WRITE, SEND] },
    })
    expect(received).toMatchObject([
      { method: 'POST', path: '/api/v2/oauth/guest/token', headers: { 'content-type': 'application/json' } },
    ])
    expect(JSON.parse(received[0]?.body ?? '')).toEqual({
      ...{ grant_type: 'client_credentials', client_id: CLIENT_ID, client_secret: SECRET },
      ...{ scope: `${WRITE} ${SEND}`, guest_hint: 'guest-1' },
    })
  })

  test('as a form once the platform refuses JSON, and from then on', async () => {
    const { requests, received } = await createSubject(({ headers }) =>
      headers['content-type'] === 'application/json' ? sampleAnswer('20-error-415.json') : { body: GOOD },
    )
    await requests.ask('guest-1')
    await requests.ask('guest-2')
    expect(received.map(({ headers }) => headers['content-type'])).toEqual([
      ...['application/json', 'application/x-www-form-urlencoded', 'application/x-www-form-urlencoded'],
    ])
    expect(Object.fromEntries(new URLSearchParams(received[1]?.body))).toMatchObject({ scope: `${WRITE} ${SEND}` })
  })

  test('once more as a form only: a platform that knows neither is not asked for ever', async () => {
    const { requests, received } = await createSubject(sampleAnswer('20-error-415.json'))
    expect((await refusalOf(requests.ask('guest-1'))).retryable).toBe(false)
    expect(received).toHaveLength(2)
  })

  test('without a secret for a public client', async () => {
    const { requests, received } = await createSubject({ body: GOOD }, { clientSecret: undefined })
    await requests.ask('guest-1')
    expect(JSON.parse(received[0]?.body ?? '')).not.toHaveProperty('client_secret')
  })

  test('anew with the refresh token, without naming scopes again', async () => {
    const body = { ...GOOD, access_token: 'next', refresh_token: 'next-refresh', scope: undefined }
    const { requests, received } = await createSubject({ body })
    expect(await requests.refresh('the-refresh-token', [WRITE, SEND])).toMatchObject({
      ...{ accessToken: 'next', refreshToken: 'next-refresh', granted: [WRITE, SEND] },
    })
    expect(JSON.parse(received[0]?.body ?? '')).toMatchObject({
      ...{ grant_type: 'refresh_token', refresh_token: 'the-refresh-token', client_id: CLIENT_ID },
    })
  })

  test.each(['30-guest-token-json.json', '38-guest-token-refresh.json'])(
    'and the documented answer is read: %s',
    async (file) => {
      const { requests } = await createSubject(sampleAnswer(file))
      expect(await requests.ask('guest-1')).toMatchObject({
        lifetimeMs: 900_000,
        refreshToken: expect.any(String) as string,
      })
    },
  )
})

describe('what was granted is compared with what is needed', () => {
  const ask = async (scope: string | undefined, client: Partial<TokenClient> = {}) => {
    const { requests } = await createSubject({ body: { ...GOOD, scope } }, client)
    return requests.ask('guest-1')
  }

  test('no scope in the answer means as asked', async () => {
    expect((await ask(undefined)).granted).toEqual([WRITE, SEND])
  })

  test('more than was asked for is welcome, in any order', async () => {
    expect((await ask(`x:y  ${SEND} ${WRITE}`)).granted).toEqual(['x:y', SEND, WRITE])
  })

  test('writing includes reading', async () => {
    const granted = await ask(`${WRITE} ${SEND}`, { scopes: ['messaging:conversation:read', WRITE, SEND] })
    expect(granted.accessToken).toBe('a-token')
  })

  test.each([
    ['sending', WRITE, [SEND]],
    ['writing', `messaging:conversation:read ${SEND}`, [WRITE]],
    ['everything', 'messaging:conversation:read', [WRITE, SEND]],
    ['all of it, though an empty list was granted', '', [WRITE, SEND]],
  ])('a missing scope is told before the guest types: %s', async (_, scope, missing) => {
    const { verdict, retryable } = await refusalOf(ask(scope))
    expect(verdict).toMatchObject({ cause: 'scope-missing', missing, requested: [WRITE, SEND] })
    expect(retryable).toBe(false)
  })

  test('so is one that was never asked for, though conversing needs it', async () => {
    const { verdict } = await refusalOf(ask(WRITE, { scopes: [WRITE] }))
    expect(verdict).toMatchObject({ cause: 'scope-missing', missing: [SEND] })
  })

  test('scopes of another contract are held to what was asked for', async () => {
    expect((await ask('chat:use', { scopes: ['chat:use'] })).granted).toEqual(['chat:use'])
    const { verdict } = await refusalOf(ask('chat:look', { scopes: ['chat:use'] }))
    expect(verdict.missing).toEqual(['chat:use'])
  })
})

describe('a bad answer is diagnosed, whatever it is', () => {
  const text = JSON.stringify(GOOD)
  const bad: [string, Answer][] = [
    ['nothing', { body: '' }],
    ['half JSON', { body: text.slice(0, 40) }],
    ['HTML', { body: '<html><body>Welcome</body></html>', headers: { 'Content-Type': 'text/html' } }],
    ['HTML that says it is JSON', { body: '<html></html>' }],
    ['null', { body: 'null' }],
    ['a list', { body: [GOOD] }],
    ['text', { body: '"a-token"' }],
    ['no token', { body: { ...GOOD, access_token: undefined } }],
    ['an empty token', { body: { ...GOOD, access_token: '' } }],
    ['a token that is a number', { body: { ...GOOD, access_token: 7 } }],
    ['a token with a line end', { body: { ...GOOD, access_token: 'CANARY\r\nX-Evil: 1' } }],
    ['a token with a space', { body: { ...GOOD, access_token: 'CANARY token' } }],
    ['a token beyond ASCII', { body: { ...GOOD, access_token: 'CANARYü' } }],
    ['a token of 100 kB', { body: { ...GOOD, access_token: 'CANARY'.repeat(17_000) } }],
    ['no type', { body: { ...GOOD, token_type: undefined } }],
    ['a type nobody knows', { body: { ...GOOD, token_type: 'magic' } }],
    ['a negative lifetime', { body: { ...GOOD, expires_in: -5 } }],
    ['no number as lifetime', { body: { ...GOOD, expires_in: 'soon' } }],
    ['null as lifetime', { body: { ...GOOD, expires_in: null } }],
    ['a list as scope', { body: { ...GOOD, scope: [WRITE, SEND] } }],
    ['null as scope', { body: { ...GOOD, scope: null } }],
    ['a number as refresh token', { body: { ...GOOD, refresh_token: 7 } }],
    ['201 instead of 200', { status: 201, body: GOOD }],
    ['204', { status: 204 }],
    ['a redirect', { status: 302, headers: { Location: 'http://127.0.0.1:9/CANARY' } }],
    ['a redirect that brings a token', { status: 307, headers: { Location: '/elsewhere' }, body: GOOD }],
    ['a page not found', { status: 404, body: '<html>Not found</html>' }],
    ['an error that is a list', { status: 400, body: [] }],
    ['an error that is too long', { status: 400, body: { error: 'x'.repeat(100_000) } }],
    [
      'a challenge',
      { status: 401, headers: { 'WWW-Authenticate': 'Basic realm="x"' }, body: { error: 'invalid_client' } },
    ],
    ['a broken challenge', { status: 401, headers: { 'WWW-Authenticate': '=,="' } }],
    ['a cookie', { body: 'x', headers: { 'Set-Cookie': 'CANARY=1' } }],
  ]

  test.each(bad)('%s', async (_, answer) => {
    const { requests, received } = await createSubject(answer)
    const error = await refusalOf(requests.ask('guest-1'))
    expect(error.code).not.toBe('ok')
    expect(error.verdict.detail).not.toBe('')
    expect(error.retryable).toBe(false)
    expect(received).toHaveLength(1)
  })

  test('20 MB of it', async () => {
    const { requests } = await createSubject({ body: `${text}${' '.repeat(20 * 1024 * 1024)}` })
    expect((await refusalOf(requests.ask('guest-1'))).code).not.toBe('ok')
  })

  test('but JSON is JSON, whatever its header says', async () => {
    const { requests } = await createSubject({ body: GOOD, headers: { 'Content-Type': 'text/html' } })
    expect((await requests.ask('guest-1')).accessToken).toBe('a-token')
  })

  test.each([
    ['half a second', 0.5, 500],
    ['none at all', 0, 0],
    ['text', '60', 60_000],
    ['thirty million years', 1e15, 1e18],
    ['nothing said', undefined, undefined],
  ])('but a strange lifetime alone is no reason to refuse: %s', async (_, expires_in, lifetimeMs) => {
    const { requests } = await createSubject({ body: { ...GOOD, expires_in } })
    expect((await requests.ask('guest-1')).lifetimeMs).toBe(lifetimeMs)
  })
})

describe('a refusal is understood', () => {
  test.each([
    ['35-guest-token-invalid-scope.json', 'scope-unknown'],
    ['36-guest-token-missing-secret.json', 'client-secret-wrong'],
    ['39-guest-token-refresh-used.json', 'refresh-invalid'],
    ['21-error-429.json', 'rate-limited'],
    ['22-error-503.json', 'platform-unavailable'],
    ['23-error-502-html.json', 'platform-unavailable'],
  ])('%s is %s', async (file, cause) => {
    const { requests } = await createSubject(sampleAnswer(file))
    expect((await refusalOf(requests.refresh('CANARY-refresh', [WRITE, SEND]))).code).toBe(cause)
  })

  test('a grant that has become too small is told, with the refresh token that must be kept', async () => {
    const { requests } = await createSubject(sampleAnswer('34-guest-token-downgraded.json'))
    const issued = await requests.refresh('CANARY-refresh', [WRITE, SEND])
    expect(issued).toMatchObject({
      refreshToken: expect.any(String),
      shortfall: { cause: 'scope-missing', missing: [SEND] },
    })
    expect((await refusalOf(requests.ask('guest-1'))).code).toBe('scope-missing')
  })

  test('nobody there', async () => {
    const requests = createRequests({ origin: await findSilentOrigin() })
    const error = await refusalOf(requests.ask('guest-1'))
    expect([error.code, error.outcome, error.retryable]).toEqual(['network', 'not-sent', true])
  })

  test('nobody answers', async () => {
    const server = await startHttpServer((response) => void response.destroy())
    const error = await refusalOf(createRequests({ origin: server.origin }).ask('guest-1'))
    expect([error.code, error.outcome, error.retryable]).toEqual(['network', 'unknown', true])
  })

  test('as good again once the platform is', async () => {
    const answers: Answer[] = [{ status: 503 }, { body: GOOD }]
    const { requests } = await createSubject(() => answers.shift() ?? {})
    await refusalOf(requests.ask('guest-1'))
    expect((await requests.ask('guest-1')).accessToken).toBe('a-token')
  })
})

function sampleAnswer(file: string): Answer {
  const { response } = readSample('guest-api', file) as { response: { status: number; body?: unknown; text?: string } }
  return { status: response.status, headers: headersOf(response), body: response.body ?? response.text }
}

const headersOf = (response: object) => ('headers' in response ? (response.headers as Record<string, string>) : {})
