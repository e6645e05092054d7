import { expect, test } from 'vitest'
import { newKey, newDatabaseFile, openStore } from '../../test/support/stores.ts'
import { reseal, type SealedColumn } from './reseal.ts'
import { createSealer, type Sealer } from './sealing.ts'
import type { Sqlite } from './sqlite.ts'

const EVENTS: SealedColumn = {
  ...{ table: 'events', column: 'body', key: ['conversation_id', 'seq'] },
  contextOf: (conversationId, seq) => `${conversationId}/${seq}`,
}
const HOUR = AbortSignal.timeout(3_600_000)

/** Events of two conversations, each saying its place. */
function fill({ database }: Sqlite, sealer: Sealer, each: number): void {
  const insert = database.prepare('INSERT INTO events VALUES (?, ?, 0, ?, NULL, NULL, 0, NULL, ?)')
  for (const id of ['a', 'b']) {
    for (let seq = 1; seq <= each; seq++) insert.run(id, seq, 'notice', sealer.seal(`${id}${seq}`, `${id}/${seq}`))
  }
}

function readAll({ database }: Sqlite, sealer: Sealer): string[] {
  const rows = database.prepare('SELECT conversation_id AS id, seq, body FROM events ORDER BY id, seq').all()
  return rows.map(({ id, seq, body }) => sealer.open(body as Uint8Array, `${String(id)}/${Number(seq)}`))
}

test('everything under an older key is sealed anew, in as many slices as it takes; what is under the newest stays', async () => {
  const sqlite = openStore(newDatabaseFile())
  const [old, next] = [newKey(), newKey()]
  fill(sqlite, createSealer([old]), 130)
  const before = readAll(sqlite, createSealer([old]))
  const both = createSealer([next, old])
  expect(await reseal(sqlite, both, EVENTS, HOUR)).toBe(260)
  expect(readAll(sqlite, createSealer([next]))).toEqual(before)
  expect(await reseal(sqlite, both, EVENTS, HOUR)).toBe(0)
})

test('what no key opens is left as it is, and holds up nothing', async () => {
  const sqlite = openStore()
  const [old, next] = [newKey(), newKey()]
  fill(sqlite, createSealer([old]), 3)
  sqlite.database.exec(`UPDATE events SET body = zeroblob(40) WHERE conversation_id = 'a' AND seq = 2`)
  expect(await reseal(sqlite, createSealer([next, old]), EVENTS, HOUR)).toBe(5)
  const kept = sqlite.database.prepare(`SELECT body FROM events WHERE conversation_id = 'a' AND seq = 2`).get()
  expect(kept?.['body']).toEqual(new Uint8Array(40))
})

test('what has no value has none afterwards', async () => {
  const sqlite = openStore()
  sqlite.database.exec(`INSERT INTO sessions VALUES ('s', 'h', 0, 0, x'00', NULL)`)
  const column = { table: 'sessions', column: 'credential', key: ['session_id'], contextOf: String }
  expect(await reseal(sqlite, createSealer([newKey(), newKey()]), column, HOUR)).toBe(0)
})

test('ends with its signal, between two slices', async () => {
  const sqlite = openStore()
  const [old, next] = [newKey(), newKey()]
  fill(sqlite, createSealer([old]), 130)
  const stop = new AbortController()
  const done = reseal(sqlite, createSealer([next, old]), EVENTS, stop.signal)
  stop.abort(new Error('enough'))
  await expect(done).rejects.toThrow('enough')
  expect(readAll(sqlite, createSealer([next, old]))).toHaveLength(260)
})
