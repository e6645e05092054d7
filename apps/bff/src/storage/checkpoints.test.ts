import { expect, onTestFinished, test } from 'vitest'
import { newDatabaseFile, openStore } from '../../test/support/stores.ts'
import { startCheckpoints } from './checkpoints.ts'

test('a full log asks to be moved between two transactions, and then begins anew', async () => {
  const file = newDatabaseFile()
  const { database, write } = openStore(file)
  const write100Pages = () =>
    write(() => database.exec(`INSERT INTO conversations VALUES (hex(randomblob(16)), 's', zeroblob(400000))`))
  await write100Pages()
  const asked = Promise.withResolvers<() => Promise<unknown>>()
  onTestFinished(startCheckpoints(database, file, asked.resolve, { everyMs: 5, fullPages: 50 }))
  const moveRest = await asked.promise
  await moveRest()
  await write100Pages()
  const { log } = database.prepare('PRAGMA wal_checkpoint(PASSIVE)').get() ?? {}
  expect(Number(log)).toBeLessThan(150)
})
