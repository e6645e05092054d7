import { Hono } from 'hono'
import { describe, expect, test } from 'vitest'
import { FakeClock } from '../../test/support/fake-clock.ts'
import { silentLogger } from '../../test/support/loggers.ts'
import { newSealer, openStore } from '../../test/support/stores.ts'
import { createErrorHandler } from '../problems.ts'
import { hashHandle, newHandle, newSession } from '../sessions/session.ts'
import { createSqliteSessionStore } from '../sessions/sqlite-session-store.ts'
import {
  createReadSession,
  createSessionCookie,
  requireSession,
  SESSION_COOKIE,
  type CookieReach,
  type SessionEnv,
} from './session-cookie.ts'

const lifetimes = { idleMs: 60_000, absoluteMs: 600_000 }

/** An app that tells whose session a request is in, with one session that is kept. */
async function createSubject(reach: CookieReach = 'same-site') {
  const clock = new FakeClock()
  const sessions = createSqliteSessionStore({ sqlite: openStore(), sealer: newSealer() })
  const session = newSession({ name: 'Rosa' }, clock.now())
  const handle = newHandle()
  await sessions.create(session, hashHandle(handle), {})

  const sessionCookie = createSessionCookie(reach, lifetimes.absoluteMs)
  const app = new Hono<SessionEnv>()
    .use(createReadSession({ sessions, clock, lifetimes }))
    .get('/whose', (c) => c.text(c.get('session')?.sessionId ?? 'nobody'))
    .get('/required', (c) => c.text(requireSession(c).sessionId))
    .get('/set', (c) => (sessionCookie.set(c, handle), c.text('set')))
    .get('/delete', (c) => (sessionCookie.delete(c), c.text('deleted')))
    .onError(createErrorHandler({ logger: silentLogger, showDiagnosis: false }))
  const whose = async (cookie?: string) => {
    const response = await app.request('/whose', cookie === undefined ? {} : { headers: { Cookie: cookie } })
    expect(response.status).toBe(200)
    return response.text()
  }
  return { app, clock, sessions, session, handle, whose, cookie: `${SESSION_COOKIE}=${handle}` }
}

describe('a request is in the session of its cookie', () => {
  test('which may stand alone or among others', async () => {
    const { whose, cookie, session } = await createSubject()
    for (const header of [cookie, `a=1; ${cookie}; b=2`, `a=1;${cookie}`, ` ${cookie} ;`]) {
      expect(await whose(header)).toBe(session.sessionId)
    }
  })

  test('S12 until it was idle for too long', async () => {
    const { whose, cookie, session, clock } = await createSubject()
    await clock.advance(lifetimes.idleMs - 1)
    expect(await whose(cookie)).toBe(session.sessionId)
    await clock.advance(1)
    expect(await whose(cookie)).toBe('nobody')
  })

  test('S12 until its absolute limit, though it was never idle', async () => {
    const { whose, cookie, session, sessions, clock } = await createSubject()
    for (let minute = 0; minute < 10; minute++) {
      await clock.advance(59_000)
      await sessions.touch(session.sessionId, clock.now())
    }
    expect(await whose(cookie)).toBe(session.sessionId)
    await clock.advance(10_000)
    await sessions.touch(session.sessionId, clock.now())
    expect(await whose(cookie)).toBe('nobody')
  })

  test('S12 and looking is not activity', async () => {
    const { whose, cookie, clock, sessions, session } = await createSubject()
    await clock.advance(30_000)
    await whose(cookie)
    expect((await sessions.find(session.sessionId))?.activeAtMs).toBe(session.activeAtMs)
  })
})

describe('S10 a request is in no session', () => {
  type Made = Awaited<ReturnType<typeof createSubject>>
  const cases: [string, (made: Made) => string | undefined][] = [
    ['without a cookie', () => undefined],
    ['with an empty header', () => ''],
    ['with others’ cookies only', () => 'a=1; b=2'],
    ['with an empty value', () => `${SESSION_COOKIE}=`],
    ['with a name only', () => SESSION_COOKIE],
    ['with a handle nobody gave out', () => `${SESSION_COOKIE}=${newHandle()}`],
    ['with the hash instead of the handle', ({ handle }) => `${SESSION_COOKIE}=${hashHandle(handle)}`],
    ['with the session’s id', ({ session }) => `${SESSION_COOKIE}=${session.sessionId}`],
    ['with two of them', ({ cookie }) => `${cookie}; ${SESSION_COOKIE}=${newHandle()}`],
    ['with the same one twice', ({ cookie }) => `${cookie}; ${cookie}`],
    ['with a good one and an empty one', ({ cookie }) => `${cookie}; ${SESSION_COOKIE}=`],
    ['with quotes around it', ({ handle }) => `${SESSION_COOKIE}="${handle}"`],
    ['with a character too many', ({ cookie }) => `${cookie}a`],
    ['with a character too few', ({ cookie }) => cookie.slice(0, -1)],
    ['with a null character in it', ({ cookie }) => `${cookie}%00`],
    ['with eight kilobytes', () => `${SESSION_COOKIE}=${'a'.repeat(8_192)}`],
    ['under another name’s end', ({ handle }) => `x${SESSION_COOKIE}=${handle}`],
    ['under a name in other letters', ({ handle }) => `${SESSION_COOKIE.toUpperCase()}=${handle}`],
    ['under a name with a space', ({ handle }) => `${SESSION_COOKIE} =${handle}`],
    ['of a prefix a sub-domain could set', ({ handle }) => `foyer=${handle}; __Host-foyer=${handle}`],
    ['separated by a comma', ({ cookie }) => `a=1, ${cookie}`],
    ['with SQL', () => `${SESSION_COOKIE}=' OR 1=1 --`],
  ]

  test.each(cases)('%s', async (_, header) => {
    const made = await createSubject()
    expect(await made.whose(header(made))).toBe('nobody')
  })

  test('among five hundred cookies it is found all the same', async () => {
    const { whose, cookie, session } = await createSubject()
    const many = Array.from({ length: 500 }, (_, index) => `c${index}=${index}`)
    expect(await whose([...many, cookie].join('; '))).toBe(session.sessionId)
  })

  test('and is refused where one is required', async () => {
    const { app } = await createSubject()
    const response = await app.request('/required')
    expect(response.status).toBe(401)
    expect(await response.json()).toMatchObject({ code: 'session-required' })
  })
})

describe('the cookie', () => {
  const attributesOf = (header: string | null) => new Set(header?.split('; ').slice(1))
  const always = ['Path=/', 'HttpOnly', 'Secure']

  test.each([
    ['S9 is for this host alone, over TLS, out of reach of scripts and other sites', 'same-site', ['SameSite=Strict']],
    ['S9 goes to other sites that frame the chat, apart for each', 'cross-site', ['SameSite=None', 'Partitioned']],
  ] as const)('%s, and no longer than the session', async (_, reach, more) => {
    const { app, handle } = await createSubject(reach)
    const header = (await app.request('/set')).headers.get('Set-Cookie')
    expect(header?.split(';')[0]).toBe(`__Host-Http-foyer=${handle}`)
    expect(attributesOf(header)).toEqual(new Set(['Max-Age=600', ...always, ...more]))
    expect(header?.length).toBeLessThan(4096)
  })

  test.each([
    ['same-site', ['SameSite=Strict']],
    ['cross-site', ['SameSite=None', 'Partitioned']],
  ] as const)('S13 is deleted under the attributes it was set with: %s', async (reach, more) => {
    const { app } = await createSubject(reach)
    const header = (await app.request('/delete')).headers.get('Set-Cookie')
    expect(header?.split(';')[0]).toBe('__Host-Http-foyer=')
    expect(attributesOf(header)).toEqual(new Set(['Max-Age=0', ...always, ...more]))
  })
})
