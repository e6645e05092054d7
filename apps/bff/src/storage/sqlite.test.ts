import { statSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { describe, expect, test } from 'vitest'
import { makeFolder, newDatabaseFile, openStore } from '../../test/support/stores.ts'
import { openSqlite } from './sqlite.ts'
import { StoreError } from './store-error.ts'

describe('opening the embedded store', () => {
  test('makes its folder', () => {
    const file = join(makeFolder(), 'not', 'there', 'foyer.db')
    openStore(file)
    expect(statSync(file).isFile()).toBe(true)
  })

  test('finds what was written before', () => {
    const file = newDatabaseFile()
    const first = openStore(file)
    first.database.exec("INSERT INTO conversations VALUES ('c', 's', x'00')")
    first.close()
    expect(openStore(file).database.prepare('SELECT COUNT(*) AS n FROM conversations').get()?.['n']).toBe(1)
  })

  test('refuses a file of another version rather than guess at it', () => {
    const file = newDatabaseFile()
    const other = new DatabaseSync(file)
    other.exec('PRAGMA user_version = 99')
    other.close()
    expect(() => openSqlite(file)).toThrow(/schema version 99/)
  })

  test('refuses a file that is no database', () => {
    expect(() => openSqlite(import.meta.filename)).toThrow(new StoreError('corrupt'))
  })
})
