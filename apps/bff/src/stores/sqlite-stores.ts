import { createSqliteConversationStore } from '../conversations/sqlite-conversation-store.ts'
import { createSqliteEvents } from '../event-log/sqlite-events.ts'
import { createSqliteSessionStore } from '../sessions/sqlite-session-store.ts'
import { createSealer } from '../storage/sealing.ts'
import { openSqlite } from '../storage/sqlite.ts'
import type { Stores, StoresOptions } from './stores.ts'

/** All stores in one database, on the thread that calls. Throws StoreError, or an Error when the file is not ours. */
export function openSqliteStores({ file, secrets, clock, committed }: Omit<StoresOptions, 'clock'> & Clocked): Stores {
  const sealer = createSealer(secrets)
  const sqlite = openSqlite(file, { committed })
  return {
    sessions: createSqliteSessionStore({ sqlite, sealer }),
    conversations: createSqliteConversationStore(sqlite, sealer),
    events: createSqliteEvents({ sqlite, sealer, clock }),
    get failure() {
      return sqlite.failure
    },
    close: async () => sqlite.close(),
  }
}

type Clocked = { readonly clock: Pick<StoresOptions['clock'], 'now'> }
