import { Participant } from '@foyer/shared/protocol/participant'
import { createHash, randomUUID } from 'node:crypto'
import { MessageId } from '@foyer/shared/protocol/identifiers'
import * as v from 'valibot'

/** Our record of one conversation; its messages stand in the event log. */
export const ConversationRecord = v.object({
  conversationId: v.string(),
  sessionId: v.string(),
  upstreamConversationId: v.string(),
  state: v.picklist(['open', 'ended']),
  startedAtMs: v.number(),
  participants: v.array(Participant),
  /** Where the connector goes on reading. */
  cursor: v.optional(v.string()),
  /** What the guest thought of it, 1 to 5. */
  rating: v.optional(v.number()),
})
export type ConversationRecord = v.InferOutput<typeof ConversationRecord>

/** Whether the platform can be reached; while `down`, when the next attempt is made. */
export interface ConnectionStatus {
  readonly state: 'connecting' | 'up' | 'down'
  readonly retryAt?: string
}

export const newConversation = (
  sessionId: string,
  upstreamConversationId: string,
  nowMs: number,
): ConversationRecord => ({
  conversationId: randomUUID(),
  sessionId,
  upstreamConversationId,
  state: 'open',
  startedAtMs: nowMs,
  participants: [],
})

/** The participants once one has joined, said something, or left. */
export function withParticipant(
  participants: readonly Participant[],
  participant: Participant,
  change: 'joined' | 'left',
): Participant[] {
  const others = participants.filter(({ participantId }) => participantId !== participant.participantId)
  return change === 'left' ? others : [...others, participant]
}

/** Our id for a message that was not made by the page: the platform's, where it has the form of one. */
export function messageIdOf(upstreamId: string): string {
  if (v.is(MessageId, upstreamId)) return upstreamId
  return createHash('sha256').update(upstreamId).digest('hex').slice(0, 32)
}
