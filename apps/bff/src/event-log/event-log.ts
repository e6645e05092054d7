import type { LoggedEvent, MessageEvent, PassingEvent } from '@foyer/shared/protocol/event'
import type { MessageState } from '@foyer/shared/protocol/message'

type Unstamped<Event> = Event extends unknown ? Omit<Event, 'seq' | 'at'> : never

/** An event about to be logged. `upstreamId` is the platform's id of it; the same id is logged once. */
export type NewEvent = Unstamped<LoggedEvent> & { upstreamId?: string | undefined }
export type NewPassingEvent = Unstamped<PassingEvent>

/** One event as the stream carries it. `json` is the whole event, serialised once for every reader. */
export interface LogEntry {
  readonly seq: number
  readonly type: string
  readonly json: string
  /** It stands in the place of one that cannot be read: why. */
  readonly damaged?: Damage
}

/** What was found is not what was sealed, or is sealed under a key that is not there. */
export type Damage = 'tampered' | 'unknown-key'

/** What is told once and not kept, as the log tells it. */
export interface PassingNews {
  readonly passing: NewPassingEvent & { readonly at: string }
}

/** The same as one reader gets it: its `seq` is that of the last event which this reader was told before it. */
export interface PassingEntry extends LogEntry {
  readonly passing: true
}

/** A message and how far it got. */
export interface LoggedMessage {
  readonly event: MessageEvent
  readonly state: MessageState
  readonly upstreamId: string | undefined
}

/** Events go when older than `maxAgeMs`, or when more than `maxEvents` of their conversation came after them. */
export interface Retention {
  readonly maxAgeMs: number
  readonly maxEvents: number
}

/** A page is full with so much: of long events a quarter of a millisecond's reading. */
export const PAGE_BYTES = 16 * 1024

export type Follower = (news: LogEntry | PassingNews) => void

/** The events of every conversation, where they are kept: an event gets its `seq` (1, 2, 3 … without gaps), and is stored. */
export interface KeptEvents {
  /**
   * Stores the events in order, all or none. What is known already is left out: a message whose
   * `messageId`, or anything whose `upstreamId`, stands in the log, and a receipt that moves its message nowhere
   * (message-state.ts). Answers entry by entry; undefined for what was left out.
   */
  append(conversationId: string, events: readonly NewEvent[]): Promise<(LogEntry | undefined)[]>
  /**
   * Events after `seq`, oldest first, at most `limit`, and none after the first PAGE_BYTES of them; one that cannot be
   * read is a notice in its place. `later`: there may be more. Throws EventLogError `trimmed` when some of them are gone.
   */
  readAfter(conversationId: string, seq: number, limit: number): Promise<{ entries: LogEntry[]; later: boolean }>
  /** The last `limit` events before `seq` (exclusive; absent: the end), oldest first; as `readAfter`. */
  readBefore(
    conversationId: string,
    seq: number | undefined,
    limit: number,
  ): Promise<{ entries: LogEntry[]; earlier: boolean }>
  /** 0 for a conversation without events. */
  lastSeq(conversationId: string): Promise<number>
  /** Whether something of this upstream id stands in the log. */
  knows(conversationId: string, upstreamId: string): Promise<boolean>
  /** One that cannot be read has no parts. */
  readMessage(conversationId: string, messageId: string): Promise<(LoggedMessage & { seq: number }) | undefined>
  /** The guest's messages that are not confirmed by the platform's id, in order: `pending`, and `sent` without an id. Not
   * those that cannot be read. */
  unconfirmed(conversationId: string): Promise<LoggedMessage[]>
  /** Conversations with messages still to be sent. */
  conversationsWithPending(): Promise<string[]>
  /** Messages still to be sent, of all conversations, and when the oldest of them was logged. */
  pending(): Promise<{ count: number; oldestAtMs: number | undefined }>
  /** Forgets the oldest events of every conversation; never one from the first pending message on, never the last. */
  trim(retention: Retention): Promise<number>
  /** Forgets everything but the last event. */
  wipe(conversationId: string): Promise<void>
  remove(conversationId: string): Promise<void>
}

/**
 * Per conversation, append-only, resumable: the only way back to the page. What is appended is stored, then told. Knows
 * nothing of the platform.
 */
export interface EventLog extends KeptEvents {
  /** As of what is kept, in its turn; whoever has gone by then is read nothing. */
  readAfter(
    ...asked: [...Parameters<KeptEvents['readAfter']>, signal?: AbortSignal]
  ): ReturnType<KeptEvents['readAfter']>
  /** Calls back for everything appended or told from now on, until the returned function is called. */
  follow(conversationId: string, follower: Follower): () => void
  /** Tells the followers something that is not kept. */
  tell(conversationId: string, event: NewPassingEvent): void
}

export class EventLogError extends Error {
  override readonly name = 'EventLogError'
  readonly code: 'trimmed'
  constructor(code: 'trimmed') {
    super('events asked for are no longer kept')
    this.code = code
  }
}
