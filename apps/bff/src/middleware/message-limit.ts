import type { Context } from 'hono'
import type { ConversationRecord } from '../conversations/conversation.ts'
import type { EventLog } from '../event-log/event-log.ts'
import type { RateLimit } from './rate-limit.ts'

export interface MessageLimitParts {
  readonly limit: RateLimit
  readonly log: Pick<EventLog, 'readMessage'>
}

/** Does `send`, unless the session has sent too much. Throws RequestError `rate-limited`. */
export type MessageLimit = <Sent extends { readonly repeated: boolean }>(
  c: Context,
  message: { record: ConversationRecord; messageId: string },
  send: () => Promise<Sent>,
) => Promise<Sent>

/**
 * Counts messages, not requests: the same `messageId` again is the same message and free, in parallel too, for a page that
 * had no answer must be able to ask again. One that had failed is sent once more, and counts. What turns out to be a repeat
 * is given back; the log is only asked where the limit is met.
 */
export function createMessageLimit({ limit, log }: MessageLimitParts): MessageLimit {
  /** Of the messages on their way in: whether each was counted. */
  const underWay = new Map<string, Promise<boolean>>()

  const judge = (c: Context, { conversationId, sessionId }: ConversationRecord, messageId: string) =>
    limit(c, sessionId, async () => {
      const known = await log.readMessage(conversationId, messageId)
      return known !== undefined && known.state !== 'failed'
    })

  return async function limitMessages(c, { record, messageId }, send) {
    const key = `${record.conversationId}/${messageId}`
    const sameUnderWay = underWay.get(key)
    if (sameUnderWay) {
      await sameUnderWay
      return send()
    }
    const judged = judge(c, record, messageId)
    underWay.set(key, judged)
    try {
      const isCounted = await judged
      const sent = await send()
      if (isCounted && sent.repeated) await limit.giveBack(record.sessionId)
      return sent
    } finally {
      underWay.delete(key)
    }
  }
}
