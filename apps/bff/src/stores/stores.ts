import type { Clock } from '../clock.ts'
import type { ConversationStore } from '../conversations/conversation-store.ts'
import type { KeptEvents } from '../event-log/event-log.ts'
import type { SessionStore } from '../sessions/session-store.ts'
import type { Committed } from '../storage/group-commit.ts'
import type { StoreErrorCode } from '../storage/store-error.ts'

/** What outlives the process. */
export interface Stores {
  readonly sessions: SessionStore
  readonly conversations: ConversationStore
  readonly events: KeptEvents
  /** Why the last transaction failed; undefined once one was kept. */
  readonly failure: StoreErrorCode | undefined
  /** Keeps what was asked for until now, and lets go of the file. */
  close(): Promise<void>
}

export interface StoresOptions {
  /** Made with its folder if it is not there; or `:memory:`. */
  readonly file: string
  /** Keys of 32 bytes, newest first (sealing.ts). */
  readonly secrets: readonly Uint8Array[]
  readonly clock: Pick<Clock, 'now' | 'monotonic'>
  /** Hears of every transaction. */
  readonly committed?: Committed | undefined
}
