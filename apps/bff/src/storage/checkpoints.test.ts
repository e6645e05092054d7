import { symlinkSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import type { Worker } from 'node:worker_threads'
import { expect, onTestFinished, test, vi } from 'vitest'
import { makeFolder, newDatabaseFile, openStore } from '../../test/support/stores.ts'
import { startCheckpoints } from './checkpoints.ts'
import type { StoreError, StoreErrorCode } from './store-error.ts'

const QUICK = { everyMs: 5, fullPages: 50, startAgainMs: 5 }
const PATIENT = { timeout: 10_000 }
const never = () => expect.unreachable()

test('a full log asks to be moved between two transactions, and then begins anew', async () => {
  const file = newDatabaseFile()
  const { database, write } = openStore(file)
  const write100Pages = () =>
    write(() => database.exec(`INSERT INTO conversations VALUES (hex(randomblob(16)), 's', zeroblob(400000))`))
  await write100Pages()
  const asked = Promise.withResolvers<() => Promise<unknown>>()
  const told = () => undefined
  onTestFinished(startCheckpoints(database, file, { between: asked.resolve, told, times: { ...QUICK, fullPages: 50 } }))
  const moveRest = await asked.promise
  await moveRest()
  await write100Pages()
  const { log } = database.prepare('PRAGMA wal_checkpoint(PASSIVE)').get() ?? {}
  expect(Number(log)).toBeLessThan(150)
})

test('a disk that cannot be had is told once, as is its return; the thread tries on meanwhile', async () => {
  const file = newDatabaseFile()
  const { database } = openStore(file)
  const told: (StoreErrorCode | undefined)[] = []
  const notYet = join(makeFolder(), 'later')
  const checkpoints = { between: never, told: (error?: StoreError) => void told.push(error?.code), times: QUICK }
  onTestFinished(startCheckpoints(database, join(notYet, basename(file)), checkpoints))
  await expect.poll(() => told, PATIENT).toEqual(['io'])
  symlinkSync(dirname(file), notYet)
  await expect.poll(() => told, PATIENT).toEqual(['io', undefined])
})

test('a thread that ended is started anew', async () => {
  const workers: Worker[] = []
  const note = (worker: Worker) => void workers.push(worker)
  process.on('worker', note)
  onTestFinished(() => void process.off('worker', note))
  const file = newDatabaseFile()
  const { database, write } = openStore(file)
  const between = vi.fn()
  onTestFinished(startCheckpoints(database, file, { between, told: () => undefined, times: QUICK }))
  await expect.poll(() => workers.length, PATIENT).toBe(2)
  const [, worker] = workers // the first is the store's own
  await worker?.terminate()
  await expect.poll(() => workers.length, PATIENT).toBe(3)
  await write(() => database.exec(`INSERT INTO conversations VALUES (hex(randomblob(16)), 's', zeroblob(400000))`))
  await expect.poll(() => between.mock.calls.length, PATIENT).toBeGreaterThan(0)
})
