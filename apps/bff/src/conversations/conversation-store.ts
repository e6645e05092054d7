import type { ConversationRecord } from './conversation.ts'

/** Conversations by our id. What is written replaces what was there. */
export interface ConversationStore {
  read(conversationId: string): Promise<ConversationRecord | undefined>
  write(record: ConversationRecord): Promise<void>
  /** Also of those that can no longer be opened, which `read` throws SealingError for. */
  idsOf(sessionId: string): Promise<string[]>
  remove(conversationId: string): Promise<void>
}
