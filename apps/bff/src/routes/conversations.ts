import { Typing } from '@foyer/shared/protocol/conversation'
import { routes } from '@foyer/shared/protocol/routes'
import { Hono } from 'hono'
import type { Clock } from '../clock.ts'
import type { Relay } from '../conversations/relay.ts'
import { readJson } from '../middleware/json-body.ts'
import { refuseBody } from '../middleware/refuse-body.ts'
import { requireSession, type SessionEnv } from '../middleware/session-cookie.ts'
import { noteActivity } from '../sessions/note-activity.ts'
import type { SessionStore } from '../sessions/session-store.ts'
import { requireOwned } from './owned-conversation.ts'

export interface ConversationRouteParts {
  readonly sessions: SessionStore
  readonly relay: Relay
  readonly clock: Clock
}

/** Open, read, type, clear, end. */
export function createConversationRoutes({ sessions, relay, clock }: ConversationRouteParts): Hono<SessionEnv> {
  return new Hono<SessionEnv>()
    .post(routes.openConversation.path, async (c) => {
      const session = requireSession(c)
      refuseBody(c)
      const { record, isNew } = await relay.openFor(session.sessionId, session.guest)
      await noteActivity(sessions, session, clock.now())
      return c.json(await relay.describe(record), isNew ? 201 : 200)
    })

    .get(routes.readConversation.path, async (c) => {
      const { record } = await requireOwned(c, relay)
      return c.json(await relay.describe(record))
    })

    .post(routes.setTyping.path, async (c) => {
      const { session, record } = await requireOwned(c, relay)
      const { typing } = await readJson(c, Typing)
      await noteActivity(sessions, session, clock.now())
      await relay.typing(record, typing)
      return c.body(null, 204)
    })

    .post(routes.clearConversation.path, async (c) => {
      const { session, record } = await requireOwned(c, relay)
      refuseBody(c)
      await noteActivity(sessions, session, clock.now())
      await relay.clear(record)
      return c.body(null, 204)
    })

    .post(routes.endConversation.path, async (c) => {
      const { session, record } = await requireOwned(c, relay)
      refuseBody(c)
      await noteActivity(sessions, session, clock.now())
      await relay.end(record)
      return c.body(null, 204)
    })
}
