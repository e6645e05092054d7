import { DatabaseSync } from 'node:sqlite'
import { setTimeout as delay } from 'node:timers/promises'
import { describe, expect, onTestFinished, test } from 'vitest'
import { settle } from '../../test/support/fake-clock.ts'
import { newDatabaseFile, openStore } from '../../test/support/stores.ts'
import { createGroupCommit } from './group-commit.ts'
import type { Sqlite } from './sqlite.ts'
import { StoreError } from './store-error.ts'

const add = (sqlite: Sqlite, id: string) => () =>
  sqlite.database.exec(`INSERT INTO conversations VALUES ('${id}', 's', x'00')`)
const idsOf = ({ database }: Sqlite) =>
  database
    .prepare('SELECT conversation_id AS id FROM conversations ORDER BY rowid')
    .all()
    .map(({ id }) => id)

/** Another process that holds the store for itself, until the returned function is called. */
function lock(file: string): () => void {
  const other = new DatabaseSync(file)
  other.exec('BEGIN IMMEDIATE')
  const release = () => {
    if (other.isOpen) other.close()
  }
  onTestFinished(release)
  return release
}

describe('writes of one turn of the event loop', () => {
  test('become one transaction, kept in the order they were asked for', async () => {
    const commits: number[] = []
    const sqlite = openStore(':memory:', { committed: ({ durationMs }) => void commits.push(durationMs) })
    const settled: string[] = []
    await Promise.all(
      ['one', 'two', 'three'].map(async (id) => {
        await sqlite.write(add(sqlite, id))
        settled.push(id)
      }),
    )
    expect(commits).toHaveLength(1)
    expect(settled).toEqual(['one', 'two', 'three'])
    expect(idsOf(sqlite)).toEqual(['one', 'two', 'three'])
  })

  test('fail each by itself: what throws leaves nothing behind, the others are kept', async () => {
    const sqlite = openStore()
    const halfWay = () => {
      add(sqlite, 'half')()
      throw new Error('half way')
    }
    const all = [sqlite.write(add(sqlite, 'before')), sqlite.write(halfWay), sqlite.write(() => 'result')]
    const [before, half, after] = await Promise.allSettled(all)
    expect(before?.status).toBe('fulfilled')
    expect(half).toMatchObject({ status: 'rejected', reason: { message: 'half way' } })
    expect(after).toEqual({ status: 'fulfilled', value: 'result' })
    expect(idsOf(sqlite)).toEqual(['before'])
  })

  test('fail also alone without a trace, and hold nothing up', async () => {
    const sqlite = openStore()
    const halfWay = sqlite.write(() => {
      add(sqlite, 'half')()
      throw new Error('half way')
    })
    await expect(halfWay).rejects.toThrow('half way')
    await sqlite.write(add(sqlite, 'after'))
    expect(idsOf(sqlite)).toEqual(['after'])
  })

  test('see what those before them wrote', async () => {
    const sqlite = openStore()
    const [, seen] = await Promise.all([sqlite.write(add(sqlite, 'one')), sqlite.write(() => idsOf(sqlite))])
    expect(seen).toEqual(['one'])
  })
})

describe('what is written', () => {
  /** A disk that is as slow as it is told to be. */
  function slowDisk() {
    const syncs: PromiseWithResolvers<undefined>[] = []
    const disk = {
      sync() {
        const next = Promise.withResolvers<undefined>()
        syncs.push(next)
        return next.promise.then(() => undefined)
      },
      syncNow: () => undefined,
    }
    return { disk, syncs }
  }

  function start() {
    const sqlite = openStore()
    const { disk, syncs } = slowDisk()
    const outcomes: (string | undefined)[] = []
    const commits = createGroupCommit(sqlite.database, disk, ({ error }) => void outcomes.push(error?.code))
    const answered: string[] = []
    const say = (id: string) => commits.write(add(sqlite, id)).then(() => void answered.push(id))
    return { sqlite, commits, syncs, outcomes, answered, say }
  }

  test('is answered once it is on disk; what is asked for meanwhile becomes one transaction', async () => {
    const { sqlite, syncs, outcomes, answered, say } = start()
    const all = [say('one')]
    await settle()
    expect([syncs.length, answered]).toEqual([1, []])
    for (const id of ['two', 'three']) {
      all.push(say(id))
      await settle()
    }
    expect([syncs.length, idsOf(sqlite)]).toEqual([1, ['one']])

    syncs[0]?.resolve(undefined)
    await settle()
    expect([syncs.length, answered]).toEqual([2, ['one']])
    syncs[1]?.resolve(undefined)
    await Promise.all(all)
    expect([answered, outcomes]).toEqual([
      ['one', 'two', 'three'],
      [undefined, undefined],
    ])
  })

  test('is answered when the store is closed meanwhile, and so is what waited behind it', async () => {
    const sqlite = openStore()
    const { disk } = slowDisk()
    const { write, close } = createGroupCommit(sqlite.database, disk, () => undefined)
    const first = write(add(sqlite, 'one'))
    await settle()
    const second = write(add(sqlite, 'two'))
    close()
    await Promise.all([first, second])
    expect(idsOf(sqlite)).toEqual(['one', 'two'])
  })

  test('waits for what is done between two transactions, and that for the disk', async () => {
    const { sqlite, commits, syncs, say } = start()
    const one = say('one')
    await settle()
    const moved = Promise.withResolvers<undefined>()
    let isMoving = false
    commits.between(() => {
      isMoving = true
      return moved.promise
    })
    await settle()
    expect(isMoving).toBe(false)

    syncs[0]?.resolve(undefined)
    await one
    const two = say('two')
    await settle()
    expect([isMoving, idsOf(sqlite)]).toEqual([true, ['one']])

    moved.resolve(undefined)
    await settle()
    syncs[1]?.resolve(undefined)
    await two
    expect(idsOf(sqlite)).toEqual(['one', 'two'])
  })

  test('and could not be taken to disk is refused, and so is all that comes after it, though the next sync would not fail', async () => {
    const { sqlite, commits, syncs, outcomes, say } = start()
    const refused = [expect(say('one')).rejects.toThrow(new StoreError('io'))]
    await settle()
    refused.push(expect(say('two')).rejects.toThrow(new StoreError('io')))
    syncs[0]?.reject(new Error('EIO'))
    await Promise.all(refused)
    await expect(say('three')).rejects.toThrow(new StoreError('io'))
    await settle()
    expect([syncs.length, idsOf(sqlite)]).toEqual([1, ['one']])
    expect(outcomes).toEqual(['io', 'io', 'io'])
    commits.close()
    expect(idsOf(sqlite)).toEqual(['one'])
  })

  test('and cannot be taken to disk when the store is closed is refused', async () => {
    const sqlite = openStore()
    const { disk } = slowDisk()
    const fail = () => {
      throw new Error('EIO')
    }
    let losses = 0
    const lost = () => void losses++
    const { write, close } = createGroupCommit(sqlite.database, { ...disk, syncNow: fail }, () => undefined, lost)
    const first = expect(write(add(sqlite, 'one'))).rejects.toThrow(new StoreError('io'))
    await settle()
    const second = expect(write(add(sqlite, 'two'))).rejects.toThrow(new StoreError('io'))
    close()
    await Promise.all([first, second])
    expect(losses, 'whoever else writes to the file hears of it').toBe(1)
  })
})

describe('a store in trouble', () => {
  test('whose disk is full keeps nothing of the transaction, says so, and works again with room', async () => {
    const outcomes: (string | undefined)[] = []
    const sqlite = openStore(newDatabaseFile(), { committed: ({ error }) => void outcomes.push(error?.code) })
    const { database } = sqlite
    // As many pages as it has now: what SQLite then answers is what it answers on a full disk.
    database.exec(`PRAGMA max_page_count = ${String(database.prepare('PRAGMA page_count').get()?.['page_count'])}`)
    const tooMuch = () => database.exec(`INSERT INTO conversations VALUES ('big', 's', zeroblob(100000))`)
    const results = await Promise.allSettled([sqlite.write(add(sqlite, 'small')), sqlite.write(tooMuch)])
    for (const result of results) {
      expect(result).toMatchObject({ status: 'rejected', reason: new StoreError('full') })
    }
    expect(idsOf(sqlite)).toEqual([])

    database.exec('PRAGMA max_page_count = 100000')
    await sqlite.write(tooMuch)
    expect(idsOf(sqlite)).toEqual(['big'])
    expect(outcomes).toEqual(['full', undefined])
  })

  test('that another process has locked waits for it, and the event loop goes on', async () => {
    const file = newDatabaseFile()
    const sqlite = openStore(file)
    const release = lock(file)
    const written = sqlite.write(add(sqlite, 'one'))
    // The loop turns although the store is locked; were it to wait in SQLite, this would never come.
    await delay(10)
    release()
    await written
    expect(idsOf(sqlite)).toEqual(['one'])
  })

  test('takes what is queued to disk when it is closed, and refuses what comes later', async () => {
    const file = newDatabaseFile()
    const sqlite = openStore(file)
    const written = sqlite.write(add(sqlite, 'one'))
    sqlite.close()
    await written
    await expect(sqlite.write(add(sqlite, 'two'))).rejects.toThrow(new StoreError('closed'))
    expect(idsOf(openStore(file))).toEqual(['one'])
  })

  test('that is locked for good says so when it is closed, and loses nothing that it had said was kept', async () => {
    const file = newDatabaseFile()
    const sqlite = openStore(file)
    await sqlite.write(add(sqlite, 'kept'))
    const release = lock(file)
    const written = sqlite.write(add(sqlite, 'refused'))
    sqlite.close()
    await expect(written).rejects.toThrow(new StoreError('locked'))
    release()
    expect(idsOf(openStore(file))).toEqual(['kept'])
  })
})
