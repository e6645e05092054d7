import type { Clock } from './clock.ts'
import type { Relay } from './conversations/relay.ts'
import type { EventLog, Retention } from './event-log/event-log.ts'
import type { Logger } from './logger.ts'
import type { SessionStore } from './sessions/session-store.ts'
import { expiresAtMs, type SessionAge, type SessionLifetimes } from './sessions/session.ts'

const MAX_ROUND_MS = 15_000
/** A stream outlives its session by one round at most: not long, as sessions go. */
const ROUNDS_PER_IDLE_TIME = 10
/** A guest hears of the end this long before (ux.md §6). */
const WARNING_MS = 5 * 60_000

export interface HousekeepingParts {
  readonly sessions: SessionStore
  readonly relay: Pick<Relay, 'forget'>
  readonly log: EventLog
  readonly clock: Clock
  readonly logger: Logger
  readonly lifetimes: SessionLifetimes
  readonly retention: Retention
  /** Tells the streams of a session how it stands. */
  readonly tell: (sessionId: string, standing: SessionStanding) => void
}

/** `active`: what was said of expiring holds no longer. `extendable`: the end moves when the guest does something. */
export type SessionStanding =
  | { readonly state: 'active' | 'expired' }
  | { readonly state: 'expiring'; readonly expiresAtMs: number; readonly extendable: boolean }

/** Ends sessions whose time is up, with all that belongs to them, and trims the logs; until the returned function is called. */
export function startHousekeeping(parts: HousekeepingParts, roundMs = roundMsOf(parts.lifetimes)): () => void {
  let busy = false
  const warned = new Set<string>()
  const timer = setInterval(() => {
    if (busy) return
    busy = true
    void tidy(parts, warned)
      .catch((error: unknown) => parts.logger.error({ event: 'housekeeping-failed', err: error }))
      .finally(() => (busy = false))
  }, roundMs).unref()
  return () => clearInterval(timer)
}

const roundMsOf = ({ idleMs }: SessionLifetimes) => Math.min(MAX_ROUND_MS, idleMs / ROUNDS_PER_IDLE_TIME)

async function tidy(parts: HousekeepingParts, warned: Set<string>): Promise<void> {
  const { sessions, log, retention, clock, logger, lifetimes } = parts
  const nowMs = clock.now()
  const until = nowMs + warningMs(lifetimes)
  const limits = { createdBeforeMs: until - lifetimes.absoluteMs, activeBeforeMs: until - lifetimes.idleMs }
  const near = await sessions.listExpired(limits)
  const isOver = (session: SessionAge) => expiresAtMs(session, lifetimes) < nowMs
  warn(
    parts,
    warned,
    near.filter((session) => !isOver(session)),
  )
  for (const { sessionId } of near.filter(isOver)) {
    // One that cannot be ended now must not keep the others alive; it is tried again in the next round.
    await end(parts, sessionId).catch((error: unknown) => logger.error({ event: 'housekeeping-failed', err: error }))
  }
  await log.trim(retention)
}

/** A session that lives shorter than two warnings is not one warning from beginning to end. */
const warningMs = ({ idleMs }: SessionLifetimes) => Math.min(WARNING_MS, idleMs / 2)

/** Each round anew: a tab that was opened since has not heard of it yet. */
function warn({ tell, lifetimes }: HousekeepingParts, warned: Set<string>, near: readonly SessionAge[]): void {
  const now = new Set(near.map(({ sessionId }) => sessionId))
  for (const sessionId of warned) if (!now.has(sessionId)) tell(sessionId, { state: 'active' })
  warned.clear()
  for (const session of near) {
    const endsAtMs = expiresAtMs(session, lifetimes)
    const extendable = endsAtMs < session.createdAtMs + lifetimes.absoluteMs
    tell(session.sessionId, { state: 'expiring', expiresAtMs: endsAtMs, extendable })
    warned.add(session.sessionId)
  }
}

type Ending = Pick<HousekeepingParts, 'sessions' | 'relay' | 'tell'>

async function end({ sessions, relay, tell }: Ending, sessionId: string): Promise<void> {
  tell(sessionId, { state: 'expired' })
  await relay.forget(sessionId)
  await sessions.remove(sessionId)
}
