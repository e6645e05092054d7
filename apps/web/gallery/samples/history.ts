import type { LoggedEvent } from '@foyer/shared/protocol/event'
import type { MessagePart, MessageState, Reply } from '@foyer/shared/protocol/message'
import type { Participant } from '@foyer/shared/protocol/participant'
import type { Problem } from '@foyer/shared/protocol/problem'

/** An event that does not know its place yet. */
export type Told = (seq: number) => LoggedEvent

/** What was told, in this order. */
export const history = (...told: readonly Told[]): LoggedEvent[] => told.map((tell, at) => tell(at + 1))

interface Said {
  /** Minutes after two in the afternoon. */
  minute?: number
  daysAgo?: number
  messageId?: string
  reply?: Reply
  state?: MessageState
}

export function says(from: Participant, content: string | readonly MessagePart[], said: Said = {}): Told {
  const parts = typeof content === 'string' ? [{ type: 'text' as const, text: content }] : [...content]
  return (seq) => ({
    ...{ type: 'message', seq, at: at(said.minute ?? seq, said.daysAgo), from, parts },
    messageId: said.messageId ?? `message-${seq}`,
    state: said.state ?? (from.role === 'guest' ? 'read' : 'sent'),
    ...(said.reply && { reply: said.reply }),
  })
}

export const fails = (messageId: string, problem: Problem): Told => {
  return (seq) => ({ type: 'receipt', seq, at: at(seq), messageId, state: 'failed', problem })
}

export const comes = (participant: Participant, change: 'joined' | 'left' = 'joined'): Told => {
  return (seq) => ({ type: 'participant', seq, at: at(seq), participant, change })
}

export const notices = (problem: Problem): Told => {
  return (seq) => ({ type: 'notice', seq, at: at(seq), problem })
}

export const becomes = (state: 'read-only' | 'ended' | 'cleared'): Told => {
  return (seq) => ({ type: 'conversation', seq, at: at(seq), state })
}

/** So many minutes after two in the afternoon, where the one who looks is. */
export function at(minute: number, daysAgo = 0): string {
  const day = new Date()
  day.setDate(day.getDate() - daysAgo)
  day.setHours(14, minute, 0, 0)
  return day.toISOString()
}
