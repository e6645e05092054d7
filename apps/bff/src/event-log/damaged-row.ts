import type { MessageEvent, NoticeEvent } from '@foyer/shared/protocol/event'
import * as v from 'valibot'
import { SealingError } from '../storage/sealing.ts'
import type { Damage, LogEntry } from './event-log.ts'

/** What is left of a row whose body cannot be opened. */
const Rest = v.object({
  seq: v.number(),
  at_ms: v.number(),
  message_id: v.nullable(v.string()),
  own: v.number(),
})

/** Why a row cannot be read; undefined for what is no damage, such as a disk that does not answer. */
export function damageOf(error: unknown): Damage | undefined {
  if (error instanceof SealingError) return error.code
  return v.isValiError(error) || error instanceof SyntaxError ? 'tampered' : undefined
}

/** Keeps the place of an event that cannot be read, so that who reads on finds no gap, and tells the guest of it. */
export function entryInPlaceOf(row: unknown, damaged: Damage): LogEntry {
  const { seq, at_ms } = v.parse(Rest, row)
  const notice: NoticeEvent = { seq, at: new Date(at_ms).toISOString(), type: 'notice', problem: MISSING }
  return { seq, type: notice.type, json: JSON.stringify(notice), damaged }
}

/** Keeps the id of a message that cannot be read: it has no text, but what is told of it still finds it. */
export function messageInPlaceOf(row: unknown): Omit<MessageEvent, 'state'> {
  const { seq, at_ms, message_id, own } = v.parse(Rest, row)
  const from = own === 1 ? ({ participantId: 'guest', role: 'guest' } as const) : UNKNOWN
  return { seq, at: new Date(at_ms).toISOString(), type: 'message', messageId: message_id ?? '', from, parts: [] }
}

const UNKNOWN = { participantId: 'system', role: 'system' } as const

const MISSING: NoticeEvent['problem'] = {
  type: 'urn:foyer:problem:messages-missing',
  title: 'Messages may be missing',
  status: 502,
  detail: 'What stood here cannot be read any more.',
  code: 'messages-missing',
}
