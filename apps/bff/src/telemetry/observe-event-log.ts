import type { EventLog, LogEntry, NewEvent } from '../event-log/event-log.ts'
import type { Metrics } from './metrics.ts'
import type { Tracing } from './tracing.ts'

interface Parts {
  readonly metrics: Pick<Metrics, 'messages'>
  readonly tracing: Tracing
}

/** The log, counting messages by what becomes of them, and told in the trace of whatever appends. */
export function observeEventLog(log: EventLog, { metrics, tracing }: Parts): EventLog {
  return {
    ...log,
    append: (conversationId, events) =>
      tracing.span('append events', {}, async (span) => {
        const entries = await log.append(conversationId, events)
        events.forEach((event, at) => count(metrics, event, entries[at]))
        const logged = entries.filter((entry) => entry !== undefined)
        span.set('foyer.event.type', events[0]?.type)
        span.set('foyer.event.count', logged.length)
        span.set('foyer.event.seq', logged.at(-1)?.seq)
        return entries
      }),
  }
}

/** What was known already is left out of the log, and is no second message. */
function count({ messages }: Parts['metrics'], event: NewEvent, entry: LogEntry | undefined): void {
  if (!entry) return
  if (event.type === 'receipt') messages.inc({ direction: 'guest', state: event.state })
  if (event.type !== 'message') return
  if (event.from.role === 'guest') messages.inc({ direction: 'guest', state: event.state })
  else messages.inc({ direction: 'platform', state: 'received' })
}
