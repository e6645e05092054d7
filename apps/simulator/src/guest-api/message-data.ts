import type { Entity } from '../world/entity.ts'

/** The agent side's shape of a message, which a gateway may pass through unchanged (platform-api.md §3.2). */
export function toMessageData(entity: Entity) {
  const { id, conversationId, direction, type, text, timestamp, status, originatingEntity, from, clientMessageId } =
    entity
  return {
    id,
    providerMessageId: id,
    conversationId,
    timestamp,
    ...(from?.id === undefined ? {} : { fromAddress: from.id }),
    direction,
    messengerType: 'webmessaging',
    status,
    ...(clientMessageId === undefined ? {} : { clientMessageId }),
    normalizedMessage: {
      id,
      channel: { platform: 'WebMessaging', type: 'Private', messageId: id, from, time: timestamp },
      type,
      text,
      originatingEntity,
      direction: direction === 'inbound' ? 'Inbound' : 'Outbound',
    },
    selfUri: `/api/v2/conversations/messages/${conversationId}/messages/${id}`,
  }
}
