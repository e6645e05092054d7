import type { MessageEvent, NormalizedMessage, Sender } from '@foyer/shared/platform/web-messaging/message'
import { MessageId } from '@foyer/shared/protocol/identifiers'
import type { Participant } from '@foyer/shared/protocol/participant'
import * as v from 'valibot'
import type { ConnectorEvent } from '../connector.ts'
import { safeAddress, toParts } from './content-parts.ts'

/** Longest wait for the next typing event before the dots go, where the platform does not say, or says nonsense (§8.1). */
const TYPING_MS = 5_000
const MAX_TYPING_MS = 60_000
const MAX_NAME_CHARACTERS = 128

/** The platform's id of a message, the same live and in the history (web-messaging.md §6). */
export const upstreamIdOf = ({ id, channel }: NormalizedMessage): string => channel?.messageId ?? id

/** An agent's file may come without an id; then it is known by the message it came with. */
export const attachmentIdOf = (message: NormalizedMessage, id: string | null | undefined): string =>
  id ?? `of-${upstreamIdOf(message)}`

/** The guest's own words come back under the `tracingId` they went out with, which is our messageId (§1.5). */
export function withMessageId(message: NormalizedMessage, tracingId: string | null | undefined): NormalizedMessage {
  if (message.direction !== 'Inbound' || !tracingId || message.metadata?.['id'] !== undefined) return message
  return { ...message, metadata: { ...message.metadata, id: tracingId } }
}

/** How the organisation presents its bot, where it does (§19.2, `humanize`). */
export interface Bot {
  readonly name: string | undefined
  readonly image: string | undefined
}

/** What a `StructuredMessage`, or an entity of the history, means to us; none where it says nothing to a guest. */
export function translate(message: NormalizedMessage, bot?: Bot): ConnectorEvent[] {
  const events = message.events ?? []
  if (message.type === 'Event' || events.length > 0)
    return events.flatMap((event) => translateEvent(event, message, bot))
  const { text, content } = message.direction === 'Inbound' ? inWords(message) : message
  const parts = toParts(text, content ?? [], (id) => attachmentIdOf(message, id))
  // A receipt, and whatever else has neither words nor content.
  if (parts.length === 0) return []
  const id = message.metadata?.['id']
  const messageId = message.direction === 'Inbound' && v.is(MessageId, id) ? id : undefined
  return [{ type: 'message', upstreamId: upstreamIdOf(message), messageId, from: toParticipant(message, bot), parts }]
}

function translateEvent(
  { eventType, typing, presence }: MessageEvent,
  message: NormalizedMessage,
  bot: Bot | undefined,
): ConnectorEvent[] {
  const participant = toParticipant(message, bot)
  const upstreamId = upstreamIdOf(message)
  if (message.direction === 'Inbound') {
    // Of the guest's other events nothing is to be shown: they did it themselves.
    const isSignIn = eventType === 'Presence' && presence?.type === 'SignIn'
    return isSignIn ? [{ type: 'participant', upstreamId, participant, change: 'joined' }] : []
  }
  if (eventType === 'Typing') {
    const durationMs = toTypingMs(typing?.duration ?? typing?.durationMs ?? undefined)
    return [{ type: 'typing', participant, typing: typing?.type !== 'Off', durationMs }]
  }
  if (eventType !== 'Presence' || presence?.type !== 'Disconnect') return []
  // Without a name it was the flow that ended it, or whoever did is not told.
  const by = participant.role === 'agent' && participant.name !== undefined ? 'agent' : 'system'
  return isReadOnly(message)
    ? [{ type: 'ended', upstreamId, by, readOnly: true }]
    : [{ type: 'participant', upstreamId, participant, change: 'left' }]
}

/** §8.2: a string, as everything in `metadata`. */
export const isReadOnly = ({ metadata }: NormalizedMessage): boolean => String(metadata?.['readOnly']) === 'true'

const toTypingMs = (ms = TYPING_MS): number => (ms > 0 && ms <= MAX_TYPING_MS ? ms : TYPING_MS)

/** What the guest chose is said in words: in the message's own, or in those of the choices (§7.2). */
function inWords({ text, content }: NormalizedMessage): Pick<NormalizedMessage, 'text' | 'content'> {
  const chosen = (content ?? []).flatMap((item) => {
    if (item.contentType === 'ButtonResponse') return item.buttonResponse.text
    if (item.contentType !== 'Form' || !('response' in item.form)) return []
    return item.form.response.map(({ component }) => component.buttonResponse.text)
  })
  const rest = content?.filter(({ contentType }) => contentType !== 'ButtonResponse' && contentType !== 'Form')
  return { text: text || chosen.join(', '), content: rest }
}

/** Names come only where the deployment tells them; without one there is one agent and one bot. */
function toParticipant({ direction, originatingEntity, channel }: NormalizedMessage, bot?: Bot): Participant {
  const told = nameOf(channel?.from)
  if (direction === 'Inbound') return { participantId: 'guest', role: 'guest', ...(told !== '' && { name: told }) }
  const role = originatingEntity?.toLowerCase() === 'bot' ? 'bot' : 'agent'
  const known = role === 'bot' ? bot : undefined
  const name = told || (known?.name ?? '')
  const image = safeAddress(channel?.from?.image ?? known?.image)
  return {
    ...{ participantId: `${role}:${name}`, role },
    ...(name !== '' && { name }),
    ...(image !== undefined && { image }),
  }
}

function nameOf(sender: Sender | null | undefined): string {
  const full = [sender?.firstName, sender?.lastName].filter(Boolean).join(' ')
  return (sender?.nickname ?? full).slice(0, MAX_NAME_CHARACTERS).toWellFormed()
}
