import * as v from 'valibot'
import type { SealedColumn } from '../storage/reseal.ts'
import type { Sealer } from '../storage/sealing.ts'
import type { Sqlite } from '../storage/sqlite.ts'
import type { ConversationStore } from './conversation-store.ts'
import { ConversationRecord } from './conversation.ts'

const Row = v.object({ conversation_id: v.string(), body: v.instance(Uint8Array) })

export function createSqliteConversationStore({ database, write }: Sqlite, sealer: Sealer): ConversationStore {
  const sql = {
    read: database.prepare('SELECT conversation_id, body FROM conversations WHERE conversation_id = ?'),
    ofSession: database.prepare('SELECT conversation_id FROM conversations WHERE session_id = ?'),
    write: database.prepare(`INSERT INTO conversations (conversation_id, session_id, body) VALUES (?, ?, ?)
      ON CONFLICT (conversation_id) DO UPDATE SET body = excluded.body`),
    remove: database.prepare('DELETE FROM conversations WHERE conversation_id = ?'),
  }

  function toRecord(row: unknown): ConversationRecord {
    const { conversation_id, body } = v.parse(Row, row)
    return v.parse(ConversationRecord, JSON.parse(sealer.open(body, contextOf(conversation_id))))
  }

  return {
    async read(conversationId) {
      const row = sql.read.get(conversationId)
      return row && toRecord(row)
    },
    async write(record) {
      const { conversationId, sessionId } = record
      const sealed = sealer.seal(JSON.stringify(record), contextOf(conversationId))
      await write(() => sql.write.run(conversationId, sessionId, sealed))
    },
    idsOf: async (sessionId) => sql.ofSession.all(sessionId).map((row) => String(row['conversation_id'])),
    async remove(conversationId) {
      await write(() => sql.remove.run(conversationId))
    },
  }
}

const contextOf = (conversationId: string | number) => `conversation:${conversationId}`

export const SEALED_IN_CONVERSATIONS: readonly SealedColumn[] = [
  { table: 'conversations', column: 'body', key: ['conversation_id'], contextOf },
]
