import type { MessagePart } from '@foyer/shared/protocol/message'
import { parseMarkdown, toWords } from '../../timeline/parse-text.ts'
import { toPlainText } from './plain-text.ts'

/** What can be read of a message, without the marks of a text in Markdown. */
export function toSpokenText(parts: readonly MessagePart[], isMarkdown: boolean): string {
  const spoken = (part: MessagePart) =>
    part.type === 'text' && isMarkdown ? toWords(parseMarkdown(part.text)) : toPlainText([part])
  return parts.map(spoken).join('\n')
}
