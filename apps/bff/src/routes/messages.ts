import { SendMessage } from '@foyer/shared/protocol/message'
import { routes } from '@foyer/shared/protocol/routes'
import { Hono } from 'hono'
import * as v from 'valibot'
import type { Clock } from '../clock.ts'
import type { Relay } from '../conversations/relay.ts'
import type { EventLog } from '../event-log/event-log.ts'
import { MESSAGE_BYTES, parse, readJson } from '../middleware/json-body.ts'
import type { MessageLimit } from '../middleware/message-limit.ts'
import type { SessionEnv } from '../middleware/session-cookie.ts'
import { noteActivity } from '../sessions/note-activity.ts'
import type { SessionStore } from '../sessions/session-store.ts'
import { requireOwned } from './owned-conversation.ts'

export interface MessageRouteParts {
  readonly sessions: SessionStore
  readonly relay: Relay
  readonly log: EventLog
  readonly clock: Clock
  readonly limitMessages: MessageLimit
}

const wholeNumber = v.pipe(v.string(), v.regex(/^\d{1,15}$/, 'must be a whole number'), v.transform(Number))
const HistoryQuery = v.strictObject({
  before: v.optional(wholeNumber),
  limit: v.optional(
    v.pipe(wholeNumber, v.minValue(1, 'must be at least 1'), v.maxValue(200, 'must be at most 200')),
    '50',
  ),
})

/** Send, and read what was said before. */
export function createMessageRoutes(parts: MessageRouteParts): Hono<SessionEnv> {
  const { sessions, relay, log, clock, limitMessages } = parts
  return new Hono<SessionEnv>()
    .post(routes.sendMessage.path, async (c) => {
      const { session, record } = await requireOwned(c, relay)
      const message = await readJson(c, SendMessage, { maxBytes: MESSAGE_BYTES })
      await noteActivity(sessions, session, clock.now())
      const { messageId } = message
      const { repeated, ...sent } = await limitMessages(c, { record, messageId }, () => relay.send(record, message))
      return c.json(sent, repeated ? 200 : 202)
    })

    .get(routes.readMessages.path, async (c) => {
      const { record } = await requireOwned(c, relay)
      const { before, limit } = parse(HistoryQuery, c.req.query())
      const { entries, earlier } = await log.readBefore(record.conversationId, before, limit)
      // Without `before` the page ends where the log does; what is appended from now on comes after its last event.
      const lastSeq = before === undefined ? (entries.at(-1)?.seq ?? 0) : await log.lastSeq(record.conversationId)
      // The log's rows are JSON already: they are put together, not taken apart.
      const events = entries.map(({ json }) => json).join(',')
      c.header('Content-Type', 'application/json')
      return c.body(`{"events":[${events}],"earlier":${earlier},"lastSeq":${lastSeq}}`)
    })
}
