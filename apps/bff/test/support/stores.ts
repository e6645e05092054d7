import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { randomBytes } from 'node:crypto'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { onTestFinished } from 'vitest'
import { systemClock, type Clock } from '../../src/clock.ts'
import { createEventLog } from '../../src/event-log/create-event-log.ts'
import type { EventLog } from '../../src/event-log/event-log.ts'
import { createSqliteEvents } from '../../src/event-log/sqlite-events.ts'
import { createSealer, KEY_BYTES, type Sealer } from '../../src/storage/sealing.ts'
import { openSqlite, type Sqlite, type SqliteOptions } from '../../src/storage/sqlite.ts'
import { openStores, type Stores } from '../../src/stores/open-stores.ts'

export const newKey = (): Uint8Array => randomBytes(KEY_BYTES)
export const newSealer = (): Sealer => createSealer([newKey()])

/** A folder that is gone when the test is over. */
export function makeFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'foyer-test-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

/** A database of its own, closed when the test is over. */
export function openStore(file = ':memory:', options: SqliteOptions = {}): Sqlite {
  const sqlite = openSqlite(file, options)
  onTestFinished(() => sqlite.close())
  return sqlite
}

/** All stores of a file, as the process opens them, closed when the test is over. */
export function openFileStores(
  file: string,
  { keys, clock = systemClock }: { keys: readonly Uint8Array[]; clock?: Clock },
): Stores {
  const stores = openStores({ file, secrets: keys, clock })
  onTestFinished(() => stores.close())
  return stores
}

export const newEventLog = (parts: { sqlite: Sqlite; sealer: Sealer; clock: Clock }): EventLog =>
  createEventLog(createSqliteEvents(parts), parts.clock)

export const newDatabaseFile = (): string => join(makeFolder(), 'foyer.db')

/** Every byte an embedded store has on disk: the database, its journal, whatever lies beside. */
export function bytesOnDisk(file: string): string {
  const folder = dirname(file)
  const names = readdirSync(folder)
  return names.map((name) => readFileSync(join(folder, name)).toString('latin1')).join('\n')
}
