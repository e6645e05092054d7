import { setImmediate as nextTurn } from 'node:timers/promises'
import * as v from 'valibot'
import type { Clock } from '../clock.ts'
import type { Sqlite } from '../storage/sqlite.ts'
import type { KeptEvents } from './event-log.ts'

/** Conversations looked at before everything else has its turn: a millisecond or two. */
const SLICE = 100

const Row = v.object({ id: v.string(), first: v.number(), first_at_ms: v.number(), last: v.number() })
type Ends = v.InferOutput<typeof Row>

/** Looks at the ends of each conversation, not at what lies between, and deletes where there is something to delete. */
export function createTrim({ database, write }: Sqlite, clock: Pick<Clock, 'now'>): KeptEvents['trim'] {
  const sql = { slice: database.prepare(NEXT_SLICE), trim: database.prepare(TRIM) }

  return async function trim({ maxAgeMs, maxEvents }) {
    const beforeMs = clock.now() - maxAgeMs
    let trimmed = 0
    for (let after: string | undefined = ''; after !== undefined && database.isOpen;) {
      const slice: Ends[] = sql.slice.all(after).map((row) => v.parse(Row, row))
      const due = slice.filter((row) => row.first_at_ms < beforeMs || row.last - row.first >= maxEvents)
      const counts = await Promise.all(
        due.map(({ id, last }) => write(() => Number(sql.trim.run(id, beforeMs, last - maxEvents, last).changes))),
      )
      trimmed += counts.reduce((sum, count) => sum + count, 0)
      after = slice.at(-1)?.id
      await nextTurn()
    }
    return trimmed
  }
}

/** From one conversation to the next by the table's own order. */
const NEXT_SLICE = `
  WITH RECURSIVE conversation (id) AS (
    SELECT MIN(conversation_id) FROM events WHERE conversation_id > ?
    UNION ALL
    SELECT (SELECT MIN(conversation_id) FROM events WHERE conversation_id > id) FROM conversation WHERE id IS NOT NULL
    LIMIT ${SLICE}
  )
  SELECT id, oldest.seq AS first, oldest.at_ms AS first_at_ms,
    (SELECT MAX(seq) FROM events WHERE conversation_id = id) AS last
  FROM conversation JOIN events AS oldest ON oldest.conversation_id = id
  WHERE oldest.seq = (SELECT MIN(seq) FROM events WHERE conversation_id = id)`

/**
 * Always from the beginning on, so that no hole is left where the clock was set back: up to the first that is young enough,
 * or as many as are too many; never one from the first pending message on, never the last.
 */
const TRIM = `
  DELETE FROM events WHERE conversation_id = ?1 AND seq < ?4
  AND seq < MAX(?3 + 1, IFNULL((SELECT MIN(seq) FROM events WHERE conversation_id = ?1 AND at_ms >= ?2), ?4))
  AND seq < IFNULL((SELECT MIN(seq) FROM events WHERE conversation_id = ?1 AND state = 'pending'), ?4)`
