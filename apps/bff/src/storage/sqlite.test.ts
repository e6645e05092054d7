import { statSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { describe, expect, test } from 'vitest'
import { makeFolder, newDatabaseFile, openDatabase } from '../../test/support/stores.ts'
import { createInTransaction, openSqlite } from './sqlite.ts'

describe('opening the embedded store', () => {
  test('makes its folder', () => {
    const file = join(makeFolder(), 'not', 'there', 'foyer.db')
    openDatabase(file)
    expect(statSync(file).isFile()).toBe(true)
  })

  test('finds what was written before', () => {
    const file = newDatabaseFile()
    const first = openDatabase(file)
    first.exec("INSERT INTO conversations VALUES ('c', 's', x'00')")
    first.close()
    expect(openDatabase(file).prepare('SELECT COUNT(*) AS n FROM conversations').get()?.['n']).toBe(1)
  })

  test('refuses a file of another version rather than guess at it', () => {
    const file = newDatabaseFile()
    const other = new DatabaseSync(file)
    other.exec('PRAGMA user_version = 99')
    other.close()
    expect(() => openSqlite(file)).toThrow(/schema version 99/)
  })

  test('refuses a file that is no database', () => {
    expect(() => openSqlite(import.meta.filename)).toThrow(/not a database/)
  })
})

describe('a transaction', () => {
  const count = (database: DatabaseSync) => database.prepare('SELECT COUNT(*) AS n FROM conversations').get()?.['n']

  test('is kept as a whole', () => {
    const database = openDatabase()
    const add = () => database.exec("INSERT INTO conversations VALUES ('c', 's', x'00')")
    expect(createInTransaction(database)(() => (add(), 'done'))).toBe('done')
    expect(count(database)).toBe(1)
  })

  test('leaves nothing behind when it fails, and the next one works', () => {
    const database = openDatabase()
    const add = () => database.exec("INSERT INTO conversations VALUES ('c', 's', x'00')")
    const fail = () => {
      add()
      throw new Error('half way')
    }
    expect(() => createInTransaction(database)(fail)).toThrow('half way')
    expect(count(database)).toBe(0)
    createInTransaction(database)(add)
    expect(count(database)).toBe(1)
  })
})
