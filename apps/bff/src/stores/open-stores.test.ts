import { DatabaseSync } from 'node:sqlite'
import { expect, onTestFinished, test } from 'vitest'
import { eventually } from '../../test/support/eventually.ts'
import { newDatabaseFile, newKey, openFileStores } from '../../test/support/stores.ts'
import { newConversation } from '../conversations/conversation.ts'
import type { NewEvent } from '../event-log/event-log.ts'
import { SealingError } from '../storage/sealing.ts'
import { StoreError } from '../storage/store-error.ts'

const message = (messageId: string): NewEvent => ({
  ...{ type: 'message', messageId, from: { participantId: 'guest', role: 'guest' } },
  ...{ parts: [], state: 'pending' },
})

/** Another process holds the file for itself, until the returned function is called. */
function lock(file: string): () => void {
  const other = new DatabaseSync(file)
  onTestFinished(() => (other.isOpen ? other.close() : undefined))
  other.exec('PRAGMA busy_timeout = 2000; BEGIN IMMEDIATE') // a transaction may be under way
  return () => other.close()
}

test('a file that is not ours is not opened, and says why', async () => {
  await expect(openFileStores(import.meta.filename, { keys: [newKey()] })).rejects.toThrow(new StoreError('corrupt'))
  const file = newDatabaseFile()
  const other = new DatabaseSync(file)
  other.exec('PRAGMA user_version = 99')
  other.close()
  await expect(openFileStores(file, { keys: [newKey()] })).rejects.toThrow(/schema version 99/)
})

test('what was asked for before closing is kept, what comes later is refused', async () => {
  const [file, keys] = [newDatabaseFile(), [newKey()]]
  const stores = await openFileStores(file, { keys })
  const asked = stores.events.append('here', [message('message-1')])
  await stores.close()
  expect(await asked).toMatchObject([{ seq: 1 }])
  await expect(stores.events.lastSeq('here')).rejects.toThrow(new StoreError('closed'))
  expect(await (await openFileStores(file, { keys })).events.lastSeq('here')).toBe(1)
})

test('what cannot be kept fails alone', async () => {
  const { events } = await openFileStores(newDatabaseFile(), { keys: [newKey()] })
  const broken = { type: 'notice', problem: () => undefined } as unknown as NewEvent
  const [good, bad, next] = await Promise.allSettled([
    events.append('here', [message('message-1')]),
    events.append('here', [broken]),
    events.append('here', [message('message-2')]),
  ])
  expect([good.status, bad.status, next.status]).toEqual(['fulfilled', 'rejected', 'fulfilled'])
  expect(await events.lastSeq('here')).toBe(2)
})

test('an error is the same on both sides', async () => {
  const file = newDatabaseFile()
  const first = await openFileStores(file, { keys: [newKey()] })
  const record = newConversation('rosa', 'upstream-1', 0)
  await first.conversations.write(record)
  const second = await openFileStores(file, { keys: [newKey()] })
  await expect(second.conversations.read(record.conversationId)).rejects.toThrow(new SealingError('unknown-key'))
})

test('a locked file is known as the trouble it is, as long as it is one, and the event loop goes on', async () => {
  const file = newDatabaseFile()
  const stores = await openFileStores(file, { keys: [newKey()] })
  const release = lock(file)
  await expect(stores.events.append('here', [message('message-1')])).rejects.toThrow(new StoreError('locked'))
  expect(stores.failure).toBe('locked')
  expect(await stores.events.lastSeq('here')).toBe(0)
  release()
  await eventually('it is kept again', async () => {
    await stores.events.append('here', [message('message-1')])
    return stores.failure === undefined
  })
})

test('a call that is not answered says that the disk stands still', async () => {
  let monotonicMs = 0
  const clock = { now: () => 0, monotonic: () => monotonicMs, sleep: () => Promise.resolve() }
  const stores = await openFileStores(newDatabaseFile(), { keys: [newKey()], clock })
  const answered = stores.events.lastSeq('here')
  expect(stores.failure).toBeUndefined()
  monotonicMs = 6_000
  expect(stores.failure).toBe('io')
  await answered
  expect(stores.failure).toBeUndefined()
})
