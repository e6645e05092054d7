import type { Clock } from '../clock.ts'
import type { EventLog, Follower, KeptEvents, LogEntry, PassingEntry } from './event-log.ts'

/** The log over whatever keeps its events. Followers are told within this process, in the order of what is kept. */
export function createEventLog(kept: KeptEvents, clock: Pick<Clock, 'now'>): EventLog {
  const followers = new Map<string, Set<Follower>>()

  function notify(conversationId: string, entry: LogEntry | PassingEntry): void {
    for (const follower of followers.get(conversationId) ?? []) follower(entry)
  }

  return {
    ...kept,

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

    async tell(conversationId, event) {
      if (!followers.has(conversationId)) return
      const seq = await kept.lastSeq(conversationId)
      const json = JSON.stringify({ seq, at: new Date(clock.now()).toISOString(), ...event })
      notify(conversationId, { seq, type: event.type, json, passing: true })
    },
  }
}
