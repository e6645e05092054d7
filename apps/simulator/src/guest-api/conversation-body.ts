import { guestApiPaths } from '@foyer/shared/platform/guest-api'
import type { Conversation } from '../world/conversation.ts'

/** A conversation as create and end answer with it (platform-api.md §5.5). */
export function toConversationBody(conversation: Conversation) {
  const { id, state, readOnly, createdAtMs, endedAtMs, disconnectType } = conversation
  return {
    id,
    state,
    readOnly,
    createdTime: new Date(createdAtMs).toISOString(),
    ...(endedAtMs === undefined ? {} : { endedTime: new Date(endedAtMs).toISOString() }),
    ...(disconnectType === undefined ? {} : { disconnectType }),
    selfUri: guestApiPaths.conversation(id),
  }
}
