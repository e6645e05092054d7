import { EventLogError, type EventLog, type LogEntry, type PassingEntry, type PassingNews } from './event-log.ts'
import { toPassingEntry } from './passing-entry.ts'

/*
 * Reading a log live, without a gap and without a repeat, at the reader's own pace:
 *   backlog  page after page from `seq` on, each when the reader has room
 *   overlap  a page was the last, and has all that was told: what passed meanwhile is handed on, the last of each kind,
 *            which no page has
 *   follow   every entry as it is told; a reader without room goes back to the backlog once there is some, and so does one
 *            who was not told what came before
 * The follower is in place before the first page is read, so nothing falls between. What waits for a reader waits in the
 * log, not in memory. A reader who has gone is let go in each phase, and is written nothing more.
 */

const PAGE = 50

export type Kind = 'live' | 'replayed'

export interface Sink {
  write(entries: readonly (LogEntry | PassingEntry)[], kind: Kind): void
  /** What is written now would wait behind what the reader has not taken. */
  readonly isFull: boolean
  /** Resolves when the reader has room for more, or has gone. */
  ready(): Promise<void>
  /** The log failed a reader that followed already: it must come again, from where it got to. */
  fail(error: unknown): void
}

export interface Reading {
  readonly conversationId: string
  readonly after: number
  readonly sink: Sink
  /** Aborts when the reader has gone. */
  readonly signal: AbortSignal
}

/**
 * Hands every event after `seq` to the sink, and goes on as they come, until the signal aborts. Resolves to `trimmed`,
 * having written nothing more, when the log no longer has what was asked for; otherwise, once it follows, to `following`.
 */
export async function replayAndFollow(log: EventLog, reading: Reading): Promise<'following' | 'trimmed'> {
  const reader = new Reader(log, reading)
  try {
    await reader.catchUp()
    return 'following'
  } catch (error) {
    reader.leave()
    if (error instanceof EventLogError) return 'trimmed'
    throw error
  }
}

class Reader {
  readonly #log: EventLog
  readonly #reading: Reading
  readonly leave: () => void
  #seq: number
  #isFollowing = false
  /** The last that was logged since this reader follows the log; what is not told yet will be. */
  #toldSeq = 0
  /** What passed while nothing could be handed on, by its type. */
  #passed: Map<string, PassingNews> | undefined

  constructor(log: EventLog, reading: Reading) {
    this.#log = log
    this.#reading = reading
    this.#seq = reading.after
    this.leave = log.follow(reading.conversationId, (news) => this.#take(news))
    reading.signal.addEventListener('abort', this.leave, { once: true })
  }

  async catchUp(): Promise<void> {
    const { sink, signal } = this.#reading
    // Whether more was logged is asked in the very turn in which following begins.
    do if (sink.isFull) await sink.ready()
    while (!signal.aborted && ((await this.#passPage()) || this.#toldSeq > this.#seq))
    // A signal that was aborted before we listened to it tells nobody.
    if (signal.aborted) return this.leave()
    for (const news of this.#passed?.values() ?? []) this.#pass(news)
    this.#passed = undefined
    this.#isFollowing = true
  }

  /** Hands on a page. Resolves to whether there may be more. */
  async #passPage(): Promise<boolean> {
    const { conversationId, sink, signal } = this.#reading
    const toldSeq = this.#toldSeq
    const { entries, later } = await this.#log.readAfter(conversationId, this.#seq, PAGE, signal)
    const last = entries.at(-1)
    if (!last && !signal.aborted && toldSeq > this.#seq) throw new EventLogError('trimmed') // the whole log has gone
    if (!last || signal.aborted) return false
    this.#seq = last.seq
    sink.write(entries, 'replayed')
    return later
  }

  #take(news: LogEntry | PassingNews): void {
    const isNext = 'passing' in news || news.seq <= this.#seq + 1
    if (this.#isFollowing && isNext && !this.#reading.sink.isFull) return this.#pass(news)
    if ('passing' in news) (this.#passed ??= new Map<string, PassingNews>()).set(news.passing.type, news)
    else this.#toldSeq = Math.max(this.#toldSeq, news.seq)
    if (this.#isFollowing) this.#fallBehind()
  }

  #fallBehind(): void {
    const { sink } = this.#reading
    this.#isFollowing = false
    void this.catchUp().catch((error: unknown) => {
      this.leave()
      sink.fail(error)
    })
  }

  #pass(news: LogEntry | PassingNews): void {
    const { sink } = this.#reading
    if ('passing' in news) return sink.write([toPassingEntry(news, this.#seq)], 'live')
    if (news.seq <= this.#seq) return
    this.#seq = news.seq
    sink.write([news], 'live')
  }
}
