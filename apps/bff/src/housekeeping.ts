import type { Clock } from './clock.ts'
import type { Relay } from './conversations/relay.ts'
import { GOODBYE_MS } from './end-session.ts'
import type { EventLog, Retention } from './event-log/event-log.ts'
import type { Logger } from './logger.ts'
import type { SessionStore } from './sessions/session-store.ts'
import { expiresAtMs, isLeft, type SessionAge, type SessionLifetimes } from './sessions/session.ts'

const MAX_ROUND_MS = 15_000
/** A stream outlives its session by one round at most: not long, as sessions go. */
const ROUNDS_PER_IDLE_TIME = 10
/** A wall clock that went further by itself than in so many rounds was set. */
const TOLERATED_ROUNDS = 2
/** They share a transaction. */
const TOUCHED_AT_ONCE = 1_000
/** A guest hears of the end this long before (ux.md §6). */
const WARNING_MS = 5 * 60_000

export interface HousekeepingParts {
  readonly sessions: SessionStore
  readonly relay: Pick<Relay, 'forget' | 'leave' | 'isSending' | 'abandon'>
  /** Of a session that its guest is ending right now. */
  readonly isEnding: (sessionId: string) => boolean
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

/**
 * Ends sessions whose time is up, with all that belongs to them, and trims the logs; until the returned function is called.
 * Nothing that was acknowledged vanishes with them: one whose messages are still to be sent is waited for, but not beyond
 * the absolute limit, where they have failed and the guest is told. A wall clock that is set forward ends nobody.
 */
export function startHousekeeping(parts: HousekeepingParts, roundMs = roundMsOf(parts.lifetimes)): () => void {
  let busy = false
  const jumpMs = watchWallClock(parts.clock)
  let owedMs = 0
  async function round(): Promise<void> {
    owedMs += jumpMs()
    if (owedMs > TOLERATED_ROUNDS * roundMs) await forgive(parts, owedMs)
    else await tidy(parts, warned)
    owedMs = 0 // in a round that failed to forgive it is owed still
  }
  const warned = new Set<string>()
  const timer = setInterval(() => {
    if (busy) return
    busy = true
    void round()
      .catch((error: unknown) => parts.logger.error({ event: 'housekeeping-failed', err: error }))
      .finally(() => (busy = false))
  }, roundMs).unref()
  return () => clearInterval(timer)
}

const roundMsOf = ({ idleMs }: SessionLifetimes) => Math.min(MAX_ROUND_MS, idleMs / ROUNDS_PER_IDLE_TIME)

/** How far the wall clock has moved by itself since it was asked last. */
function watchWallClock(clock: Clock): () => number {
  let known = clock.now() - clock.monotonic()
  return () => {
    const before = known
    known = clock.now() - clock.monotonic()
    return known - before
  }
}

const near = ({ sessions, lifetimes }: HousekeepingParts, nowMs: number) => {
  const until = nowMs + warningMs(lifetimes)
  return sessions.listExpired({
    createdBeforeMs: until - lifetimes.absoluteMs,
    activeBeforeMs: until - lifetimes.idleMs,
  })
}

/** Time that only the clock went through is not idle time. Nothing else is done in that round. */
async function forgive(parts: HousekeepingParts, jumpedMs: number): Promise<void> {
  const { sessions, clock, logger, lifetimes } = parts
  const nowMs = clock.now()
  logger.warn({ event: 'clock-jumped', jumpedMs: Math.round(jumpedMs) })
  const all = await sessions.listExpired({ createdBeforeMs: 0, activeBeforeMs: nowMs })
  const living = all.filter((session) => expiresAtMs(session, lifetimes) >= nowMs - jumpedMs)
  for (let at = 0; at < living.length; at += TOUCHED_AT_ONCE) {
    const some = living.slice(at, at + TOUCHED_AT_ONCE)
    await Promise.all(
      some.map(({ sessionId, activeAtMs }) => sessions.touch(sessionId, Math.min(nowMs, activeAtMs + jumpedMs))),
    )
  }
}

async function tidy(parts: HousekeepingParts, warned: Set<string>): Promise<void> {
  const { relay, log, retention, clock, logger, lifetimes, isEnding } = parts
  const nowMs = clock.now()
  const isTimeUp = (session: SessionAge) =>
    session.createdAtMs + lifetimes.absoluteMs < nowMs ||
    (expiresAtMs(session, lifetimes) < nowMs && !relay.isSending(session.sessionId))
  const { over = [], living = [] } = Object.groupBy(await near(parts, nowMs), (session) =>
    isTimeUp(session) ? 'over' : 'living',
  )
  warn(parts, warned, living)
  for (const session of over) {
    if (isEnding(session.sessionId)) continue
    // One that cannot be ended now must not keep the others alive; it is tried again in the next round.
    await end(parts, session).catch((error: unknown) => logger.error({ event: 'housekeeping-failed', err: error }))
  }
  await log.trim(retention)
}

/** A session that lives shorter than two warnings is not one warning from beginning to end. */
const warningMs = ({ idleMs }: SessionLifetimes) => Math.min(WARNING_MS, idleMs / 2)

/** Each round anew: a tab that was opened since has not heard of it yet. */
function warn({ tell, clock, lifetimes }: HousekeepingParts, warned: Set<string>, living: readonly SessionAge[]): void {
  const now = new Set(living.map(({ sessionId }) => sessionId))
  for (const sessionId of warned) if (!now.has(sessionId)) tell(sessionId, { state: 'active' })
  warned.clear()
  for (const session of living) {
    const endsAtMs = expiresAtMs(session, lifetimes)
    const extendable = endsAtMs < session.createdAtMs + lifetimes.absoluteMs
    if (endsAtMs >= clock.now()) tell(session.sessionId, { state: 'expiring', expiresAtMs: endsAtMs, extendable })
    warned.add(session.sessionId)
  }
}

type Ending = Pick<HousekeepingParts, 'sessions' | 'relay' | 'tell'>

async function end({ sessions, relay, tell }: Ending, session: SessionAge): Promise<void> {
  const { sessionId } = session
  if (isLeft(session)) {
    // Its guest ended it, and not all of that could be done.
    await relay.leave(sessionId, AbortSignal.timeout(GOODBYE_MS))
  } else {
    // While its streams are there to tell it.
    if (relay.isSending(sessionId)) await relay.abandon(sessionId)
    tell(sessionId, { state: 'expired' })
    await relay.forget(sessionId)
  }
  await sessions.remove(sessionId)
}
