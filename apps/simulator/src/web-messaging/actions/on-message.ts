import type { ClientMessage } from '@foyer/shared/platform/web-messaging/client-frames'
import type { ContentItem } from '../../world/entity.ts'
import { postGuestEvent, postGuestMessage, showGuestTyping } from '../../world/take-part.ts'
import { connectionClosed, errors, eventFrame, refusal, tooManyRequests } from '../frames.ts'
import { isReadOnly, type Session } from '../session.ts'
import { requireSession, type Call } from './call.ts'

type MessageCall = Call<'onMessage'>
type Attributes = Readonly<Record<string, string>>

/** `onMessage` (web-messaging.md §4.3): something said, chosen or attached; or an event: typing, joining, clearing. */
export function onMessage(call: MessageCall): void {
  const session = requireSession(call)
  const { deployment, world, frame } = call
  const { message } = frame
  const waitSeconds = session.rates.messages.exceed(deployment.limits.messagesPerSecond, world.clock.now())
  if (waitSeconds !== undefined) throw tooManyRequests(waitSeconds)
  if (message.type === 'Event') return onEvents(call, session)
  if (isReadOnly(session, deployment)) throw refusal(errors.readOnly)

  const bytes = Buffer.byteLength(message.text ?? '')
  if (bytes > deployment.limits.textBytes) {
    throw refusal([4011, `Message length ${bytes} is larger than ${deployment.limits.textBytes}`])
  }
  const customAttributes = takeAttributes(call, session)
  const content = takeContent(call, session)
  const text = message.text ?? undefined
  if (content.length === 0 && (text === undefined || text.trim() === '')) throw refusal(errors.badRequest)
  causedBy(call, customAttributes, () =>
    postGuestMessage(
      world,
      call.sessions.conversationOf(session),
      { type: message.type === 'Text' ? 'Text' : undefined, text, content, metadata: message.metadata ?? undefined },
      undefined,
    ),
  )
}

function onEvents(call: MessageCall, session: Session): void {
  for (const { eventType, typing, presence } of call.frame.message.events ?? []) {
    if (eventType === 'Typing' && typing) onTyping(call, session)
    else if (eventType === 'Presence' && presence?.type === 'Join') onJoin(call, session)
    else if (eventType === 'Presence' && presence?.type === 'Clear') onClear(call, session)
    else throw refusal(errors.badRequest)
  }
}

/** §8.1: nothing comes back. */
function onTyping({ deployment, world }: MessageCall, session: Session): void {
  if (!deployment.showUserTypingIndicator) throw refusal(errors.featureOff)
  if (isReadOnly(session, deployment)) throw refusal(errors.readOnly)
  if (session.conversation) showGuestTyping(world, session.conversation, true)
}

/** §8.2: with it the conversation begins, before anything was said. */
function onJoin(call: MessageCall, session: Session): void {
  if (isReadOnly(session, call.deployment)) throw refusal(errors.readOnly)
  const customAttributes = takeAttributes(call, session)
  causedBy(call, customAttributes, () => postGuestEvent(call.world, call.sessions.conversationOf(session), 'Join'))
}

/** §9.7: the echo, the news that all is gone, and the end of every connection. Allowed after a read-only end too. */
function onClear(call: MessageCall, session: Session): void {
  const { deployment, sessions, world } = call
  if (!deployment.conversationClear) throw refusal(errors.clearOff)
  causedBy(call, undefined, () => postGuestEvent(world, sessions.conversationOf(session), 'Clear'))
  sessions.broadcast(session, eventFrame('SessionClearedEvent'))
  sessions.dismiss(session, connectionClosed())
}

const causedBy = (call: MessageCall, customAttributes: Attributes | undefined, task: () => void) =>
  call.sessions.causedBy({ tracingId: call.tracingId, customAttributes }, task)

/** §15: merged into what is known; over the limit nothing is delivered. They may stand in either place (§22). */
function takeAttributes({ frame, deployment }: MessageCall, session: Session): Attributes | undefined {
  const brought = frame.message.channel?.metadata?.customAttributes ?? frame.channel?.metadata?.customAttributes
  if (!brought) return undefined
  const merged = { ...session.customAttributes, ...brought }
  const bytes = Object.entries(merged).reduce((sum, pair) => sum + Buffer.byteLength(pair.join('')), 0)
  const { customDataBytes } = deployment.limits
  if (bytes > customDataBytes) {
    throw refusal([4013, `Custom Attributes in channel metadata is larger than ${customDataBytes} bytes`])
  }
  session.customAttributes = merged
  if (session.conversation) session.conversation.customAttributes = merged
  return brought
}

/** What the guest sends beside words; a file by its id alone, also in the older form (§4.3). */
function takeContent({ frame, attachments, connection }: MessageCall, session: Session): ContentItem[] {
  const given: NonNullable<ClientMessage['content']> = frame.message.content ?? []
  const older = (frame.attachmentIds ?? []).map((id) => ({ contentType: 'Attachment' as const, attachment: { id } }))
  const all = [...given, ...older]
  if (all.filter(({ contentType }) => contentType === 'Attachment').length > 1) throw refusal(errors.badRequest)
  return all.map((item) => {
    if (item.contentType !== 'Attachment') return item as ContentItem
    const taken = attachments.take(session.key, item.attachment.id ?? '', connection.origin)
    if (taken === 'unknown') throw refusal(errors.attachmentUnknown)
    if (taken === 'expired') throw refusal(errors.attachmentExpired)
    if (taken === 'not-uploaded') throw refusal(errors.attachmentNotUploaded)
    return { contentType: 'Attachment', attachment: taken }
  })
}
