import type { Context, MiddlewareHandler } from 'hono'
import { deleteCookie, setCookie } from 'hono/cookie'
import type { Clock } from '../clock.ts'
import { RequestError } from '../problems.ts'
import type { SessionStore } from '../sessions/session-store.ts'
import { expiresAtMs, hashHandle, isHandle, type Session, type SessionLifetimes } from '../sessions/session.ts'

export const SESSION_COOKIE = '__Host-Http-foyer'

/**
 * Who may have the cookie sent (S9): pages of our own site only, or the chat also where another site frames it, then with
 * a session of its own below each of them (CHIPS).
 */
export type CookieReach = 'same-site' | 'cross-site'

export interface SessionCookie {
  set(c: Context, handle: string): void
  delete(c: Context): void
}

export interface SessionEnv {
  Variables: { session: Session | undefined }
}

interface Parts {
  readonly sessions: SessionStore
  readonly clock: Clock
  readonly lifetimes: SessionLifetimes
}

/** Finds the session of the request's cookie. Unknown, malformed, doubled or expired: simply none (S10). */
export function createReadSession({ sessions, clock, lifetimes }: Parts): MiddlewareHandler<SessionEnv> {
  return async function readSession(c, next) {
    const handle = readHandle(c.req.header('Cookie'))
    const session = handle === undefined ? undefined : await sessions.findByHandle(hashHandle(handle))
    c.set('session', session && clock.now() < expiresAtMs(session, lifetimes) ? session : undefined)
    await next()
  }
}

/** The session of this request. Throws RequestError `session-required`. */
export function requireSession<Env extends SessionEnv>(c: Context<Env>): Session {
  const session = c.get('session')
  if (!session) throw new RequestError('session-required')
  return session
}

/** The same attributes to set and to delete: a browser keeps what is deleted otherwise (S13). */
export function createSessionCookie(reach: CookieReach, maxAgeMs: number): SessionCookie {
  const attributes = {
    ...{ path: '/', secure: true, httpOnly: true },
    ...(reach === 'same-site' ? { sameSite: 'Strict' as const } : { sameSite: 'None' as const, partitioned: true }),
  }
  return {
    set: (c, handle) => setCookie(c, SESSION_COOKIE, handle, { ...attributes, maxAge: Math.floor(maxAgeMs / 1000) }),
    delete: (c) => void deleteCookie(c, SESSION_COOKIE, attributes),
  }
}

function readHandle(header: string | undefined): string | undefined {
  if (header === undefined) return undefined
  const prefix = `${SESSION_COOKIE}=`
  const values = header
    .split(';')
    .flatMap((pair) => (pair.trim().startsWith(prefix) ? [pair.trim().slice(prefix.length)] : []))
  const [value, another] = values
  return value !== undefined && another === undefined && isHandle(value) ? value : undefined
}
