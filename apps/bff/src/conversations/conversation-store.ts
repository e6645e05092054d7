import type { ConversationRecord } from './conversation.ts'

/** Conversations by our id. What is written replaces what was there. */
export interface ConversationStore {
  read(conversationId: string): Promise<ConversationRecord | undefined>
  write(record: ConversationRecord): Promise<void>
  /** Oldest first. */
  listOf(sessionId: string): Promise<ConversationRecord[]>
  remove(conversationId: string): Promise<void>
}
