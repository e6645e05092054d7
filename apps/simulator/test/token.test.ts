import { guestApiPaths, scopes } from '@foyer/shared/platform/guest-api'
import { describe, expect, test } from 'vitest'
import { DEMO_CLIENT_ID, DEMO_CLIENT_SECRET, PUBLIC_CLIENT_ID } from '../src/options.ts'
import { FakeClock } from './fake-clock.ts'
import { askToken, call, demoClient, EVERY_SCOPE, openChat, simulatorFor } from './guest.ts'

const basic = (id: string, secret: string) => ({
  authorization: `Basic ${Buffer.from(`${id}:${secret}`).toString('base64')}`,
})
const form = { 'content-type': 'application/x-www-form-urlencoded' }
const post = (simulator: { url: string }, body: unknown, headers = {}) =>
  call(simulator, 'POST', guestApiPaths.token, { body, headers })

describe('a token request', () => {
  test('takes scopes as an array, in the order asked', async () => {
    const simulator = await simulatorFor()
    const { body } = await askToken(simulator, { ...demoClient, scope: [scopes.send, scopes.write] })
    expect(body.scope).toBe(`${scopes.send} ${scopes.write}`)
  })

  test.each([
    ['a repeated form parameter', 'client_id=a&client_id=b', form, 400, 'invalid_request'],
    ['a repeated scope', `client_id=a&scope=${scopes.read}&scope=${scopes.send}`, form, 400, 'invalid_request'],
    ['no client id', '{}', {}, 400, 'invalid_request'],
    ['a body that is no JSON', '{"client_id":', {}, 400, 'invalid_request'],
    ['a JSON body that is no object', '[1]', {}, 400, 'invalid_request'],
    ['a parameter of the wrong type', '{"client_id":5}', {}, 400, 'invalid_request'],
    ['another content type', 'x', { 'content-type': 'text/xml' }, 415, 'invalid_request'],
    ['an unknown client', '{"client_id":"nobody"}', {}, 400, 'invalid_client'],
    ['a wrong secret', { ...demoClient, client_secret: 'wrong' }, {}, 401, 'invalid_client'],
    ['a secret for a client without', { client_id: PUBLIC_CLIENT_ID, client_secret: 'x' }, {}, 401, 'invalid_client'],
    ['an unknown grant', { ...demoClient, grant_type: 'password' }, {}, 400, 'unsupported_grant_type'],
    ['a refresh without its token', { ...demoClient, grant_type: 'refresh_token' }, {}, 400, 'invalid_request'],
    ['Basic without a colon', '', { ...form, authorization: 'Basic eA==' }, 401, 'invalid_client'],
    ['Basic with a broken escape', '', { ...form, ...basic('%', '%') }, 401, 'invalid_client'],
    ['two ways of authentication', demoClient, basic(DEMO_CLIENT_ID, DEMO_CLIENT_SECRET), 400, 'invalid_request'],
  ])('is refused for %s', async (_what, body, headers, status, error) => {
    const simulator = await simulatorFor()
    const reply = await post(simulator, body, headers)
    expect([reply.status, reply.body.error]).toEqual([status, error])
    expect(reply.headers.get('cache-control')).toBe('no-store')
    expect(reply.body.error_description).not.toBe('')
  })

  test('with a wrong Basic secret is told to use Basic', async () => {
    const simulator = await simulatorFor()
    const reply = await post(simulator, 'grant_type=client_credentials', { ...form, ...basic(DEMO_CLIENT_ID, 'wrong') })
    expect(reply.status).toBe(401)
    expect(reply.headers.get('www-authenticate')).toMatch(/^Basic /)
  })

  test('under the policy reject gets no less than it asked for', async () => {
    const client = { id: 'c', secret: 's', allowedScopes: [scopes.write] }
    const simulator = await simulatorFor({ scopePolicy: 'reject', clients: [client] })
    const { status, body } = await askToken(simulator, { client_id: 'c', client_secret: 's', scope: EVERY_SCOPE })
    expect([status, body.error]).toEqual([400, 'invalid_scope'])
  })

  test('for nothing but scopes the client may not have is refused', async () => {
    const simulator = await simulatorFor({ clients: [{ id: 'c', secret: null, allowedScopes: [scopes.read] }] })
    const { status, body } = await askToken(simulator, { client_id: 'c', scope: scopes.send })
    expect([status, body.error]).toEqual([400, 'invalid_scope'])
  })
})

describe('refreshing', () => {
  const refresh = { ...demoClient, grant_type: 'refresh_token' }

  test('keeps guest, conversation and scopes', async () => {
    const simulator = await simulatorFor()
    const chat = await openChat(simulator)
    const { body } = await askToken(simulator, { ...refresh, refresh_token: chat.refreshToken })
    const reply = await call(simulator, 'GET', guestApiPaths.conversation(chat.id), { accessToken: body.access_token })
    expect([reply.status, body.scope]).toEqual([200, EVERY_SCOPE])
    expect(body.refresh_token).not.toBe(chat.refreshToken)
  })

  test('twice with one token revokes the whole family', async () => {
    const simulator = await simulatorFor()
    const chat = await openChat(simulator)
    const { body: second } = await askToken(simulator, { ...refresh, refresh_token: chat.refreshToken })
    const reused = await askToken(simulator, { ...refresh, refresh_token: chat.refreshToken })
    expect([reused.status, reused.body.error]).toEqual([400, 'invalid_grant'])
    expect((await chat.read()).body.code).toBe('bad.credentials')
    const heir = await askToken(simulator, { ...refresh, refresh_token: second.refresh_token })
    expect(heir.body.error).toBe('invalid_grant')
  })

  test('may narrow the scopes, not widen them, and a refused try costs nothing', async () => {
    const simulator = await simulatorFor()
    const { body: first } = await askToken(simulator, { ...demoClient, scope: `${scopes.write} ${scopes.send}` })
    const request = { ...refresh, refresh_token: first.refresh_token }
    expect((await askToken(simulator, { ...request, scope: EVERY_SCOPE })).body.error).toBe('invalid_scope')
    expect((await askToken(simulator, { ...request, scope: scopes.write })).body.scope).toBe(scopes.write)
  })

  test('is no other client’s right', async () => {
    const simulator = await simulatorFor()
    const { refreshToken } = await openChat(simulator)
    const foreign = { grant_type: 'refresh_token', client_id: PUBLIC_CLIENT_ID, refresh_token: refreshToken }
    expect((await askToken(simulator, foreign)).body.error).toBe('invalid_grant')
  })

  test('ends with the refresh token’s life', async () => {
    const clock = new FakeClock()
    const simulator = await simulatorFor({ refreshTtlSeconds: 10 }, { clock })
    const { refreshToken } = await openChat(simulator)
    clock.advance(10_000)
    expect((await askToken(simulator, { ...refresh, refresh_token: refreshToken })).body.error).toBe('invalid_grant')
  })

  test('is not offered where the platform has none', async () => {
    const simulator = await simulatorFor({ issueRefreshToken: false })
    expect((await askToken(simulator)).body).not.toHaveProperty('refresh_token')
  })
})

describe('a guest', () => {
  const hinted = { ...demoClient, scope: EVERY_SCOPE, guest_hint: 'rosa' }

  test.each([
    ['token', 404],
    ['hint', 200],
  ] as const)('known by %s asks anew and finds the old conversation with %s', async (guestIdentity, status) => {
    const simulator = await simulatorFor({ guestIdentity })
    const { body: first } = await askToken(simulator, hinted)
    const options = { accessToken: first.access_token, body: {} }
    const { body } = await call(simulator, 'POST', guestApiPaths.conversations, options)
    const { body: second } = await askToken(simulator, hinted)
    const path = guestApiPaths.conversation(body.id)
    expect((await call(simulator, 'GET', path, { accessToken: second.access_token })).status).toBe(status)
  })
})

describe('a token', () => {
  test('lives as long as it says, down to fractions of a second', async () => {
    const clock = new FakeClock()
    const simulator = await simulatorFor({ guestTtlSeconds: 0.5 }, { clock })
    const { accessToken, read } = await openChat(simulator)
    expect((await askToken(simulator)).body.expires_in).toBe(0.5)
    clock.advance(499)
    expect((await read()).status).toBe(200)
    clock.advance(1)
    expect((await read()).body.code).toBe('credentials.expired')
    expect((await call(simulator, 'HEAD', guestApiPaths.tokenInfo, { accessToken })).status).toBe(401)
  })

  test('given back is worth nothing, and neither is its refresh token', async () => {
    const simulator = await simulatorFor()
    const chat = await openChat(simulator)
    expect((await call(simulator, 'HEAD', guestApiPaths.tokenInfo, chat)).status).toBe(200)
    expect((await call(simulator, 'DELETE', guestApiPaths.tokenInfo, chat)).status).toBe(200)
    expect((await chat.read()).body.code).toBe('bad.credentials')
    const request = { ...demoClient, grant_type: 'refresh_token', refresh_token: chat.refreshToken }
    expect((await askToken(simulator, request)).body.error).toBe('invalid_grant')
  })

  test('is read in any case of its scheme', async () => {
    const simulator = await simulatorFor()
    const { accessToken } = await openChat(simulator)
    const headers = { authorization: `bearer ${accessToken}` }
    expect((await call(simulator, 'GET', guestApiPaths.tokenInfo, { headers })).body.authorizedScope).toHaveLength(3)
  })
})
