import { describe, expect, test } from 'vitest'
import { diagnose } from './diagnose.ts'
import type { FailureContext, Operation, PlatformResponse } from './failure.ts'
import { toDiagnosis } from './verdict.ts'

const SCOPES = ['messaging:conversation:read', 'messaging:conversation:write', 'messaging:guest:send']

const answer = (status: number, body: unknown = '', headers: PlatformResponse['headers'] = {}): PlatformResponse => ({
  status,
  headers,
  body: typeof body === 'string' ? body : JSON.stringify(body),
})

const verdictOf = (response: PlatformResponse, context: FailureContext = {}, operation: Operation = 'sendMessage') =>
  diagnose({ operation, context, response })

describe('a missing scope', () => {
  test('is asked for in FOYER_SCOPES when it never was, with all that is needed', () => {
    const { fix } = verdictOf(answer(403), { requested: [SCOPES[1] ?? ''], granted: [SCOPES[1] ?? ''] })
    expect(fix[0]).toContain('FOYER_SCOPES="messaging:conversation:write messaging:guest:send"')
  })

  test('is asked for together with all that a conversation will need, so that the next step does not fail', () => {
    const { fix, missing } = verdictOf(answer(403), { requested: [], granted: [] }, 'createConversation')
    expect(missing).toEqual(['messaging:conversation:write'])
    expect(fix[0]).toContain('FOYER_SCOPES="messaging:conversation:write messaging:guest:send"')
  })

  test('of another contract is asked for alone', () => {
    const context = { requested: ['chat:read'], granted: ['chat:read'], required: ['chat:read', 'chat:send'] }
    expect(verdictOf(answer(403), context).fix[0]).toContain('FOYER_SCOPES="chat:read chat:send"')
  })

  test('is for an administrator to allow when it was asked for and not granted', () => {
    const context = { requested: SCOPES, granted: SCOPES.slice(0, 2), clientId: '6f0c-guest' }
    const { fix } = verdictOf(answer(403), context)
    expect(fix[0]).toMatch(
      /^messaging:guest:send was asked for and not granted: an administrator .* OAuth client 6f0c-guest/,
    )
    expect(fix.join()).not.toContain('FOYER_SCOPES')
  })

  test('names the default a client gets that asks for nothing', () => {
    const context = { requested: [], granted: SCOPES.slice(0, 1), defaultScopesHint: SCOPES.slice(0, 1) }
    expect(verdictOf(answer(403), context).fix[0]).toContain('gets only messaging:conversation:read')
  })

  test('of the guest contract is not to be had from Genesys Cloud itself', () => {
    const { fix } = verdictOf(answer(403), { granted: [], region: 'https://api.mypurecloud.de' })
    expect(fix.at(-1)).toContain('FOYER_PLATFORM_URL')
    expect(verdictOf(answer(403), { granted: [], region: 'http://127.0.0.1:4410' }).fix.join()).not.toContain(
      'CONNECTOR',
    )
  })

  test('to read is not missed by a token that may write', () => {
    const context = { granted: ['messaging:conversation:write'] }
    expect(verdictOf(answer(403), context, 'listMessages')).toMatchObject({
      cause: 'forbidden-unexplained',
      missing: [],
    })
  })

  test('may be one our table does not know: the challenge is believed', () => {
    const headers = { 'www-authenticate': 'Bearer error="insufficient_scope", scope="messaging:attachments:write"' }
    const { missing } = verdictOf(answer(403, '', headers), { granted: SCOPES })
    expect(missing).toEqual(['messaging:attachments:write'])
  })

  test('is those the caller requires, where it knows better than the contract', () => {
    const { required, missing } = verdictOf(answer(403), {
      granted: ['chat:read'],
      required: ['chat:read', 'chat:send'],
    })
    expect({ required, missing }).toEqual({ required: ['chat:read', 'chat:send'], missing: ['chat:send'] })
  })

  test('is not made up where the platform names none', () => {
    const verdict = verdictOf(answer(403, { error: 'insufficient_scope' }), {}, 'platform')
    expect(verdict).toMatchObject({ cause: 'scope-missing', action: 'request-scopes', missing: [] })
    expect(verdict.detail).toContain('does not say which')
  })

  test('is not the matter when one of the alternatives was granted', () => {
    const body = { code: 'app.not.authorized.for.scope', message: 'App not authorized to use scope [a:readonly, a]' }
    const context = { granted: ['a'] }
    expect(verdictOf(answer(403, body), context, 'platform')).toMatchObject({ action: 'new-token', missing: [] })
    expect(verdictOf(answer(403, body), { ...context, attempt: 2 }, 'platform')).toMatchObject({
      action: 'inspect',
      retryable: false,
    })
  })

  test('is told of a 400 or 401 too, if that is what they say', () => {
    expect(verdictOf(answer(401, { errors: ['insufficient_scope'] }), { granted: [] }).cause).toBe('scope-missing')
  })
})

describe('a token answer', () => {
  const token = { access_token: 'x', token_type: 'bearer' }

  test('is measured by what the caller requires, not by what it asked for', () => {
    const verdict = verdictOf(answer(200, token), { requested: SCOPES.slice(1, 2), required: SCOPES.slice(1) }, 'token')
    expect(verdict).toMatchObject({ cause: 'scope-missing', missing: ['messaging:guest:send'] })
  })

  test('may list scopes as an array', () => {
    const verdict = verdictOf(answer(200, { ...token, scope: SCOPES }), { requested: SCOPES }, 'token')
    expect(verdict).toMatchObject({ cause: 'ok', granted: SCOPES, retryable: false, action: 'none' })
  })

  test('that is a web page came from something else', () => {
    expect(verdictOf(answer(200, '<!doctype html>'), {}, 'token').cause).toBe('intermediary')
  })

  test.each([[answer(201, token)], [answer(200, {})], [answer(200, 'ok')]])(
    'that OAuth does not know: %j',
    (response) => {
      expect(verdictOf(response, {}, 'token').cause).toBe('answer-unreadable')
    },
  )
})

describe('how long to wait', () => {
  const NOW = '2026-11-22T10:00:00.000Z'
  const waitOf = (headers: Record<string, string>, body: unknown = {}, context: FailureContext = { now: NOW }) =>
    verdictOf(answer(429, body, headers), context).retryAfterMs

  test.each([
    ['seconds', { 'retry-after': '7' }, 7000],
    ['an HTTP date', { 'retry-after': 'Sun, 22 Nov 2026 10:00:30 GMT' }, 30_000],
    ['an HTTP date gone by', { 'retry-after': 'Sun, 22 Nov 2026 09:59:00 GMT' }, 0],
    ['the end of the window, for want of better', { 'inin-ratelimit-reset': '5' }, 5000],
    [
      'the end of the window, where Retry-After is nonsense',
      { 'retry-after': '-1e9', 'inin-ratelimit-reset': '5' },
      5000,
    ],
    ['never more than a day', { 'retry-after': '999999999' }, 86_400_000],
  ])('%s', (_name, headers, expected) => expect(waitOf(headers)).toBe(expected))

  test('an HTTP date is set against the date of the answer if our clock was not given', () => {
    const headers = { 'retry-after': 'Sun, 22 Nov 2026 10:00:30 GMT', date: 'Sun, 22 Nov 2026 10:00:10 GMT' }
    expect(waitOf(headers, {}, {})).toBe(20_000)
  })

  test('the number in the words, else that of a frame, else longer with each attempt', () => {
    expect(waitOf({}, { message: 'Retry the request in [11] seconds' })).toBe(11_000)
    expect(waitOf({}, { retryAfter: 3 })).toBe(3000)
    expect([1, 2, 3, 9].map((attempt) => waitOf({}, {}, { attempt }))).toEqual([1000, 2000, 4000, 60_000])
  })

  test('an outage passes on Retry-After, and says nothing where there is none', () => {
    expect(verdictOf(answer(503, '', { 'retry-after': '60' })).retryAfterMs).toBe(60_000)
    expect(verdictOf(answer(503))).not.toHaveProperty('retryAfterMs')
  })

  test('the limit is named', () => {
    expect(verdictOf(answer(429, { limit: { key: 'token.rate.per.minute' } })).detail).toContain(
      'token.rate.per.minute',
    )
  })
})

describe('no answer', () => {
  const silence = (code: string, region?: string, message?: string) =>
    diagnose({ operation: 'token', context: { region }, networkError: { code, message } })

  test.each([
    ['api.mypurecloud.dee', 'mypurecloud.de'],
    ['https://login.usw3.pure.cloud', 'usw2.pure.cloud'],
    ['mypurcloud.com.au', 'mypurecloud.com.au'],
  ])('%s is answered with the nearest region', (region, nearest) => {
    const verdict = silence('ENOTFOUND', region)
    expect(verdict).toMatchObject({ cause: 'network', action: 'check-region', retryable: false })
    expect(verdict.fix[0]).toContain(`FOYER_PLATFORM_DOMAIN=${nearest} `)
  })

  test('for a known region is a matter of the network', () => {
    expect(silence('ENOTFOUND', 'mypurecloud.de')).toMatchObject({ action: 'check-network', retryable: true })
  })

  test('for a host of ours names the variable and the host with its port', () => {
    const { detail, fix } = silence('ECONNREFUSED', 'http://user:hunter2@localhost:4410/x')
    expect(detail).toContain('The platform at localhost:4410')
    expect(fix.join()).toContain('FOYER_PLATFORM_URL (now localhost:4410)')
    expect(detail + fix.join()).not.toContain('hunter2')
  })

  test.each([
    'CERT_HAS_EXPIRED',
    'SELF_SIGNED_CERT_IN_CHAIN',
    'ERR_TLS_CERT_ALTNAME_INVALID',
    'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  ])('%s is never tried again', (code) =>
    expect(silence(code)).toMatchObject({ action: 'check-certificate', retryable: false }),
  )

  test('finds the code in the words, and repeats none of the words', () => {
    const verdict = diagnose({
      operation: 'platform',
      context: {},
      networkError: { message: 'connect ECONNREFUSED s3cret-host' },
    })
    expect(verdict.evidence.code).toBe('ECONNREFUSED')
    expect(JSON.stringify(verdict)).not.toContain('s3cret')
  })
})

describe('who spoke', () => {
  const nginx = { server: 'nginx/1.27.1' }

  test('a gateway in front is named', () => {
    expect(verdictOf(answer(404, '<html>', nginx), {}, 'token')).toMatchObject({ cause: 'intermediary' })
    expect(verdictOf(answer(404, '<html>', nginx), {}, 'token').detail).toContain('nginx/1.27.1')
  })

  test('an API behind a gateway is heard', () => {
    expect(verdictOf(answer(403, { error: 'insufficient_scope' }, nginx), { granted: [] }).cause).toBe('scope-missing')
    expect(verdictOf(answer(403, '', nginx), { granted: [] }).cause).toBe('scope-missing')
    expect(verdictOf(answer(403, '', nginx), { granted: SCOPES }).cause).toBe('intermediary')
  })

  test('XML may stand for a deployment that does not exist', () => {
    const xml = '<?xml version="1.0"?><Error><Code>AccessDenied</Code></Error>'
    expect(verdictOf(answer(403, xml), {}, 'platform').fix.join()).toContain('deployment id')
  })

  test('a redirect is not followed', () => {
    expect(verdictOf(answer(302, '', { location: 'https://elsewhere' })).fix.join()).toContain('no redirect')
  })
})

describe('a refusal of the token', () => {
  test('by a second 401 compares the clocks', () => {
    const context = { attempt: 2, now: '2026-11-22T10:00:00Z' }
    const { detail } = verdictOf(answer(401, '', { date: 'Sun, 22 Nov 2026 10:05:00 GMT' }), context)
    expect(detail).toContain("300 seconds ahead of Foyer's")
  })

  test('without an error code means that none was sent (RFC 6750 §3.1)', () => {
    expect(verdictOf(answer(401, '', { 'www-authenticate': 'Bearer realm="x"' })).cause).toBe('token-missing')
    expect(verdictOf(answer(401)).cause).toBe('token-invalid')
  })

  test('suggests the nearest scope for a misspelt one', () => {
    const body = { error: 'invalid_scope', error_description: 'The requested scope is invalid.' }
    const { detail, fix } = verdictOf(answer(400, body), { requested: ['messaging:conversation:wirte'] }, 'token')
    expect(detail).toContain('messaging:conversation:wirte')
    expect(fix[0]).toBe('Did you mean messaging:conversation:write instead of messaging:conversation:wirte?')
  })

  test('of the client comes without a word too', () => {
    expect(verdictOf(answer(401), {}, 'token').cause).toBe('client-secret-wrong')
    expect(verdictOf(answer(401, { code: 'ip.not.authorized' }), {}, 'token').cause).toBe('ip-blocked')
  })
})

test('on the wire is what a diagnosis has, and no more', () => {
  const diagnosis = toDiagnosis(verdictOf(answer(403), { granted: [] }))
  const members = ['cause', 'detail', 'requested', 'granted', 'missing', 'evidence', 'fix']
  expect(Object.keys(diagnosis).sort()).toEqual(members.sort())
})
