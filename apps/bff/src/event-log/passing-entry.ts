import type { PassingEntry, PassingNews } from './event-log.ts'

/** What passes, for a reader whose last event was `seq`. */
export function toPassingEntry({ passing }: PassingNews, seq: number): PassingEntry {
  return { seq, type: passing.type, json: JSON.stringify({ seq, ...passing }), passing: true }
}
