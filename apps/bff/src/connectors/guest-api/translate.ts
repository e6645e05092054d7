import { GuestMessage, type GuestMessageEvent } from '@foyer/shared/platform/guest-api'
import { MessageId } from '@foyer/shared/protocol/identifiers'
import type { MessagePart } from '@foyer/shared/protocol/message'
import type { Participant } from '@foyer/shared/protocol/participant'
import * as v from 'valibot'
import type { ConnectorEvent } from '../connector.ts'
import { isKnownEvent, type NoteIgnored } from '../ignored.ts'

/** Longest wait for the next typing event before the dots go, where the platform does not say, or says nonsense. */
const TYPING_MS = 5_000
const MAX_TYPING_MS = 60_000
const MAX_NAME_CHARACTERS = 128
const MAX_PARTICIPANT_ID_CHARACTERS = 200

/** What one entity of the platform means to us. None where it says nothing to a guest, or cannot be read. */
export function translate(entity: unknown, ignored: NoteIgnored): ConnectorEvent[] {
  const parsed = v.safeParse(GuestMessage, entity)
  if (!parsed.success) {
    ignored('entity')
    return []
  }
  const message = flatten(parsed.output)
  for (const event of message.events) if (!event.typing && !event.presence && !isKnownEvent(event)) ignored('event')
  return message.type === 'Event' || message.events.length > 0
    ? message.events.flatMap((event) => translateEvent(event, message))
    : translateContent(message)
}

/** One message of either shape: its own fields, or those of `normalizedMessage` (platform-api.md §3.2). */
function flatten(message: GuestMessage) {
  const inner = message.normalizedMessage
  return {
    id: message.id,
    inbound: message.direction === 'inbound',
    type: message.type ?? inner?.type,
    text: message.text ?? inner?.text ?? undefined,
    content: message.content ?? inner?.content ?? [],
    events: message.events ?? inner?.events ?? [],
    originatingEntity: message.originatingEntity ?? inner?.originatingEntity,
    sender: message.from ?? inner?.channel?.from,
    clientMessageId: message.clientMessageId ?? undefined,
    isReadOnly: [true, 'true'].some((yes) => yes === (message.metadata ?? inner?.metadata)?.['readOnly']),
  }
}
type Flat = ReturnType<typeof flatten>

function translateContent(message: Flat): ConnectorEvent[] {
  const parts = toParts(message)
  if (parts.length === 0) return []
  const messageId = v.is(MessageId, message.clientMessageId) ? message.clientMessageId : undefined
  return [{ type: 'message', upstreamId: message.id, messageId, from: toParticipant(message), parts }]
}

function toParts({ text, content }: Flat): MessagePart[] {
  const parts: MessagePart[] = text ? [{ type: 'text', text }] : []
  for (const { contentType } of content) parts.push({ type: 'unknown', fallback: contentType ?? 'content' })
  return parts
}

function translateEvent(event: GuestMessageEvent, message: Flat): ConnectorEvent[] {
  const participant = toParticipant(message)
  if (event.typing || event.eventType === 'Typing') {
    if (message.inbound) return []
    const { type, duration } = event.typing ?? {}
    return [{ type: 'typing', participant, typing: type !== 'Off', durationMs: toTypingMs(duration) }]
  }
  const presence = event.presence?.type
  if (presence === 'Join' && !message.inbound) {
    return [{ type: 'participant', upstreamId: message.id, participant, change: 'joined' }]
  }
  if (presence !== 'Disconnect') return []
  if (message.isReadOnly) {
    const by = message.inbound ? 'guest' : participant.role === 'agent' && participant.name ? 'agent' : 'system'
    return [{ type: 'ended', upstreamId: message.id, by, readOnly: true }]
  }
  return message.inbound ? [] : [{ type: 'participant', upstreamId: message.id, participant, change: 'left' }]
}

const toTypingMs = (ms = TYPING_MS): number => (ms > 0 && ms <= MAX_TYPING_MS ? ms : TYPING_MS)

function toParticipant({ inbound, originatingEntity, sender }: Flat): Participant {
  const name = shorten(sender?.nickname ?? '', MAX_NAME_CHARACTERS)
  const named = name ? { name } : {}
  if (inbound) return { participantId: 'guest', role: 'guest', ...named }
  const role = originatingEntity?.toLowerCase() === 'bot' ? 'bot' : 'agent'
  const participantId = shorten(`${role}:${sender?.id ?? name}`, MAX_PARTICIPANT_ID_CHARACTERS)
  return { participantId, role, ...named }
}

/** Never ends in half a character. */
const shorten = (text: string, maxCharacters: number): string => text.slice(0, maxCharacters).toWellFormed()
