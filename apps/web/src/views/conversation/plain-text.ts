import type { MessagePart } from '@foyer/shared/protocol/message'
import { toFullTime } from '../../text/format.ts'

/** What can be read of a message, as it was written. */
export function toPlainText(parts: readonly MessagePart[]): string {
  return parts.flatMap(linesOf).join('\n')
}

function linesOf(part: MessagePart): (string | undefined)[] {
  switch (part.type) {
    case 'text':
      return [part.text]
    case 'unknown':
      return [part.fallback]
    case 'quick-replies':
      return [part.title, ...part.replies.map(({ text }) => text)].filter(Boolean)
    case 'card':
      return [part.card.title, part.card.description].filter(Boolean)
    case 'carousel':
      return part.cards.map(({ title }) => title)
    case 'list-picker':
      return [
        part.title,
        part.subtitle,
        ...part.sections.flatMap(({ items }) => items.map(({ title }) => title)),
      ].filter(Boolean)
    case 'form':
      return [part.form.title, part.form.subtitle].filter(Boolean)
    case 'attachment':
      return [part.attachment.name]
    case 'date-picker':
      return [part.title, part.subtitle, ...part.times.map(({ at }) => toFullTime(at))].filter(Boolean)
  }
}
