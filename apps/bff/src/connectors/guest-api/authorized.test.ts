import { readSample } from '@foyer/shared/platform/samples'
import type { ServerResponse } from 'node:http'
import { describe, expect, onTestFinished, test } from 'vitest'
import { failsAfterSeconds } from '../../../test/support/fails-after.ts'
import { FakeClock } from '../../../test/support/fake-clock.ts'
import { findSilentOrigin, startHttpServer, type ReceivedRequest } from '../../../test/support/http-server.ts'
import { silentLogger } from '../../../test/support/loggers.ts'
import { createTestMetrics } from '../../../test/support/metrics.ts'
import { unreachable } from '../../../test/support/upstream-error.ts'
import { UpstreamError } from '../upstream-error.ts'
import { createAuthorizedClient } from './authorized.ts'
import { GuestToken } from './guest-token.ts'
import { createHttpClient } from '../http.ts'
import { createPlatformCalls } from '../platform-calls.ts'

const SCOPES = ['messaging:conversation:write', 'messaging:guest:send']
const SEND = { method: 'POST', path: '/messages', body: { text: 'hello' } } as const
const READ = { method: 'GET', path: '/messages' } as const

type Step = (response: ServerResponse, request: ReceivedRequest) => void

/** A client towards a platform that takes one step per request; its tokens are token-0, token-1, … */
async function createSubject(...steps: Step[]) {
  let granted: string[] | undefined
  const server = await startHttpServer((response, request) => {
    if (request.path !== '/api/v2/tokens/me') return (steps.length > 1 ? steps.shift() : steps[0])?.(response, request)
    if (!granted) return void response.writeHead(404).end()
    response.end(JSON.stringify({ authorizedScope: granted }))
  })
  const tokens = { renewals: 0, refuse: undefined as Error | undefined }
  const issue = async () => {
    tokens.renewals++
    if (tokens.refuse) throw tokens.refuse
    return { accessToken: `token-${tokens.renewals}`, refreshToken: 'r', lifetimeMs: 900_000, granted: SCOPES }
  }
  const client = createClient(server.origin, issue)
  const used = () =>
    server.received.flatMap(({ path, headers }) => (path === '/messages' ? [headers['authorization']] : []))
  return { ...server, client, tokens, used, grant: (scopes: string[]) => (granted = scopes) }
}

function createClient(
  origin: string,
  issue: () => Promise<{ accessToken: string; granted: readonly string[] }>,
  change: { wholeMs?: number } = {},
) {
  const clock = new FakeClock()
  const http = createHttpClient(origin)
  onTestFinished(() => http.close())
  const credential = {
    ...{
      accessToken: 'token-0',
      refreshToken: 'r',
      guestHint: 'g',
      requested: SCOPES,
      granted: SCOPES,
      refreshCount: 0,
    },
    ...{ issuedAtMs: clock.now(), expiresAtMs: clock.now() + 900_000 },
  }
  const slot = { read: async () => credential, write: async () => undefined }
  const token = new GuestToken({ slot, requests: { ask: issue, refresh: issue }, clock, logger: silentLogger })
  const calls = createPlatformCalls({ connector: 'guest-api', clock, metrics: createTestMetrics().metrics })
  return createAuthorizedClient({ http, calls, token, clock, clientId: 'client-1', ...change })
}

const answer = (status: number, body = '', headers: Record<string, string> = {}) => {
  return (response: ServerResponse) => void response.writeHead(status, headers).end(body)
}
const sample = (file: string): Step => {
  const { response } = readSample('guest-api', file) as {
    response: { status: number; headers: Record<string, string>; body?: unknown; text?: string }
  }
  return answer(
    response.status,
    response.text ?? (response.body === undefined ? '' : JSON.stringify(response.body)),
    response.headers,
  )
}
const cut: Step = (response) => void response.destroy()
/** A refusal that breaks off half-way. */
const broken = (status: number): Step => {
  return (response) => {
    response.writeHead(status, { 'Content-Length': '1000' }).write('{"code":')
    setImmediate(() => response.destroy())
  }
}

async function refusalOf(call: Promise<unknown>): Promise<UpstreamError> {
  const error: unknown = await call.catch((thrown: unknown) => thrown)
  if (error instanceof UpstreamError) return error
  throw new Error(`not diagnosed: ${String(error)}`)
}

describe('a call', () => {
  test.each([200, 201, 202, 204])('answered with %i is done', async (status) => {
    const { client, used } = await createSubject(answer(status))
    expect((await client.call('sendMessage', SEND)).status).toBe(status)
    expect(used()).toEqual(['Bearer token-0'])
  })

  test('answered with 401 is made once more with a new token', async () => {
    const { client, used, tokens } = await createSubject(sample('52-guest-send-401-expired.json'), answer(200, '{}'))
    expect((await client.call('sendMessage', SEND)).status).toBe(200)
    expect(used()).toEqual(['Bearer token-0', 'Bearer token-1'])
    expect(tokens.renewals).toBe(1)
  })

  test('R5 answered with 401 again is refused: two calls, one new token, never a loop', async () => {
    const { client, used, tokens } = await createSubject(sample('52-guest-send-401-expired.json'))
    expect(await refusalOf(client.call('sendMessage', SEND))).toMatchObject({ retryable: false, outcome: 'refused' })
    expect(used()).toHaveLength(2)
    expect(tokens.renewals).toBe(1)
  })

  test('R1 forty at once that are all answered with 401 cost one new token, and are all done', async () => {
    const { client, tokens, received } = await createSubject((response, { headers }) => {
      answer(headers['authorization'] === 'Bearer token-0' ? 401 : 200)(response)
    })
    const answers = await Promise.all(Array.from({ length: 40 }, () => client.call('listMessages', READ)))
    expect(answers.every(({ status }) => status === 200)).toBe(true)
    expect(tokens.renewals).toBe(1)
    expect(received).toHaveLength(80)
  })

  test('whose new token is refused is refused for that', async () => {
    const { client, tokens, used } = await createSubject(answer(401))
    tokens.refuse = unreachable()
    expect(await refusalOf(client.call('sendMessage', SEND))).toBe(tokens.refuse)
    expect(used()).toHaveLength(1)
  })
})

describe('R7 a guest’s request as a whole', () => {
  const answering: Step = (response) => answer(200, '{}')(response)

  test('is answered in time though the token does not come: nothing was sent', async () => {
    const { origin, received } = await createSubject(answer(401))
    const client = createClient(origin, () => new Promise(() => undefined), { wholeMs: 1_000 })
    const error = await refusalOf(client.call('sendMessage', SEND))
    expect(error).toMatchObject({ code: 'network', outcome: 'not-sent', verdict: { evidence: { code: 'DEADLINE' } } })
    expect(received).toHaveLength(1)
  })

  test('is answered in time though its replay is not: nobody knows', async () => {
    const { origin, tokens } = await createSubject(answer(401), () => undefined)
    const issue = async () => ({ accessToken: `new-${tokens.renewals}`, granted: SCOPES })
    const client = createClient(origin, issue, { wholeMs: 1_000 })
    const error = await refusalOf(client.call('sendMessage', SEND))
    expect(error).toMatchObject({ outcome: 'unknown', retryable: true, verdict: { evidence: { code: 'DEADLINE' } } })
  })

  test('has fifteen seconds', async () => {
    const { origin, received } = await createSubject(answer(401))
    const client = createClient(origin, () => new Promise(() => undefined))
    expect(
      await failsAfterSeconds(
        () => client.call('sendMessage', SEND),
        () => received.length > 0,
      ),
    ).toBe(15)
  })

  test('ends with its caller, whose reason it keeps', async () => {
    const { client } = await createSubject(() => undefined)
    const stop = new AbortController()
    const call = client.call('sendMessage', { ...SEND, signal: stop.signal })
    setImmediate(() => stop.abort(new Error('gone')))
    await expect(call).rejects.toThrow('gone')
  })

  test('has what it needs where all is well', async () => {
    const { client } = await createSubject(answering)
    expect((await client.call('sendMessage', SEND)).status).toBe(200)
  })
})

describe('R4 each kind of answer', () => {
  test.each([
    // status, calls of the platform, new tokens, whether to try again
    [200, 1, 0, undefined],
    [401, 2, 1, false],
    [403, 1, 0, false],
    [400, 1, 0, false],
    [404, 1, 0, false],
    [409, 1, 0, false],
    [413, 1, 0, false],
    [422, 1, 0, false],
    [429, 1, 0, true],
    [500, 1, 0, true],
    [503, 1, 0, true],
  ])('%i: %i calls, %i new tokens, to be tried again: %s', async (status, calls, renewals, retryable) => {
    const { client, used, tokens } = await createSubject(answer(status, '{}'))
    const error = await client.call('sendMessage', SEND).catch((thrown: unknown) => thrown)
    expect(error instanceof UpstreamError ? error.retryable : undefined).toBe(retryable)
    expect(used()).toHaveLength(calls)
    expect(tokens.renewals).toBe(renewals)
  })
})

describe('a refusal says what became of the request', () => {
  test.each([
    ['45-guest-send.json', 300, 'refused'],
    ['53-guest-send-409-ended.json', 409, 'refused'],
    ['21-error-429.json', 429, 'refused'],
    ['22-error-503.json', 503, 'unknown'],
    ['23-error-502-html.json', 502, 'unknown'],
  ])('%s (status %i): %s', async (file, status, outcome) => {
    const { client } = await createSubject(status === 300 ? answer(300) : sample(file))
    expect((await refusalOf(client.call('sendMessage', SEND))).outcome).toBe(outcome)
  })

  test.each([301, 302, 303, 304, 307, 308])(
    'a redirect (%i) is none of what was asked for: not done',
    async (status) => {
      const { client } = await createSubject(answer(status, '', { Location: '/elsewhere' }))
      const error = await refusalOf(client.call('sendMessage', SEND))
      expect(error).toMatchObject({ outcome: 'refused', retryable: false, verdict: { evidence: { status } } })
    },
  )

  test('cut before the answer: nobody knows', async () => {
    const { client } = await createSubject(cut)
    expect(await refusalOf(client.call('sendMessage', SEND))).toMatchObject({ code: 'network', outcome: 'unknown' })
  })

  test('cut within the answer: nobody knows', async () => {
    const { client } = await createSubject(broken(200))
    expect(await refusalOf(client.call('sendMessage', SEND))).toMatchObject({ code: 'network', outcome: 'unknown' })
  })

  test('nobody there: it never left', async () => {
    const client = createClient(await findSilentOrigin(), () => Promise.reject(new Error('not asked')))
    expect(await refusalOf(client.call('sendMessage', SEND))).toMatchObject({ code: 'network', outcome: 'not-sent' })
  })
})

test.each([
  ['by 503', answer(503)],
  ['by a cut', cut],
])('R8 where many fail at once %s, not all may come back when they like', async (_, step) => {
  const { client } = await createSubject(step)
  const errors = await Promise.all(Array.from({ length: 100 }, () => refusalOf(client.call('sendMessage', SEND))))
  const waits = errors.map(({ retryAfterMs = 0 }) => retryAfterMs)
  expect(waits.filter((waitMs) => waitMs === 0).length).toBeLessThanOrEqual(60)
  expect(Math.max(...waits)).toBeGreaterThan(3_000)
})

describe('403', () => {
  const dialects = [
    '48-guest-send-403-default.json',
    '49-guest-send-403-rfc6750.json',
    '50-guest-send-403-strings.json',
  ]

  test.each([...dialects, '51-guest-send-403-bare.json'])(
    'is explained by what is left of the grant: %s',
    async (file) => {
      const { client, grant, used } = await createSubject(sample(file))
      grant(['messaging:conversation:write'])
      const { verdict, retryable } = await refusalOf(client.call('sendMessage', SEND))
      expect(verdict).toMatchObject({ cause: 'scope-missing', missing: ['messaging:guest:send'] })
      expect(retryable).toBe(false)
      expect(used()).toHaveLength(1)
    },
  )

  test('is diagnosed also where the platform does not tell what is left', async () => {
    const { client } = await createSubject(sample(dialects[0] ?? ''))
    expect((await refusalOf(client.call('sendMessage', SEND))).retryable).toBe(false)
  })

  test('has the grant checked before the next call', async () => {
    const { client, tokens, used } = await createSubject(sample(dialects[0] ?? ''), answer(200))
    await refusalOf(client.call('sendMessage', SEND))
    await client.call('sendMessage', SEND)
    expect(tokens.renewals).toBe(1)
    expect(used()).toEqual(['Bearer token-0', 'Bearer token-1'])
  })
})

describe('a stream', () => {
  const open = (client: ReturnType<typeof createClient>) => client.stream('stream', READ, 1_000)

  test('is opened with a new token after a 401', async () => {
    const { client, used } = await createSubject(sample('52-guest-send-401-expired.json'), answer(200, 'one\n'))
    const stream = await open(client)
    expect(await Array.fromAsync(stream.lines)).toEqual(['one'])
    expect(used()).toEqual(['Bearer token-0', 'Bearer token-1'])
  })

  test('that is refused is diagnosed by the whole of the refusal, though it has no line end', async () => {
    const { client } = await createSubject(sample('48-guest-send-403-default.json'))
    const { verdict } = await refusalOf(open(client))
    expect(verdict.evidence).toMatchObject({ status: 403, code: 'app.not.authorized.for.scope' })
  })

  test.each([401, 403, 404, 503])('whose refusal (%i) breaks off is diagnosed all the same', async (status) => {
    const { client } = await createSubject(broken(status))
    expect((await refusalOf(open(client))).verdict.evidence.status).toBe(status)
  })

  test('whose refusal never ends is let go of', async () => {
    const { client, connections } = await createSubject((response) => {
      response.writeHead(503)
      const more = () => {
        while (!response.destroyed)
          if (!response.write(`${'x'.repeat(1_000)}\n`)) return void response.once('drain', more)
      }
      more()
    })
    expect((await refusalOf(open(client))).code).toBe('platform-unavailable')
    await expect.poll(() => connections()).toBe(0)
  })
})
