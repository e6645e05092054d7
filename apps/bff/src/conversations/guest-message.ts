import type { MessageEvent } from '@foyer/shared/protocol/event'
import type { SendMessage } from '@foyer/shared/protocol/message'
import type { MessagePart } from '@foyer/shared/protocol/message-part'
import type { OutgoingMessage } from '../connectors/connector.ts'

/** What a message of the guest is kept and shown as. */
export function toGuestParts({ text, attachment }: SendMessage): MessagePart[] {
  const said: MessagePart[] = text.trim() === '' ? [] : [{ type: 'text', text }]
  return attachment ? [...said, { type: 'attachment', attachment }] : said
}

/** What the platform is told of a message of the guest, from what the log keeps of it. */
export function toOutgoing({
  messageId,
  parts,
  reply,
}: Pick<MessageEvent, 'messageId' | 'parts' | 'reply'>): OutgoingMessage {
  const { attachmentId } = parts.find((part) => part.type === 'attachment')?.attachment ?? {}
  return { messageId, text: textOf(parts), reply, attachmentId }
}

/** Whether two messages of one id are the same message. */
export function saysTheSame(one: readonly MessagePart[], other: readonly MessagePart[]): boolean {
  return textOf(one) === textOf(other) && filesOf(one) === filesOf(other)
}

/** The text of a message, its parts joined. */
export function textOf(parts: readonly MessagePart[]): string {
  return parts.flatMap((part) => (part.type === 'text' ? [part.text] : [])).join('\n')
}

const filesOf = (parts: readonly MessagePart[]): string =>
  parts.flatMap((part) => (part.type === 'attachment' ? [part.attachment.attachmentId] : [])).join()

/** Addresses of the pictures a message names: of whoever says it, and of its cards. */
export function picturesIn({ from, parts }: Pick<MessageEvent, 'from' | 'parts'>): string[] {
  const cards = parts.flatMap((part) =>
    part.type === 'card' ? [part.card] : part.type === 'carousel' ? part.cards : [],
  )
  return [from, ...cards].flatMap(({ image }) => image ?? [])
}
