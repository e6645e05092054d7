import type { ConversationEvent, NoticeEvent, ParticipantEvent } from '@foyer/shared/protocol/event'
import type { MessagePart, MessageState, Reply } from '@foyer/shared/protocol/message'
import type { Participant } from '@foyer/shared/protocol/participant'
import type { Problem } from '@foyer/shared/protocol/problem'
import type { InferOutput } from 'valibot'

/** How far a message got, according to the event `seq`. */
export interface Receipt {
  seq: number
  state: MessageState
  problem: Problem | undefined
}

export interface MessageEntry {
  type: 'message'
  seq: number
  at: string
  messageId: string
  from: Participant
  parts: readonly MessagePart[]
  /** What of an earlier message it answers. */
  reply: Reply | undefined
  /** The state it has by now, and the reason if that is `failed`; `stateSeq` is the event that said so. */
  state: MessageState
  problem: Problem | undefined
  stateSeq: number
  /** What was told, in order of seq; the state follows from it. */
  told: readonly Receipt[]
}

/** One line of what is shown: something said, or something that happened. */
export type Entry =
  | MessageEntry
  | InferOutput<typeof ParticipantEvent>
  | InferOutput<typeof ConversationEvent>
  | InferOutput<typeof NoticeEvent>

export interface Timeline {
  /** In order of seq, each event once. */
  entries: readonly Entry[]
  /** Receipts whose message has not come (yet), by messageId. */
  strays: ReadonlyMap<string, readonly Receipt[]>
  /** Of all events seen; 0 when none was. */
  firstSeq: number
  lastSeq: number
  /** Everything up to here was cleared. */
  clearedSeq: number
}

export const emptyTimeline: Timeline = { entries: [], strays: new Map(), firstSeq: 0, lastSeq: 0, clearedSeq: 0 }

/** Stable name of an entry among all others. */
export function entryKey(entry: Entry): string {
  return entry.type === 'message' ? entry.messageId : `:${entry.seq}`
}

/** Written by the guest, in this tab or another. */
export function isOwn(entry: MessageEntry): boolean {
  return entry.from.role === 'guest'
}

export function isMessage(entry: Entry): entry is MessageEntry {
  return entry.type === 'message'
}

/** What others said after `seq`. */
export function messagesAfter(entries: readonly Entry[], seq: number): MessageEntry[] {
  const later = entries.slice(entries.findLastIndex((entry) => entry.seq <= seq) + 1)
  return later.filter(isMessage).filter((entry) => !isOwn(entry))
}

/** The last message the guest wrote. */
export function lastOwnMessage(entries: readonly Entry[]): MessageEntry | undefined {
  return entries.findLast((entry): entry is MessageEntry => entry.type === 'message' && isOwn(entry))
}

/** What the guest chose of what was offered, by the message that offered it. A refused answer is none. */
export function answersIn(entries: readonly Entry[]): ReadonlyMap<string, Reply> {
  const answers = new Map<string, Reply>()
  for (const entry of entries) {
    if (entry.type === 'message' && entry.reply && entry.state !== 'failed') answers.set(entry.reply.to, entry.reply)
  }
  return answers
}

/** Place of what is in no log yet: after everything. */
export const UNSENT_SEQ = Number.MAX_SAFE_INTEGER

export function isUnsent(entry: MessageEntry): boolean {
  return entry.seq === UNSENT_SEQ
}
