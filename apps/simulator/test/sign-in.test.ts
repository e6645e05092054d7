import { createHash } from 'node:crypto'
import { webMessagingPaths } from '@foyer/shared/platform/web-messaging/paths'
import { describe, expect, test } from 'vitest'
import { DEMO_DEPLOYMENT_ID, type SimulatorOptions } from '../src/options.ts'
import { FakeClock } from './fake-clock.ts'
import { call, simulatorFor } from './guest.ts'
import { connect, type WebMessagingClient } from './web-messaging-client.ts'

const maren = { id: 'maren@example.com', firstName: 'Maren', lastName: 'Dahl' }
const open = { enabled: true, allowSessionUpgrade: true }
const options = (auth: object = open): SimulatorOptions => ({ deployments: [{ id: DEMO_DEPLOYMENT_ID, auth }] })

async function simulatorWithSignIn(auth: object = open, clock?: FakeClock) {
  const simulator = await simulatorFor(options(auth), clock ? { clock } : {})
  const { control } = simulator
  const exchange = (oauth: object, deploymentId = DEMO_DEPLOYMENT_ID) =>
    call(simulator, 'POST', webMessagingPaths.tokenExchange, { body: { deploymentId, oauth } })
  const signIn = async (user = maren) => {
    const { body } = await exchange({
      code: await control.createSignInCode({ user }),
      redirectUri: 'https://a.example',
    })
    return body as unknown as { jwt: string; refreshToken: string }
  }
  const refresh = (refreshToken: string) =>
    call(simulator, 'POST', webMessagingPaths.tokenRefresh, { body: { refreshToken } })
  const revoke = (accessToken: string) => call(simulator, 'DELETE', webMessagingPaths.tokenRevoke, { accessToken })
  return { simulator, control, url: simulator.url, exchange, signIn, refresh, revoke }
}

const configureAs = (guest: WebMessagingClient, jwt: string, more: object = {}) =>
  guest.ask({
    action: 'configureAuthenticatedSession',
    deploymentId: DEMO_DEPLOYMENT_ID,
    data: { code: jwt },
    ...more,
  })

describe('a code of the provider', () => {
  test('is traded once, for tokens; what it was bound to has to be matched', async () => {
    const { control, exchange } = await simulatorWithSignIn()
    const verifier = 'v'.repeat(43)
    const bound = {
      user: maren,
      redirectUri: 'https://shop.example/in',
      codeChallenge: createHash('sha256').update(verifier).digest('base64url'),
    }
    const right = { redirectUri: bound.redirectUri, codeVerifier: verifier }
    const good = await control.createSignInCode(bound)
    const first = await exchange({ ...right, code: good })
    expect(first).toMatchObject({ status: 200, body: { jwt: expect.any(String), refreshToken: expect.any(String) } })
    expect(first.headers.get('access-control-allow-origin')).toBe('*')
    expect((await exchange({ ...right, code: good })).status).toBe(400)
    for (const wrong of [{ redirectUri: 'https://evil.example' }, { codeVerifier: 'w'.repeat(43) }]) {
      const code = await control.createSignInCode(bound)
      expect((await exchange({ ...right, ...wrong, code })).status).toBe(400)
    }
  })

  test('may be an id token, which brings no refresh token', async () => {
    const { control, exchange } = await simulatorWithSignIn()
    const order = { user: maren, kind: 'id-token' as const, nonce: 'n-1' }
    const traded = await exchange({ idToken: await control.createSignInCode(order), nonce: 'n-1' })
    expect(Object.keys(traded.body)).toEqual(['jwt'])
    expect((await exchange({ idToken: await control.createSignInCode(order), nonce: 'n-2' })).status).toBe(400)
    expect((await exchange({ code: await control.createSignInCode(order), nonce: 'n-1' })).status).toBe(400)
  })

  test('is worth nothing too late, nor where nobody signs in', async () => {
    const clock = new FakeClock()
    const { control, exchange } = await simulatorWithSignIn(open, clock)
    expect((await exchange({ code: await control.createSignInCode({ user: maren }) }, 'other')).status).toBe(400)
    const code = await control.createSignInCode({ user: maren })
    clock.advance(601_000)
    expect((await exchange({ code })).status).toBe(400)
    const without = await simulatorWithSignIn({ enabled: false })
    expect((await without.exchange({ code: await without.control.createSignInCode({ user: maren }) })).status).toBe(400)
  })
})

describe('an authenticated session', () => {
  test('belongs to a person: their messages say so, and the agent sees a name', async () => {
    const { control, url, signIn } = await simulatorWithSignIn()
    const guest = await connect(url)
    expect(await configureAs(guest, (await signIn()).jwt)).toMatchObject({
      class: 'SessionResponse',
      body: { connected: true, newSession: true, clearedExistingSession: false },
    })
    expect((await guest.say('hello')).body.metadata.authenticated).toBe('true')
    expect((await control.state()).conversations[0]?.guestName).toBe('Maren Dahl')
    expect((await configureAs(guest, (await signIn()).jwt)).body.newSession).toBe(false)
  })

  test('is never a guest’s again, nor another person’s', async () => {
    const { url, signIn } = await simulatorWithSignIn()
    const guest = await connect(url)
    await configureAs(guest, (await signIn()).jwt)
    expect(await guest.configure()).toMatchObject({ class: 'string', code: 4017 })
    expect(await guest.configure({ startNew: true })).toMatchObject({ class: 'string', code: 4017 })
    const other = await signIn({ ...maren, id: 'somebody else' })
    expect(await configureAs(guest, other.jwt)).toMatchObject({ class: 'string', code: 403 })
  })

  test('needs a token that lives; another is had for the refresh token', async () => {
    const clock = new FakeClock()
    const { url, signIn, refresh } = await simulatorWithSignIn(open, clock)
    const { jwt, refreshToken } = await signIn()
    const guest = await connect(url)
    clock.advance(901_000)
    expect(await configureAs(guest, jwt)).toMatchObject({ class: 'string', code: 401 })
    const fresh = (await refresh(refreshToken)).body as unknown as { jwt: string }
    expect(Object.keys(fresh)).toEqual(['jwt'])
    expect((await configureAs(guest, fresh.jwt)).body.connected).toBe(true)
    clock.advance(86_400_000)
    expect(await guest.say('hello?')).toMatchObject({ code: 403, body: 'Session authentication failed' })
    expect((await refresh(refreshToken)).status).toBe(401)
  })

  test('is over when the person signs out: every socket hears of it, both tokens are dead', async () => {
    const { url, signIn, refresh, revoke } = await simulatorWithSignIn()
    const { jwt, refreshToken } = await signIn()
    const guest = await connect(url)
    const other = await connect(url, { token: guest.token })
    for (const one of [guest, other]) await configureAs(one, jwt)
    expect((await revoke(jwt)).status).toBe(204)
    for (const one of [guest, other]) await one.nextOf('LogoutEvent')
    expect(await guest.closed()).toBe(1000)
    expect((await refresh(refreshToken)).status).toBe(401)
    expect((await revoke(jwt)).status).toBe(401)
    const later = await connect(url)
    expect(await configureAs(later, jwt)).toMatchObject({ class: 'string', code: 401 })
  })

  test('is not to be had where nobody signs in, and the only one where everybody has to', async () => {
    const off = await simulatorFor()
    const guest = await connect(off.url)
    expect(await configureAs(guest, 'any')).toMatchObject({ class: 'string', code: 403 })
    const { url } = await simulatorWithSignIn({ enabled: true })
    expect(await (await connect(url)).configure()).toMatchObject({ class: 'string', code: 401 })
  })
})

describe('a guest who signs in', () => {
  test('keeps the conversation, is announced, and takes the place of their session elsewhere', async () => {
    const { control, url, signIn } = await simulatorWithSignIn()
    const elsewhere = await connect(url)
    await configureAs(elsewhere, (await signIn()).jwt)
    const guest = await connect(url)
    await guest.configure()
    expect((await guest.say('hello')).body.metadata.authenticated).toBeUndefined()

    const answer = await configureAs(guest, (await signIn()).jwt)
    expect(answer.body).toMatchObject({ newSession: false, clearedExistingSession: true })
    const announced = guest.frames.findIndex((frame) => frame.body.events?.[0]?.presence?.type === 'SignIn')
    expect(guest.frames[announced]?.body).toMatchObject({
      direction: 'Inbound',
      channel: { from: { firstName: 'Maren', lastName: 'Dahl' } },
    })
    expect(announced).toBeLessThan(guest.frames.indexOf(answer))
    expect((await elsewhere.nextOf('ConnectionClosedEvent')).body).toEqual({ reason: 'signedIn' })
    expect((await guest.say('it is me')).body.metadata.authenticated).toBe('true')
    const { conversations } = await control.state()
    expect(conversations.map(({ lastText, guestName }) => [lastText, guestName])).toEqual([['it is me', 'Maren Dahl']])
  })

  test('is refused where guests may not', async () => {
    const { control, url, signIn } = await simulatorWithSignIn()
    const guest = await connect(url)
    await guest.configure()
    await control.changeOptions(options({ enabled: true }))
    expect(await configureAs(guest, (await signIn()).jwt)).toMatchObject({ class: 'string', code: 403 })
    expect((await configureAs(guest, (await signIn()).jwt, { startNew: true })).body.newSession).toBe(true)
  })
})

test('none of a sign-in is on record', async () => {
  const { control, url, exchange, refresh } = await simulatorWithSignIn()
  const codeVerifier = 'verifier-nobody-may-read'
  const code = await control.createSignInCode({ user: maren })
  const { jwt, refreshToken } = (await exchange({ code, codeVerifier })).body as unknown as Record<string, string>
  await refresh(refreshToken ?? '')
  await configureAs(await connect(url), jwt ?? '')
  const records = JSON.stringify(await control.requests())
  expect(records).toContain('webmessaging.token-exchange')
  for (const secret of [code, codeVerifier, jwt, refreshToken]) expect(records).not.toContain(secret)
})
