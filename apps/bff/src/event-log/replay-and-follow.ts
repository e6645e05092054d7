import { EventLogError, type EventLog, type LogEntry, type PassingEntry } from './event-log.ts'

/*
 * Reading a log live, without a gap and without a repeat, in three phases:
 *   backlog  pages after `seq`, entry by entry as the reader takes them; what is appended meanwhile will be in a later page
 *   overlap  the last page was empty: what was told since that page was asked for is handed on, minus what was read, and
 *            what passed in all that time, which no page has
 *   follow   every entry as it is told
 * The follower is in place before the first page is read, so nothing falls between. A reader who has gone is let go in
 * each phase, and is written nothing more.
 */

const PAGE = 200

export interface Sink {
  write(entry: LogEntry | PassingEntry): void
  /** Resolves when the reader has room for more. */
  ready(): Promise<void>
}

/**
 * Hands every event after `seq` to the sink, and goes on as they come, until the signal aborts. Resolves to `trimmed`,
 * having written nothing more, when the log no longer has what was asked for; otherwise, once it follows, to `following`.
 */
export async function replayAndFollow(
  log: EventLog,
  { conversationId, after, sink, signal }: { conversationId: string; after: number; sink: Sink; signal: AbortSignal },
): Promise<'following' | 'trimmed'> {
  let read = after
  let following = false
  let told: (LogEntry | PassingEntry)[] = []

  const pass = (entry: LogEntry | PassingEntry) => {
    if (!('passing' in entry)) {
      if (entry.seq <= read) return
      read = entry.seq
    }
    sink.write(entry)
  }
  const unfollow = log.follow(conversationId, (entry) => (following ? pass(entry) : void told.push(entry)))
  signal.addEventListener('abort', unfollow, { once: true })

  try {
    while (!signal.aborted) {
      told = told.filter((entry) => 'passing' in entry)
      const page = await log.readAfter(conversationId, read, PAGE)
      if (page.length === 0) break
      for (const entry of page) {
        if (signal.aborted) break
        pass(entry)
        await sink.ready()
      }
    }
  } catch (error) {
    unfollow()
    if (error instanceof EventLogError) return 'trimmed'
    throw error
  }
  // A signal that was aborted before we listened to it tells nobody.
  if (signal.aborted) unfollow()
  else told.forEach(pass)
  following = true
  return 'following'
}
