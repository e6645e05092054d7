import type { EventLog, LogEntry, NewEvent } from '../event-log/event-log.ts'
import type { Logger } from '../logger.ts'
import type { Metrics } from './metrics.ts'
import type { SecurityEvent } from './security-events.ts'
import type { Tracing } from './tracing.ts'

type SecurityLine = { event: SecurityEvent; reason: string; events: number }

interface Parts {
  readonly metrics: Pick<Metrics, 'messages' | 'storeErrors'>
  readonly tracing: Tracing
  readonly logger: Logger
}

/**
 * The log, counting messages by what becomes of them, and told in the trace of whatever appends. What cannot be read is told
 * each time somebody reads it: it is a security event (S7, S47).
 */
export function observeEventLog(log: EventLog, { metrics, tracing, logger }: Parts): EventLog {
  function noteDamage(entries: readonly LogEntry[]): void {
    for (const [reason, damaged] of Map.groupBy(entries, (entry) => entry.damaged)) {
      if (reason === undefined) continue
      metrics.storeErrors.inc({ kind: 'corrupt' }, damaged.length)
      logger.error({ event: 'store-decrypt-failed', reason, events: damaged.length } satisfies SecurityLine)
    }
  }

  return {
    ...log,

    async readAfter(...args) {
      const page = await log.readAfter(...args)
      noteDamage(page.entries)
      return page
    },

    async readBefore(...args) {
      const page = await log.readBefore(...args)
      noteDamage(page.entries)
      return page
    },

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
