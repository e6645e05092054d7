import type { Session, SessionAge } from './session.ts'

/** JSON, opaque here; sealed at rest. */
export type StoredCredential = Readonly<Record<string, unknown>>

/** Sessions by the hash of their handle, and each guest's credential beside. Expiry is the caller's to judge. */
export interface SessionStore {
  create(session: Session, handleHash: string, credential: StoredCredential): Promise<void>
  findByHandle(handleHash: string): Promise<Session | undefined>
  find(sessionId: string): Promise<Session | undefined>
  /** Notes activity; never backwards. */
  touch(sessionId: string, activeAtMs: number): Promise<void>
  /** Undefined also when it can no longer be opened: the key is gone, or it was tampered with. */
  readCredential(sessionId: string): Promise<StoredCredential | undefined>
  writeCredential(sessionId: string, credential: StoredCredential): Promise<void>
  /** Its time is up from now on, whatever the lifetimes are; it stays listed as such until it is removed. */
  expire(sessionId: string): Promise<void>
  remove(sessionId: string): Promise<void>
  /** Sessions created before one instant or last active before the other; also those that can no longer be opened. */
  listExpired(limits: { createdBeforeMs: number; activeBeforeMs: number }): Promise<SessionAge[]>
}
