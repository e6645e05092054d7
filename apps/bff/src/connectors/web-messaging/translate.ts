import type { MessageEvent, NormalizedMessage, Sender } from '@foyer/shared/platform/web-messaging/message'
import { MessageId } from '@foyer/shared/protocol/identifiers'
import type { Participant } from '@foyer/shared/protocol/participant'
import * as v from 'valibot'
import type { ConnectorEvent } from '../connector.ts'
import { toParts } from './content-parts.ts'

/** Longest wait for the next typing event before the dots go, where the platform does not say, or says nonsense (§8.1). */
const TYPING_MS = 5_000
const MAX_TYPING_MS = 60_000
const MAX_NAME_CHARACTERS = 128

/** The platform's id of a message, the same live and in the history (web-messaging.md §6). */
export const upstreamIdOf = ({ id, channel }: NormalizedMessage): string => channel?.messageId ?? id

/** An agent's file may come without an id; then it is known by the message it came with. */
export const attachmentIdOf = (message: NormalizedMessage, id: string | null | undefined): string =>
  id ?? `of-${upstreamIdOf(message)}`

/** What a `StructuredMessage`, or an entity of the history, means to us; none where it says nothing to a guest. */
export function translate(message: NormalizedMessage): ConnectorEvent[] {
  const events = message.events ?? []
  if (message.type === 'Event' || events.length > 0) return events.flatMap((event) => translateEvent(event, message))
  const parts = toParts(message.text, message.content ?? [], (id) => attachmentIdOf(message, id))
  // A receipt, and whatever else has neither words nor content.
  if (parts.length === 0) return []
  const id = message.metadata?.['id']
  const messageId = message.direction === 'Inbound' && v.is(MessageId, id) ? id : undefined
  return [{ type: 'message', upstreamId: upstreamIdOf(message), messageId, from: toParticipant(message), parts }]
}

function translateEvent({ eventType, typing, presence }: MessageEvent, message: NormalizedMessage): ConnectorEvent[] {
  // Of the guest's own events nothing is to be shown: they did it themselves.
  if (message.direction === 'Inbound') return []
  const participant = toParticipant(message)
  if (eventType === 'Typing') {
    const durationMs = toTypingMs(typing?.duration ?? typing?.durationMs ?? undefined)
    return [{ type: 'typing', participant, typing: typing?.type !== 'Off', durationMs }]
  }
  if (eventType !== 'Presence' || presence?.type !== 'Disconnect') return []
  const upstreamId = upstreamIdOf(message)
  // Without a name it was the flow that ended it, or whoever did is not told.
  const by = participant.role === 'agent' && participant.name !== undefined ? 'agent' : 'system'
  return isReadOnly(message)
    ? [{ type: 'ended', upstreamId, by, readOnly: true }]
    : [{ type: 'participant', upstreamId, participant, change: 'left' }]
}

/** §8.2: a string, as everything in `metadata`. */
export const isReadOnly = ({ metadata }: NormalizedMessage): boolean => String(metadata?.['readOnly']) === 'true'

const toTypingMs = (ms = TYPING_MS): number => (ms > 0 && ms <= MAX_TYPING_MS ? ms : TYPING_MS)

/** Names come only where the deployment tells them; without one there is one agent and one bot. */
function toParticipant({ direction, originatingEntity, channel }: NormalizedMessage): Participant {
  const name = nameOf(channel?.from)
  const named = name === '' ? {} : { name }
  if (direction === 'Inbound') return { participantId: 'guest', role: 'guest', ...named }
  const role = originatingEntity?.toLowerCase() === 'bot' ? 'bot' : 'agent'
  return { participantId: `${role}:${name}`, role, ...named }
}

function nameOf(sender: Sender | null | undefined): string {
  const full = [sender?.firstName, sender?.lastName].filter(Boolean).join(' ')
  return (sender?.nickname ?? full).slice(0, MAX_NAME_CHARACTERS).toWellFormed()
}
