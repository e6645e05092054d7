import type { MessageState } from '@foyer/shared/protocol/message'

/**
 * Where a message may go from each state. Forward as the platform tells; back to `pending` only from `failed`, when the
 * guest tries again; from `failed` on to `sent` when the platform turns out to have it after all.
 */
const moves: Record<MessageState, readonly MessageState[]> = {
  pending: ['sent', 'delivered', 'read', 'failed'],
  sent: ['delivered', 'read'],
  delivered: ['read'],
  read: [],
  failed: ['pending', 'sent', 'delivered', 'read'],
}

export const canMove = (from: MessageState, to: MessageState): boolean => moves[from].includes(to)

/** From where a message may come to this state. */
export const sourcesOf = (to: MessageState): MessageState[] =>
  (Object.keys(moves) as MessageState[]).filter((from) => canMove(from, to))
