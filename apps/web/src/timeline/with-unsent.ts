import type { Entry, MessageEntry } from './timeline.ts'

/** A message the BFF may not have taken yet, as it is to be shown. */
export interface Unsent {
  message: MessageEntry
  /** What the timeline knows of it up to this seq is older than what `message` says. */
  supersedesSeq: number
}

/** The entries with what is still on its way: at the end, or in its place when it is being tried again. */
export function withUnsent(entries: readonly Entry[], unsent: readonly Unsent[]): readonly Entry[] {
  if (unsent.length === 0) return entries
  const shown = [...entries]
  for (const { message, supersedesSeq } of unsent) {
    const at = findMessage(entries, message.messageId)
    const known = entries[at]
    if (known?.type !== 'message') shown.push(message)
    else if (known.stateSeq <= supersedesSeq) {
      shown[at] = { ...known, state: message.state, problem: message.problem }
    }
  }
  return shown
}

/** Whether the timeline says at least as much about it as we do. */
export function isSuperseded({ message, supersedesSeq }: Unsent, entries: readonly Entry[]): boolean {
  const known = entries[findMessage(entries, message.messageId)]
  return known?.type === 'message' && known.stateSeq > supersedesSeq
}

function findMessage(entries: readonly Entry[], messageId: string): number {
  return entries.findLastIndex((entry) => entry.type === 'message' && entry.messageId === messageId)
}
