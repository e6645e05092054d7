import type { Logger } from '../logger.ts'
import { SealingError } from '../storage/sealing.ts'
import type { ConversationStore } from './conversation-store.ts'
import type { ConversationRecord } from './conversation.ts'

export interface ReadableConversations {
  /** Undefined also when it can no longer be opened. */
  read(conversationId: string): Promise<ConversationRecord | undefined>
  /** The session's last one. */
  latestOf(sessionId: string): Promise<ConversationRecord | undefined>
}

/** What can no longer be opened (its key is gone, or it was tampered with) is as good as not there; it is told once. */
export function readableConversations(
  store: Pick<ConversationStore, 'read' | 'idsOf'>,
  logger: Logger,
): ReadableConversations {
  const told = new Set<string>()

  async function read(conversationId: string): Promise<ConversationRecord | undefined> {
    try {
      return await store.read(conversationId)
    } catch (error) {
      if (!(error instanceof SealingError)) throw error
      if (!told.has(conversationId)) logger.warn({ event: 'store-decrypt-failed', reason: error.code })
      told.add(conversationId)
      return undefined
    }
  }

  return {
    read,

    async latestOf(sessionId) {
      const records = await Promise.all((await store.idsOf(sessionId)).map(read))
      return records
        .filter((record) => record !== undefined)
        .sort((one, other) => one.startedAtMs - other.startedAtMs)
        .at(-1)
    },
  }
}
