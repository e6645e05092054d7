import type { Clock } from './clock.ts'
import type { Relay } from './conversations/relay.ts'
import type { EventLog, Retention } from './event-log/event-log.ts'
import type { Logger } from './logger.ts'
import type { SessionStore } from './sessions/session-store.ts'
import type { SessionLifetimes } from './sessions/session.ts'

const MAX_ROUND_MS = 15_000
/** A stream outlives its session by one round at most: not long, as sessions go. */
const ROUNDS_PER_IDLE_TIME = 10

export interface HousekeepingParts {
  readonly sessions: SessionStore
  readonly relay: Pick<Relay, 'forget'>
  readonly log: EventLog
  readonly clock: Clock
  readonly logger: Logger
  readonly lifetimes: SessionLifetimes
  readonly retention: Retention
  /** Tells the streams of a session that it is over. */
  readonly expired: (sessionId: string) => void
}

/** Ends sessions whose time is up, with all that belongs to them, and trims the logs; until the returned function is called. */
export function startHousekeeping(parts: HousekeepingParts, roundMs = roundMsOf(parts.lifetimes)): () => void {
  let busy = false
  const timer = setInterval(() => {
    if (busy) return
    busy = true
    void tidy(parts)
      .catch((error: unknown) => parts.logger.error({ event: 'housekeeping-failed', err: error }))
      .finally(() => (busy = false))
  }, roundMs).unref()
  return () => clearInterval(timer)
}

const roundMsOf = ({ idleMs }: SessionLifetimes) => Math.min(MAX_ROUND_MS, idleMs / ROUNDS_PER_IDLE_TIME)

async function tidy({ log, retention, ...parts }: HousekeepingParts): Promise<void> {
  const { sessions, clock, logger, lifetimes } = parts
  const now = clock.now()
  const limits = { createdBeforeMs: now - lifetimes.absoluteMs, activeBeforeMs: now - lifetimes.idleMs }
  for (const { sessionId } of await sessions.listExpired(limits)) {
    // One that cannot be ended now must not keep the others alive; it is tried again in the next round.
    await end(parts, sessionId).catch((error: unknown) => logger.error({ event: 'housekeeping-failed', err: error }))
  }
  await log.trim(retention)
}

type Ending = Pick<HousekeepingParts, 'sessions' | 'relay' | 'expired'>

async function end({ sessions, relay, expired }: Ending, sessionId: string): Promise<void> {
  expired(sessionId)
  await relay.forget(sessionId)
  await sessions.remove(sessionId)
}
