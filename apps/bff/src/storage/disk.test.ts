import { createHook } from 'node:async_hooks'
import { expect, onTestFinished, test } from 'vitest'
import { newDatabaseFile, openStore } from '../../test/support/stores.ts'

/** What becomes of every fdatasync that is asked for: the callback of a real one, seen by the runtime's own hooks. */
function watchSyncs() {
  const syncs = new Map<number, 'asked' | 'done'>()
  const hook = createHook({
    init(id, type) {
      if (type === 'FSREQCALLBACK' && new Error().stack?.includes('fdatasync')) syncs.set(id, 'asked')
    },
    before(id) {
      if (syncs.has(id)) syncs.set(id, 'done')
    },
  }).enable()
  onTestFinished(() => void hook.disable())
  return syncs
}

test('R31 a write on a file is answered once the disk has said that it is there', async () => {
  const { database, write } = openStore(newDatabaseFile())
  const syncs = watchSyncs()
  await write(() => database.exec(`INSERT INTO conversations VALUES ('one', 's', x'00')`))
  expect([...syncs.values()]).toEqual(['done'])
})

test('in memory there is no disk to wait for', async () => {
  const { database, write } = openStore()
  const syncs = watchSyncs()
  await write(() => database.exec(`INSERT INTO conversations VALUES ('one', 's', x'00')`))
  expect(syncs.size).toBe(0)
})
