import type { Clock } from '../clock.ts'
import { inSlices } from '../in-slices.ts'
import type { EventLog, Follower, KeptEvents, LogEntry, PassingNews } from './event-log.ts'

/**
 * The log over whatever keeps its events. Followers are told within this process, in the order of what is kept. Whoever
 * reads on waits for whoever asked before: a thousand readers of long logs must not hold up those who talk.
 */
export function createEventLog(kept: KeptEvents, clock: Pick<Clock, 'now'>): EventLog {
  const followers = new Map<string, Set<Follower>>()
  const nextPage = inSlices()

  function notify(conversationId: string, news: LogEntry | PassingNews): void {
    for (const follower of followers.get(conversationId) ?? []) follower(news)
  }

  return {
    ...kept,

    readAfter: (conversationId, seq, limit, signal) =>
      nextPage(async () => (signal?.aborted ? NOTHING : kept.readAfter(conversationId, seq, limit))),

    async append(conversationId, events) {
      const entries = await kept.append(conversationId, events)
      for (const entry of entries) if (entry) notify(conversationId, entry)
      return entries
    },

    follow(conversationId, follower) {
      const all = followers.get(conversationId) ?? new Set()
      followers.set(conversationId, all.add(follower))
      return () => {
        all.delete(follower)
        if (all.size === 0 && followers.get(conversationId) === all) followers.delete(conversationId)
      }
    },

    tell(conversationId, event) {
      notify(conversationId, { passing: { at: new Date(clock.now()).toISOString(), ...event } })
    },
  }
}

const NOTHING = { entries: [], later: false }
