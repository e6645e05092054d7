import * as v from 'valibot'
import { Instant, MessageId, Seq } from './identifiers.ts'
import { MessagePart, MessageState, Reply } from './message.ts'
import { Participant } from './participant.ts'
import { Problem } from './problem.ts'

const event = <Type extends string, Entries extends v.ObjectEntries>(type: Type, entries: Entries) =>
  v.object({ seq: Seq, at: Instant, type: v.literal(type), ...entries })

/** A message, in the state it had when it was stored; later states come as receipts. `reply`: it answers an earlier one. */
export const MessageEvent = event('message', {
  messageId: MessageId,
  from: Participant,
  parts: v.array(MessagePart),
  reply: v.optional(Reply),
  state: MessageState,
})
export type MessageEvent = v.InferOutput<typeof MessageEvent>
export const ReceiptEvent = event('receipt', {
  messageId: MessageId,
  state: MessageState,
  problem: v.optional(Problem),
})
export type ReceiptEvent = v.InferOutput<typeof ReceiptEvent>
export const ParticipantEvent = event('participant', {
  participant: Participant,
  change: v.picklist(['joined', 'left']),
})
export type ParticipantEvent = v.InferOutput<typeof ParticipantEvent>
export const ConversationEvent = event('conversation', {
  state: v.picklist(['open', 'read-only', 'ended', 'cleared']),
  endedBy: v.optional(v.picklist(['guest', 'agent', 'system'])),
})
export type ConversationEvent = v.InferOutput<typeof ConversationEvent>
/** A problem of the whole conversation, to be shown. */
export const NoticeEvent = event('notice', { problem: Problem })
export type NoticeEvent = v.InferOutput<typeof NoticeEvent>

/** `typing` for at most `durationMs`, or until the next message of the same participant. */
export const TypingEvent = event('typing', {
  participant: Participant,
  typing: v.boolean(),
  durationMs: v.number(),
})
export type TypingEvent = v.InferOutput<typeof TypingEvent>
/** Whether the platform can be reached. While `down`, `retryAt` says when the next attempt is made. */
export const ConnectionEvent = event('connection', {
  state: v.picklist(['connecting', 'up', 'down']),
  retryAt: v.optional(Instant),
})
export type ConnectionEvent = v.InferOutput<typeof ConnectionEvent>
/**
 * How the guest's session stands. `expiring`: it ends at `expiresAt`, told again and again until it does, or until `active`
 * takes it back; `extendable`: the end moves when the guest does something.
 */
export const SessionEvent = event('session', {
  state: v.picklist(['active', 'expiring', 'expired']),
  expiresAt: v.optional(Instant),
  extendable: v.optional(v.boolean()),
})
export type SessionEvent = v.InferOutput<typeof SessionEvent>
/** The events asked for are gone: forget what is shown and read the history anew. */
export const ResetEvent = event('reset', {})

/** What the log keeps. Gets a `seq` of its own; can be asked for again. */
export const LoggedEvent = v.variant('type', [
  MessageEvent,
  ReceiptEvent,
  ParticipantEvent,
  ConversationEvent,
  NoticeEvent,
])
export type LoggedEvent = v.InferOutput<typeof LoggedEvent>

/**
 * What is told once and not kept. Its `seq` is no place to resume from: that of the last logged event before it on the same
 * stream, or 0.
 */
export const PassingEvent = v.variant('type', [TypingEvent, ConnectionEvent, SessionEvent, ResetEvent])
export type PassingEvent = v.InferOutput<typeof PassingEvent>

/** Everything the stream of a conversation can carry. */
export const StreamEvent = v.variant('type', [LoggedEvent, PassingEvent])
export type StreamEvent = LoggedEvent | PassingEvent

/** A stretch of the log, oldest first. `earlier` says whether there is more before it; `lastSeq` is the log's end. */
export const EventPage = v.object({ events: v.array(LoggedEvent), earlier: v.boolean(), lastSeq: Seq })
export type EventPage = v.InferOutput<typeof EventPage>
