import { routes } from '@foyer/shared/protocol/routes'
import type { HttpBindings } from '@hono/node-server'
import { RESPONSE_ALREADY_SENT } from '@hono/node-server/utils/response'
import { Hono } from 'hono'
import type { Clock } from '../clock.ts'
import type { Relay } from '../conversations/relay.ts'
import type { EventLog, PassingEntry } from '../event-log/event-log.ts'
import { replayAndFollow } from '../event-log/replay-and-follow.ts'
import type { Logger } from '../logger.ts'
import type { RequestIdEnv } from '../middleware/request-id.ts'
import type { SessionEnv } from '../middleware/session-cookie.ts'
import { RequestError } from '../problems.ts'
import type { EventStreams } from './event-streams.ts'
import { requireOwned } from './owned-conversation.ts'

/*
 * The stream of a conversation (WHATWG HTML §9.2).
 *   resume   after `Last-Event-ID`, else `?after=`, else from the beginning; ids are the log's seq
 *   replay   what was missed, paced by the reader, then live: no gap, no repeat
 *   reset    what was asked for is gone or never was: one `reset` event, then live from the log's end
 *   end      the session's end, a reader that does not keep up, or the server's restart; the page comes back by itself
 */

export interface EventRouteParts {
  readonly relay: Relay
  readonly log: EventLog
  readonly streams: EventStreams
  readonly clock: Clock
  readonly logger: Logger
}

interface Env {
  Bindings: HttpBindings
  Variables: SessionEnv['Variables'] & RequestIdEnv['Variables']
}

const SEQ = /^\d{1,15}$/

export function createEventRoutes({ relay, log, streams, clock, logger }: EventRouteParts): Hono<Env> {
  return new Hono<Env>().get(routes.followEvents.path, async (c) => {
    const { record } = await requireOwned(c, relay)
    const { conversationId, sessionId } = record
    const after = parseSeq(c.req.header('Last-Event-ID') ?? c.req.query('after') ?? '0')
    const stream = streams.open(c.env.outgoing, sessionId, { 'X-Request-Id': c.get('requestId') })

    const { status, unwatch } = relay.watch(record)
    stream.signal.addEventListener('abort', unwatch, { once: true })
    const passing = (event: { type: string }, seq: number): PassingEntry => {
      const json = JSON.stringify({ seq, at: new Date(clock.now()).toISOString(), ...event })
      return { seq, type: event.type, json, passing: true }
    }
    stream.write(passing({ type: 'connection', ...status }, after))

    const follow = (from: number) =>
      replayAndFollow(log, { conversationId, after: from, sink: stream, signal: stream.signal })
    // The answer has begun: a failure from here on can only end it.
    void (async () => {
      if ((await follow(after)) === 'following') return
      const lastSeq = await log.lastSeq(conversationId)
      stream.write(passing({ type: 'reset' }, lastSeq))
      await follow(lastSeq)
    })().catch((error: unknown) => {
      logger.error({ event: 'stream-failed', requestId: c.get('requestId'), err: error })
      c.env.outgoing.destroy()
    })
    return RESPONSE_ALREADY_SENT
  })
}

function parseSeq(value: string): number {
  if (SEQ.test(value)) return Number(value)
  throw new RequestError('invalid-request', undefined, {
    errors: [{ path: 'after', message: 'must be a whole number, as must Last-Event-ID' }],
  })
}
