import type { LoggedEvent } from '@foyer/shared/protocol/event'
import type { MessageState } from '@foyer/shared/protocol/message'
import type { Participant } from '@foyer/shared/protocol/participant'

/** Events for tests, as short as a sentence. */
export const guest: Participant = { participantId: 'guest-1', role: 'guest' }
export const mia: Participant = { participantId: 'agent-1', role: 'agent', name: 'Mia' }
export const bot: Participant = { participantId: 'bot-1', role: 'bot', name: 'Foyer' }

const DAY = Date.parse('2026-03-10T09:00:00.000Z')

export function atMinute(minute: number): string {
  return new Date(DAY + minute * 60_000).toISOString()
}

export function said(seq: number, from: Participant, text: string, minute = seq): LoggedEvent & { type: 'message' } {
  const state = from.role === 'guest' ? 'pending' : 'sent'
  const parts = [{ type: 'text' as const, text }]
  return { seq, at: atMinute(minute), type: 'message', messageId: `message-${seq}`, from, parts, state }
}

export function told(seq: number, of: number, state: MessageState): LoggedEvent {
  return { seq, at: atMinute(seq), type: 'receipt', messageId: `message-${of}`, state }
}

export function came(seq: number, participant: Participant, change: 'joined' | 'left' = 'joined'): LoggedEvent {
  return { seq, at: atMinute(seq), type: 'participant', participant, change }
}

export function became(seq: number, state: 'open' | 'read-only' | 'ended' | 'cleared'): LoggedEvent {
  return { seq, at: atMinute(seq), type: 'conversation', state }
}
