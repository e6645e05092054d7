import type { ChoiceReply, FormReply } from '@foyer/shared/protocol/message'
import type { OutgoingMessage, OutgoingReply } from '../connector.ts'

export type Attributes = Readonly<Record<string, string>>

/**
 * `onMessage.message` for what the guest says, in the shapes the web client uses (web-messaging.md §7.2). `metadata.id` is
 * our messageId: the platform gives it back, live and in the history.
 */
export function toPlatformMessage({ messageId, text, reply, attachmentId }: OutgoingMessage, attributes?: Attributes) {
  const content = [
    ...(reply ? toContent(reply) : []),
    ...(attachmentId === undefined ? [] : [toAttachment(attachmentId)]),
  ]
  return {
    type: reply ? ('Structured' as const) : ('Text' as const),
    // A time that was picked is told by its button alone.
    ...(text === '' || reply?.kind === 'date-picker' ? {} : { text }),
    ...(content.length > 0 && { content }),
    metadata: { id: messageId, ...parentOf(reply) },
    ...(attributes && withAttributes(attributes)),
  }
}

export const joinMessage = (attributes?: Attributes) => ({
  type: 'Event' as const,
  events: [{ eventType: 'Presence', presence: { type: 'Join' } }],
  ...(attributes && withAttributes(attributes)),
})

export const clearMessage = { type: 'Event' as const, events: [{ eventType: 'Presence', presence: { type: 'Clear' } }] }
export const typingMessage = { type: 'Event' as const, events: [{ eventType: 'Typing', typing: { type: 'On' } }] }

const withAttributes = (customAttributes: Attributes) => ({ channel: { metadata: { customAttributes } } })
const toAttachment = (id: string) => ({ contentType: 'Attachment' as const, attachment: { id } })

/** What names a platform has for what a page calls a kind. */
const TYPES = {
  'quick-replies': 'QuickReply',
  card: 'Button',
  'list-picker': 'ListPicker',
  'date-picker': 'DatePicker',
} as const

/** Pickers and forms name the message they answer; quick replies and buttons do not. */
function parentOf(reply: OutgoingReply | undefined): { parentMessageId?: string } {
  const isNamed = reply && reply.kind !== 'quick-replies' && reply.kind !== 'card'
  return isNamed && reply.upstreamId !== undefined ? { parentMessageId: reply.upstreamId } : {}
}

function toContent(reply: OutgoingReply) {
  return reply.kind === 'form' ? [toForm(reply, reply.upstreamId)] : toButtons(reply, reply.upstreamId)
}

function toButtons({ kind, choices }: ChoiceReply, upstreamId: string | undefined) {
  const names = kind === 'list-picker' && upstreamId !== undefined ? { originatingMessageId: upstreamId } : {}
  return choices.map(({ text, payload }) => ({
    contentType: 'ButtonResponse' as const,
    buttonResponse: { type: TYPES[kind], text, payload, ...names },
  }))
}

function toForm({ formId, answers }: FormReply, upstreamId: string | undefined) {
  const response = answers.map(({ questionId, text, payload }) => ({
    id: questionId,
    component: {
      contentType: 'ButtonResponse' as const,
      buttonResponse: { type: 'Form', text, payload },
    },
  }))
  const names = upstreamId === undefined ? {} : { originatingMessageId: upstreamId }
  return { contentType: 'Form' as const, form: { ...names, cannedResponseId: formId, response } }
}
