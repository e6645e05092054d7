import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { randomBytes } from 'node:crypto'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { onTestFinished } from 'vitest'
import { createSealer, KEY_BYTES, type Sealer } from '../../src/storage/sealing.ts'
import { openSqlite, type Sqlite, type SqliteOptions } from '../../src/storage/sqlite.ts'

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
  onTestFinished(() => {
    if (sqlite.database.isOpen) sqlite.close()
  })
  return sqlite
}

export const newDatabaseFile = (): string => join(makeFolder(), 'foyer.db')

/** Every byte an embedded store has on disk: the database, its journal, whatever lies beside. */
export function bytesOnDisk(file: string): string {
  const folder = dirname(file)
  const names = readdirSync(folder)
  return names.map((name) => readFileSync(join(folder, name)).toString('latin1')).join('\n')
}
