import type { MessagePart } from '@foyer/shared/protocol/message'

/** What can be read of a message. */
export function toPlainText(parts: readonly MessagePart[]): string {
  return parts.map((part) => (part.type === 'text' ? part.text : part.fallback)).join('\n')
}
