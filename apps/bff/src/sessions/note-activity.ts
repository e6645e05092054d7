import type { SessionStore } from './session-store.ts'
import type { Session } from './session.ts'

/** Idle time is counted in minutes: what a guest does within this time of the last note is not written down again. */
const NOTED_MS = 5_000

/** The guest did something: the session lives on (S12). Costs a write only now and then. */
export async function noteActivity(sessions: SessionStore, session: Session, nowMs: number): Promise<void> {
  if (nowMs - session.activeAtMs < NOTED_MS) return
  await sessions.touch(session.sessionId, nowMs)
}
