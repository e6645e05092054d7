import type { Context, MiddlewareHandler } from 'hono'
import { deleteCookie, setCookie } from 'hono/cookie'
import type { Clock } from '../clock.ts'
import { RequestError } from '../problems.ts'
import type { SessionStore } from '../sessions/session-store.ts'
import { expiresAtMs, hashHandle, isHandle, type Session, type SessionLifetimes } from '../sessions/session.ts'

export const SESSION_COOKIE = '__Host-Http-foyer'
/** The same attributes to set and to delete: a browser keeps what is deleted otherwise (S13). */
const ATTRIBUTES = { path: '/', secure: true, httpOnly: true, sameSite: 'Strict' } as const

export interface SessionEnv {
  Variables: { session: Session | undefined }
}

interface Parts {
  readonly sessions: SessionStore
  readonly clock: Clock
  readonly lifetimes: SessionLifetimes
}

/** Finds the session of the request's cookie. Unknown, malformed, doubled or expired: simply none (S10). */
export function createSessionCookie({ sessions, clock, lifetimes }: Parts): MiddlewareHandler<SessionEnv> {
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

export function setSessionCookie(c: Context, handle: string, maxAgeMs: number): void {
  setCookie(c, SESSION_COOKIE, handle, { ...ATTRIBUTES, maxAge: Math.floor(maxAgeMs / 1000) })
}

export function deleteSessionCookie(c: Context): void {
  deleteCookie(c, SESSION_COOKIE, ATTRIBUTES)
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
