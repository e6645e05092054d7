import { bytesOnDisk, newDatabaseFile, newSealer, openStore } from '../../test/support/stores.ts'
import { conversationStoreContract } from './conversation-store.contract.ts'
import { createSqliteConversationStore } from './sqlite-conversation-store.ts'

conversationStoreContract('a conversation store in a file', async () => {
  const file = newDatabaseFile()
  const sealer = newSealer()
  const sqlite = openStore(file)
  return {
    store: createSqliteConversationStore(sqlite, sealer),
    reopen: async () => {
      sqlite.close()
      return createSqliteConversationStore(openStore(file), sealer)
    },
    bytesAtRest: async () => bytesOnDisk(file),
  }
})

conversationStoreContract('a conversation store in memory', async () => ({
  store: createSqliteConversationStore(openStore(), newSealer()),
}))
