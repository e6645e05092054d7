import type { DatabaseSync } from 'node:sqlite'
import { bytesOnDisk, newDatabaseFile, openDatabase } from '../../test/support/stores.ts'
import { sessionStoreContract } from './session-store.contract.ts'
import { createSqliteSessionStore } from './sqlite-session-store.ts'

sessionStoreContract('a session store in a file', async () => {
  const file = newDatabaseFile()
  const database = openDatabase(file)
  return {
    open: async (parts) => createSqliteSessionStore({ database: openDatabase(file), ...parts }),
    bytesAtRest: async () => bytesOnDisk(file),
    ...breakIns(database),
  }
})

sessionStoreContract('a session store in memory', async () => {
  const database = openDatabase()
  return { open: async (parts) => createSqliteSessionStore({ database, ...parts }), ...breakIns(database) }
})

/** What somebody could do who can write to the database but has no key. */
function breakIns(database: DatabaseSync) {
  const read = database.prepare('SELECT credential FROM sessions WHERE session_id = ?')
  const write = database.prepare('UPDATE sessions SET credential = ? WHERE session_id = ?')
  const credentialOf = (sessionId: string) => Uint8Array.from(read.get(sessionId)?.['credential'] as Uint8Array)
  return {
    async tamper(sessionId: string) {
      const bytes = credentialOf(sessionId)
      bytes[bytes.length - 1] = (bytes.at(-1) ?? 0) ^ 1
      write.run(bytes, sessionId)
    },
    async swap(from: string, to: string) {
      write.run(credentialOf(from), to)
    },
  }
}
