import { bytesOnDisk, newDatabaseFile, newSealer, openDatabase } from '../../test/support/stores.ts'
import { conversationStoreContract } from './conversation-store.contract.ts'
import { createSqliteConversationStore } from './sqlite-conversation-store.ts'

conversationStoreContract('a conversation store in a file', async () => {
  const file = newDatabaseFile()
  const sealer = newSealer()
  const database = openDatabase(file)
  return {
    store: createSqliteConversationStore(database, sealer),
    reopen: async () => {
      database.close()
      return createSqliteConversationStore(openDatabase(file), sealer)
    },
    bytesAtRest: async () => bytesOnDisk(file),
  }
})

conversationStoreContract('a conversation store in memory', async () => ({
  store: createSqliteConversationStore(openDatabase(), newSealer()),
}))
