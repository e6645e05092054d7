import type {
  Attachment,
  Card,
  CardAction,
  GenericTemplate,
  ReceivedContent,
} from '@foyer/shared/platform/web-messaging/content'
import type { Card as CardPart, CardAction as ActionPart, MessagePart } from '@foyer/shared/protocol/message-part'

import { toForm } from './form-part.ts'
import { toTimes } from './times.ts'

type QuickReplies = Extract<MessagePart, { type: 'quick-replies' }>

/**
 * What a guest is shown of a message's content (web-messaging.md §7): its text first, then every piece in order. Choices
 * that come one by one are put together. What cannot be drawn is told in words, never left out.
 */
export function toParts(
  text: string | null | undefined,
  content: readonly ReceivedContent[],
  attachmentIdOf: (id: string | null | undefined) => string,
): MessagePart[] {
  const parts: MessagePart[] = []
  if (text) parts.push({ type: 'text', text })
  for (const item of content) {
    const part = toPart(item, attachmentIdOf)
    const last = parts.at(-1)
    if (part.type === 'quick-replies' && last?.type === 'quick-replies') last.replies.push(...part.replies)
    else parts.push(part)
  }
  return parts
}

function toPart(item: ReceivedContent, attachmentIdOf: (id: string | null | undefined) => string): MessagePart {
  switch (item.contentType) {
    case 'QuickReply':
      return quickReplies(undefined, [item.quickReply])
    case 'QuickReplyV2':
      return quickReplies(item.quickReplyV2.title, item.quickReplyV2.actions)
    // Older bots offer their choices in the form of answers.
    case 'ButtonResponse':
      return quickReplies(undefined, [item.buttonResponse])
    case 'Card':
      return { type: 'card', card: toCard(item.card) }
    case 'GenericTemplate':
      return { type: 'card', card: toCard(ofToday(item.generic)) }
    case 'Carousel':
      return { type: 'carousel', cards: item.carousel.cards.map(toCard) }
    case 'ListPicker': {
      const { receivedMessage, replyMessage, sections } = item.listPicker
      return {
        type: 'list-picker',
        title: words(receivedMessage?.title),
        subtitle: words(receivedMessage?.subtitle),
        reply: words(replyMessage?.subtitle) ?? words(replyMessage?.title),
        sections: sections.map(({ title, multipleSelection, items }) => ({
          title: words(title),
          multiple: multipleSelection,
          items: items.map(({ id, title, subtitle }) => ({ id, title, subtitle: words(subtitle) })),
        })),
      }
    }
    case 'DatePicker': {
      const { title, subtitle } = item.datePicker
      return { type: 'date-picker', title: words(title), subtitle: words(subtitle), ...toTimes(item.datePicker) }
    }
    case 'Attachment':
      return toAttachment(item.attachment, attachmentIdOf(item.attachment.id))
    case 'Form':
      return 'response' in item.form
        ? { type: 'unknown', fallback: readable(readableTexts(item.form)) }
        : toForm(item.form)
    case 'Other':
      return { type: 'unknown', fallback: readable(readableTexts(item.original)) }
  }
}

function quickReplies(title: string | undefined, replies: readonly { text: string; payload: string }[]): QuickReplies {
  return { type: 'quick-replies', title, replies: replies.map(({ text, payload }) => ({ text, payload })) }
}

function toAttachment({ filename, fileSize, mime }: Attachment, attachmentId: string): MessagePart {
  const size = typeof fileSize === 'number' && fileSize >= 0 ? { size: fileSize } : {}
  const name = (filename ?? 'file').slice(0, 255).toWellFormed()
  return {
    type: 'attachment',
    attachment: { attachmentId, name, mediaType: mime ?? 'application/octet-stream', ...size },
  }
}

function toCard({ title, description, image, actions, defaultAction }: Card): CardPart {
  const all = actions.flatMap((action) => toAction(action) ?? [])
  const tapped = defaultAction && isLink(defaultAction) ? toAction(defaultAction) : undefined
  const isNew = tapped?.type === 'link' && !all.some((action) => action.type === 'link' && action.url === tapped.url)
  return {
    title,
    description: words(description),
    image: safeAddress(image),
    // A card is no link here: what tapping it would open is one of its buttons (§7.1).
    actions: isNew ? [...all, tapped] : all,
  }
}

/** A card of old in the shape of today's. */
function ofToday({ components, ...card }: GenericTemplate): Card {
  const actions = (components ?? []).flatMap(({ title, actions }) => {
    const type = actions?.url ? 'Link' : 'Postback'
    return actions ? [{ type, text: title, url: actions.url, payload: actions.textback }] : []
  })
  return { ...card, actions }
}

const isLink = ({ type }: CardAction): boolean => type.toLowerCase() === 'link'

/** Undefined for what cannot be done: a link without a safe address, a button that says nothing. */
function toAction({ type, text, url, payload }: CardAction): ActionPart | undefined {
  const label = text ?? payload ?? url
  if (!label) return undefined
  if (!isLink({ type })) return { type: 'choice', text: label, payload: payload ?? label }
  const href = safeAddress(url)
  return href === undefined ? undefined : { type: 'link', text: label, url: href }
}

/** An address a page may be pointed at; undefined for any other. */
export function safeAddress(address: string | null | undefined): string | undefined {
  const url = URL.parse(address ?? '')
  return url?.protocol === 'https:' || url?.protocol === 'http:' ? url.href : undefined
}

const words = (text: string | null | undefined): string | undefined => text ?? undefined

/** Names of fields that hold words meant for people, wherever the platform uses them. */
const TEXT_FIELDS = new Set(['text', 'body', 'title', 'subtitle', 'description', 'url'])
const MAX_LINES = 20
const MAX_DEPTH = 6

function readableTexts(value: unknown, depth = 0): string[] {
  if (typeof value !== 'object' || value === null || depth > MAX_DEPTH) return []
  return Object.entries(value).flatMap(([name, field]) =>
    typeof field === 'string' ? (TEXT_FIELDS.has(name) ? [field] : []) : readableTexts(field, depth + 1),
  )
}

const readable = (lines: readonly string[]): string =>
  [...new Set(lines)].slice(0, MAX_LINES).join('\n') || 'content that cannot be shown here'
