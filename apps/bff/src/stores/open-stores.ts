import type { Clock } from '../clock.ts'
import type { ConversationStore } from '../conversations/conversation-store.ts'
import { createSqliteConversationStore, SEALED_IN_CONVERSATIONS } from '../conversations/sqlite-conversation-store.ts'
import type { KeptEvents } from '../event-log/event-log.ts'
import { createSqliteEvents, SEALED_IN_EVENTS } from '../event-log/sqlite-events.ts'
import type { SessionStore } from '../sessions/session-store.ts'
import { createSqliteSessionStore, SEALED_IN_SESSIONS } from '../sessions/sqlite-session-store.ts'
import type { Committed } from '../storage/group-commit.ts'
import { reseal } from '../storage/reseal.ts'
import { createSealer } from '../storage/sealing.ts'
import { openSqlite } from '../storage/sqlite.ts'
import type { StoreErrorCode } from '../storage/store-error.ts'

/** What outlives the process. */
export interface Stores {
  readonly sessions: SessionStore
  readonly conversations: ConversationStore
  readonly events: KeptEvents
  /** Why the last transaction failed; undefined once one was kept. */
  readonly failure: StoreErrorCode | undefined
  /** Writes something, to see whether it can be kept; `failure` says the same from then on. Throws StoreError. */
  probe(): Promise<void>
  /**
   * Seals anew what older keys sealed. Resolves to how many values those were; undefined where there is but one key. Throws
   * StoreError, or the signal's reason.
   */
  reseal(signal: AbortSignal): Promise<number | undefined>
  /** Keeps what was asked for until now, and lets go of the file. */
  close(): void
}

export interface StoresOptions {
  /** Made with its folder if it is not there; or `:memory:`. */
  readonly file: string
  /** Keys of 32 bytes, newest first (sealing.ts). */
  readonly secrets: readonly Uint8Array[]
  readonly clock: Pick<Clock, 'now'>
  /** Hears of every transaction. */
  readonly committed?: Committed | undefined
}

const SEALED = [...SEALED_IN_SESSIONS, ...SEALED_IN_CONVERSATIONS, ...SEALED_IN_EVENTS]

/** All stores in one database. Throws StoreError, or an Error when the file is not ours. */
export function openStores({ file, secrets, clock, committed }: StoresOptions): Stores {
  const sealer = createSealer(secrets)
  const sqlite = openSqlite(file, { committed })
  return {
    sessions: createSqliteSessionStore({ sqlite, sealer }),
    conversations: createSqliteConversationStore(sqlite, sealer),
    events: createSqliteEvents({ sqlite, sealer, clock }),
    get failure() {
      return sqlite.failure
    },
    probe: () => sqlite.probe(),
    async reseal(signal) {
      if (secrets.length === 1) return undefined
      let count = 0
      for (const column of SEALED) count += await reseal(sqlite, sealer, column, signal)
      return count
    },
    close: () => sqlite.close(),
  }
}
