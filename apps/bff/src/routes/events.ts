import { routes } from '@foyer/shared/protocol/routes'
import type { HttpBindings } from '@hono/node-server'
import { RESPONSE_ALREADY_SENT } from '@hono/node-server/utils/response'
import { Hono, type Context } from 'hono'
import type { Clock } from '../clock.ts'
import type { ConversationRecord } from '../conversations/conversation.ts'
import type { Relay } from '../conversations/relay.ts'
import type { EventLog, NewPassingEvent } from '../event-log/event-log.ts'
import { toPassingEntry } from '../event-log/passing-entry.ts'
import { replayAndFollow } from '../event-log/replay-and-follow.ts'
import type { RequestIdEnv } from '../middleware/request-id.ts'
import type { SessionEnv } from '../middleware/session-cookie.ts'
import { RequestError } from '../problems.ts'
import type { EventStreams } from './event-streams.ts'
import type { EventStream } from './open-stream.ts'
import { requireOwned } from './owned-conversation.ts'

/*
 * The stream of a conversation (WHATWG HTML §9.2).
 *   resume   after `Last-Event-ID`, else `?after=`, else from the beginning; ids are the log's seq
 *   replay   what was missed, paced by the reader, then live: no gap, no repeat
 *   reset    what was asked for is gone or never was: one `reset` event, then live from the log's end
 *   end      the session's end, a reader that does not keep up, ten minutes, or the server's restart; the page comes back
 *            by itself
 */

export interface EventRouteParts {
  readonly relay: Relay
  readonly log: EventLog
  readonly streams: EventStreams
  readonly clock: Clock
  readonly addressOf: (c: Context) => string
  /** Of every answer; a stream is written past what sets them. */
  readonly headers: Readonly<Record<string, string>>
}

interface Env {
  Bindings: HttpBindings
  Variables: SessionEnv['Variables'] & RequestIdEnv['Variables']
}

const SEQ = /^\d{1,15}$/

export function createEventRoutes({ relay, log, streams, clock, addressOf, headers }: EventRouteParts): Hono<Env> {
  const passing = (event: NewPassingEvent, seq: number) =>
    toPassingEntry({ passing: { at: new Date(clock.now()).toISOString(), ...event } }, seq)

  async function serve(stream: EventStream, record: ConversationRecord, after: number): Promise<void> {
    const { conversationId } = record
    const { signal } = stream
    if (signal.aborted) return // gone before we had anything to say
    const { status, unwatch } = relay.watch(record)
    signal.addEventListener('abort', unwatch, { once: true })
    stream.write([passing({ type: 'connection', ...status }, after)], 'live')
    let from = after
    while ((await replayAndFollow(log, { conversationId, after: from, sink: stream, signal })) === 'trimmed') {
      from = await log.lastSeq(conversationId)
      stream.write([passing({ type: 'reset' }, from)], 'reset')
    }
  }

  return new Hono<Env>().get(routes.followEvents.path, async (c) => {
    const { record } = await requireOwned(c, relay)
    const after = parseSeq(c.req.header('Last-Event-ID') ?? c.req.query('after') ?? '0')
    const own = { ...headers, 'X-Request-Id': c.get('requestId') }
    const opening = { sessionId: record.sessionId, address: addressOf(c), headers: own }
    const stream = streams.open(c.env.outgoing, opening)
    // The answer has begun: a failure from here on can only end it.
    void serve(stream, record, after).catch((error: unknown) => stream.fail(error))
    return RESPONSE_ALREADY_SENT
  })
}

function parseSeq(value: string): number {
  if (SEQ.test(value)) return Number(value)
  throw new RequestError('invalid-request', undefined, {
    errors: [{ path: 'after', message: 'must be a whole number, as must Last-Event-ID' }],
  })
}
