import { MessageEvent, type LoggedEvent } from '@foyer/shared/protocol/event'
import { MessageState } from '@foyer/shared/protocol/message'
import type { DatabaseSync, StatementSync } from 'node:sqlite'
import * as v from 'valibot'
import type { Clock } from '../clock.ts'
import type { SealedColumn } from '../storage/reseal.ts'
import type { Sealer } from '../storage/sealing.ts'
import type { Sqlite } from '../storage/sqlite.ts'
import { damageOf, entryInPlaceOf, messageInPlaceOf } from './damaged-row.ts'
import {
  EventLogError,
  PAGE_BYTES,
  type KeptEvents,
  type LogEntry,
  type LoggedMessage,
  type NewEvent,
} from './event-log.ts'
import { sourcesOf } from './message-state.ts'
import { createTrim } from './sqlite-trim.ts'

const Row = v.object({ seq: v.number(), type: v.string(), body: v.instance(Uint8Array) })
const MessageRow = v.object({
  ...Row.entries,
  state: MessageState,
  upstream_id: v.nullable(v.string()),
})

const PendingRow = v.object({ count: v.number(), oldest: v.nullable(v.number()) })

type KeptMessage = LoggedMessage & { seq: number; isDamaged?: boolean }

interface Parts {
  readonly sqlite: Sqlite
  readonly sealer: Sealer
  readonly clock: Pick<Clock, 'now'>
}

/** Kept in the embedded store: one table; bodies sealed, each to its place. */
export function createSqliteEvents({ sqlite, sealer, clock }: Parts): KeptEvents {
  const sql = prepare(sqlite.database)

  const lastSeq = (conversationId: string) => Number(sql.last.get(conversationId)?.['seq'] ?? 0)

  function open(conversationId: string, row: unknown): LogEntry {
    const { seq, type, body } = v.parse(Row, row)
    return { seq, type, json: sealer.open(body, contextOf(conversationId, seq)) }
  }

  function toEntry(conversationId: string, row: unknown): LogEntry {
    try {
      return open(conversationId, row)
    } catch (error) {
      const damage = damageOf(error)
      if (!damage) throw error
      return entryInPlaceOf(row, damage)
    }
  }

  function toMessage(conversationId: string, row: unknown): KeptMessage {
    const { seq, state, upstream_id } = v.parse(MessageRow, row)
    const kept = { seq, state, upstreamId: upstream_id ?? undefined }
    try {
      return { ...kept, event: v.parse(MessageEvent, JSON.parse(open(conversationId, row).json)) }
    } catch (error) {
      if (!damageOf(error)) throw error
      return { ...kept, event: { ...messageInPlaceOf(row), state }, isDamaged: true }
    }
  }

  /** Undefined where there is nothing to log: it is known already, or moves its message nowhere. */
  function log(conversationId: string, event: NewEvent): LogEntry | undefined {
    if (event.type === 'receipt' && !admitReceipt(conversationId, event)) return undefined
    return insert(conversationId, event)
  }

  /** Whether the receipt moves its message; it may name it upstream all the same, by a name that is free. */
  function admitReceipt(conversationId: string, { messageId, state, upstreamId }: NewEvent & { type: 'receipt' }) {
    if (upstreamId !== undefined) sql.name.run(upstreamId, conversationId, messageId)
    return sql.move[state].run(conversationId, messageId).changes > 0
  }

  /** The table's own rules leave out what is known already. */
  function insert(conversationId: string, { upstreamId, ...event }: NewEvent): LogEntry | undefined {
    const seq = lastSeq(conversationId) + 1
    const atMs = clock.now()
    const json = JSON.stringify({ seq, at: new Date(atMs).toISOString(), ...event } satisfies LoggedEvent)
    const body = sealer.seal(json, contextOf(conversationId, seq))
    const message = event.type === 'message' ? event : undefined
    const messageId = 'messageId' in event ? event.messageId : null
    const own = message?.from.role === 'guest' ? 1 : 0
    const upstream = event.type === 'receipt' ? null : (upstreamId ?? null)
    const state = message?.state ?? null
    const { changes } = sql.insert.run(conversationId, seq, atMs, event.type, messageId, state, own, upstream, body)
    return changes > 0 ? { seq, type: event.type, json } : undefined
  }

  return {
    append: (conversationId, events) => sqlite.write(() => events.map((event) => log(conversationId, event))),

    async readAfter(conversationId, seq, limit) {
      const entries: LogEntry[] = []
      let bytes = 0
      let later = false
      for (const row of sql.after.iterate(conversationId, seq)) {
        if (row['seq'] !== seq + entries.length + 1) throw new EventLogError('trimmed')
        entries.push(toEntry(conversationId, row))
        bytes += Number(row['bytes'])
        if ((later = entries.length === limit || bytes >= PAGE_BYTES)) break
      }
      if (entries.length === 0 && lastSeq(conversationId) !== seq) throw new EventLogError('trimmed')
      return { entries, later }
    },

    async readBefore(conversationId, seq, limit) {
      const rows: unknown[] = []
      for (const row of sql.before.iterate(conversationId, seq ?? Number.MAX_SAFE_INTEGER)) {
        if (rows.push(row) > limit) break
      }
      const entries = rows.slice(0, limit).map((row) => toEntry(conversationId, row))
      return { entries: entries.reverse(), earlier: rows.length > limit }
    },

    lastSeq: async (conversationId) => lastSeq(conversationId),

    knows: async (conversationId, upstreamId) => sql.byUpstream.get(conversationId, upstreamId) !== undefined,

    async readMessage(conversationId, messageId) {
      const row = sql.byMessage.get(conversationId, messageId)
      if (!row) return undefined
      const { isDamaged: _, ...message } = toMessage(conversationId, row)
      return message
    },

    async unconfirmed(conversationId) {
      const messages = sql.unconfirmed.all(conversationId).map((row) => toMessage(conversationId, row))
      return messages.filter(({ isDamaged }) => !isDamaged)
    },

    conversationsWithPending: async () => sql.withPending.all().map((row) => String(row['conversation_id'])),

    async pending() {
      const { count, oldest } = v.parse(PendingRow, sql.pending.get())
      return { count, oldestAtMs: oldest ?? undefined }
    },

    trim: createTrim(sqlite, clock),

    wipe: (conversationId) => sqlite.write(() => void sql.wipe.run(conversationId, lastSeq(conversationId))),

    remove: (conversationId) => sqlite.write(() => void sql.remove.run(conversationId)),
  }
}

const contextOf = (conversationId: string | number, seq: string | number) => `event:${conversationId}:${seq}`

export const SEALED_IN_EVENTS: readonly SealedColumn[] = [
  { table: 'events', column: 'body', key: ['conversation_id', 'seq'], contextOf },
]

function prepare(database: DatabaseSync) {
  const all = <Name extends string>(texts: Readonly<Record<Name, string>>) => {
    const entries = Object.entries<string>(texts).map(([name, text]) => [name, database.prepare(text)] as const)
    return Object.fromEntries(entries) as Record<Name, StatementSync>
  }
  return { ...all(STATEMENTS), move: all(MOVES) }
}

const EVENT = 'seq, at_ms, type, message_id, own, body'
const MESSAGE = `${EVENT}, state, upstream_id`
/** None has a LIMIT that is bound: for each that is, SQLite would prepare the statement anew. */
const STATEMENTS = {
  last: 'SELECT seq FROM events WHERE conversation_id = ? ORDER BY seq DESC LIMIT 1',
  insert: `INSERT INTO events (conversation_id, seq, at_ms, type, message_id, state, own, upstream_id, body)
           VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
           ON CONFLICT (conversation_id, message_id) WHERE type = 'message' DO NOTHING
           ON CONFLICT (conversation_id, upstream_id) WHERE upstream_id IS NOT NULL DO NOTHING`,
  name: `UPDATE OR IGNORE events SET upstream_id = ?
         WHERE conversation_id = ? AND message_id = ? AND type = 'message' AND upstream_id IS NULL`,
  byMessage: `SELECT ${MESSAGE} FROM events WHERE conversation_id = ? AND message_id = ? AND type = 'message'`,
  byUpstream: 'SELECT seq FROM events WHERE conversation_id = ? AND upstream_id = ?',
  after: `SELECT ${EVENT}, length(body) AS bytes FROM events WHERE conversation_id = ? AND seq > ? ORDER BY seq`,
  before: `SELECT ${EVENT} FROM events WHERE conversation_id = ? AND seq < ? ORDER BY seq DESC`,
  unconfirmed: `SELECT ${MESSAGE} FROM events
                WHERE conversation_id = ? AND own = 1 AND upstream_id IS NULL AND state IN ('pending', 'sent') ORDER BY seq`,
  withPending: `SELECT DISTINCT conversation_id FROM events WHERE state = 'pending'`,
  pending: `SELECT COUNT(*) AS count, MIN(at_ms) AS oldest FROM events WHERE state = 'pending'`,
  wipe: 'DELETE FROM events WHERE conversation_id = ? AND seq < ?',
  remove: 'DELETE FROM events WHERE conversation_id = ?',
} as const

/** One per state: whether a move is allowed is asked of the row as it is written. */
const MOVES = Object.fromEntries(
  MessageState.options.map((to) => [
    to,
    `UPDATE events SET state = '${to}' WHERE conversation_id = ? AND message_id = ? AND type = 'message'
     AND state IN (${sourcesOf(to).map((from) => `'${from}'`)})`,
  ]),
) as Record<MessageState, string>
