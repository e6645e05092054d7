import type { Choice } from '@foyer/shared/protocol/message-part'
import { isMessage, isOwn, type Entry } from './timeline.ts'

export interface OpenQuickReplies {
  messageId: string
  replies: readonly Choice[]
}

/** The quick replies that may be taken now: the last ones offered, as long as the guest has said nothing since. */
export function openQuickReplies(entries: readonly Entry[]): OpenQuickReplies | undefined {
  const last = entries.findLast(
    (entry) => isMessage(entry) && ((isOwn(entry) && entry.state !== 'failed') || quickReplies(entry).length > 0),
  )
  if (!last || !isMessage(last) || isOwn(last)) return undefined
  return { messageId: last.messageId, replies: quickReplies(last) }
}

function quickReplies(entry: Entry): readonly Choice[] {
  if (!isMessage(entry)) return []
  return entry.parts.flatMap((part) => (part.type === 'quick-replies' ? part.replies : []))
}
