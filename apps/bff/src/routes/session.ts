import { routes } from '@foyer/shared/protocol/routes'
import { StartSession, type Session as SessionView } from '@foyer/shared/protocol/session'
import { Hono } from 'hono'
import type { Clock } from '../clock.ts'
import type { Relay } from '../conversations/relay.ts'
import { readJson } from '../middleware/json-body.ts'
import { requireSession, type SessionCookie, type SessionEnv } from '../middleware/session-cookie.ts'
import { noteActivity } from '../sessions/note-activity.ts'
import type { SessionStore, StoredCredential } from '../sessions/session-store.ts'
import {
  expiresAtMs,
  hashHandle,
  newHandle,
  newSession,
  type Session,
  type SessionLifetimes,
} from '../sessions/session.ts'

export interface SessionRouteParts {
  readonly sessions: SessionStore
  readonly relay: Relay
  readonly clock: Clock
  readonly lifetimes: SessionLifetimes
  readonly cookie: SessionCookie
  /** Asks the platform to admit a guest. Throws UpstreamError. */
  readonly admit: () => Promise<StoredCredential>
  /** Throws StoreError; then nothing has changed. */
  readonly end: (sessionId: string) => Promise<void>
}

/** Start as guest, who am I, end. */
export function createSessionRoutes(parts: SessionRouteParts): Hono<SessionEnv> {
  const { sessions, relay, clock, lifetimes } = parts

  async function view(session: Session): Promise<SessionView> {
    const conversation = await relay.latest(session.sessionId)
    return {
      startedAt: new Date(session.createdAtMs).toISOString(),
      expiresAt: new Date(expiresAtMs(session, lifetimes)).toISOString(),
      idleSeconds: Math.floor(lifetimes.idleMs / 1000),
      ...(conversation ? { conversationId: conversation.conversationId } : {}),
    }
  }

  return new Hono<SessionEnv>()
    .post(routes.startSession.path, async (c) => {
      const { name, locale, attributes } = await readJson(c, StartSession)
      const known = c.get('session')
      if (known) {
        await noteActivity(sessions, known, clock.now()) // The guest turned to the chat: also how one says "I am still here".
        return c.json(await view({ ...known, activeAtMs: clock.now() }), 200)
      }

      const credential = await parts.admit()
      const session = newSession({ name, locale, attributes }, clock.now())
      const handle = newHandle()
      await sessions.create(session, hashHandle(handle), credential)
      parts.cookie.set(c, handle)
      return c.json(await view(session), 201)
    })

    .get(routes.readSession.path, async (c) => c.json(await view(requireSession(c))))

    .delete(routes.endSession.path, async (c) => {
      await parts.end(requireSession(c).sessionId)
      parts.cookie.delete(c)
      // Not "cookies": that clears those of the whole registrable domain, and would sign the guest out of the portal.
      c.header('Clear-Site-Data', '"storage"')
      return c.body(null, 204)
    })
}
