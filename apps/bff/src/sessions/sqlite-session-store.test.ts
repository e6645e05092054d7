import { DatabaseSync } from 'node:sqlite'
import { onTestFinished } from 'vitest'
import { bytesOnDisk, newDatabaseFile, openFileStores, openStore } from '../../test/support/stores.ts'
import { createSealer } from '../storage/sealing.ts'
import { rememberSessions } from './remember-sessions.ts'
import { sessionStoreContract } from './session-store.contract.ts'
import { createSqliteSessionStore } from './sqlite-session-store.ts'

sessionStoreContract('a session store in a file', async () => {
  const file = newDatabaseFile()
  openStore(file).close() // its tables are there for those who break in
  const database = new DatabaseSync(file)
  onTestFinished(() => database.close())
  return {
    open: async ({ keys, logger }) => rememberSessions(openFileStores(file, { keys }).sessions, logger),
    bytesAtRest: async () => bytesOnDisk(file),
    ...breakIns(database),
  }
})

sessionStoreContract('a session store in memory', async () => {
  const sqlite = openStore()
  return {
    open: async ({ keys, logger }) =>
      rememberSessions(createSqliteSessionStore({ sqlite, sealer: createSealer(keys) }), logger),
    ...breakIns(sqlite.database),
  }
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
