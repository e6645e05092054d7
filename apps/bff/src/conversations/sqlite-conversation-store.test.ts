import {
  bytesOnDisk,
  newDatabaseFile,
  newKey,
  newSealer,
  openFileStores,
  openStore,
} from '../../test/support/stores.ts'
import { conversationStoreContract } from './conversation-store.contract.ts'
import { createSqliteConversationStore } from './sqlite-conversation-store.ts'

conversationStoreContract('a conversation store in a file', async () => {
  const file = newDatabaseFile()
  const keys = [newKey()]
  const stores = openFileStores(file, { keys })
  return {
    store: stores.conversations,
    reopen: async () => {
      stores.close()
      return openFileStores(file, { keys }).conversations
    },
    withOtherKey: async () => {
      stores.close()
      return openFileStores(file, { keys: [newKey()] }).conversations
    },
    bytesAtRest: async () => bytesOnDisk(file),
  }
})

conversationStoreContract('a conversation store in memory', async () => {
  const sqlite = openStore()
  return {
    store: createSqliteConversationStore(sqlite, newSealer()),
    withOtherKey: async () => createSqliteConversationStore(sqlite, newSealer()),
  }
})
