import { expect, test } from 'vitest'
import {
  bytesOnDisk,
  newDatabaseFile,
  newEventLog,
  newKey,
  newSealer,
  openFileStores,
  openStore,
} from '../../test/support/stores.ts'
import { FakeClock } from '../../test/support/fake-clock.ts'
import { SealingError } from '../storage/sealing.ts'
import { createEventLog } from './create-event-log.ts'
import { eventLogContract } from './event-log.contract.ts'

eventLogContract('an event log in a file, on its thread', async (clock) => {
  const file = newDatabaseFile()
  const keys = [newKey()]
  const stores = await openFileStores(file, { keys, clock })
  return {
    log: createEventLog(stores.events, clock),
    reopen: async () => {
      await stores.close()
      return createEventLog((await openFileStores(file, { keys, clock })).events, clock)
    },
    bytesAtRest: async () => bytesOnDisk(file),
  }
})

eventLogContract('an event log in memory', async (clock) => ({
  log: newEventLog({ sqlite: openStore(), sealer: newSealer(), clock }),
}))

test('a row cannot be moved to another place of the log', async () => {
  const sqlite = openStore()
  const log = newEventLog({ sqlite, sealer: newSealer(), clock: new FakeClock() })
  const from = { participantId: 'guest', role: 'guest' } as const
  for (const conversationId of ['one', 'other']) {
    await log.append(conversationId, [{ type: 'message', messageId: 'message-1', from, parts: [], state: 'sent' }])
  }
  sqlite.database.exec(`UPDATE events SET body = (SELECT body FROM events WHERE conversation_id = 'other')
                 WHERE conversation_id = 'one'`)
  await expect(log.readAfter('one', 0, 10)).rejects.toThrow(new SealingError('tampered'))
  expect(await log.readAfter('other', 0, 10)).toHaveLength(1)
})
