import type { Clock } from '../clock.ts'
import type { ConversationStore } from '../conversations/conversation-store.ts'
import { createSqliteConversationStore } from '../conversations/sqlite-conversation-store.ts'
import type { KeptEvents } from '../event-log/event-log.ts'
import { createSqliteEvents } from '../event-log/sqlite-events.ts'
import type { SessionStore } from '../sessions/session-store.ts'
import { createSqliteSessionStore } from '../sessions/sqlite-session-store.ts'
import type { Committed } from '../storage/group-commit.ts'
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
    close: () => sqlite.close(),
  }
}
