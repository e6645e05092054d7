import { LoggedEvent } from '@foyer/shared/protocol/event'
import * as v from 'valibot'
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
import { createEventLog } from './create-event-log.ts'
import { eventLogContract } from './event-log.contract.ts'

eventLogContract('an event log in a file', async (clock) => {
  const file = newDatabaseFile()
  const keys = [newKey()]
  const stores = openFileStores(file, { keys, clock })
  return {
    log: createEventLog(stores.events, clock),
    reopen: async () => {
      stores.close()
      return createEventLog(openFileStores(file, { keys, clock }).events, clock)
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
  expect((await log.readAfter('one', 0, 10)).entries).toMatchObject([{ seq: 1, type: 'notice', damaged: 'tampered' }])
  expect((await log.readAfter('other', 0, 10)).entries).toMatchObject([{ seq: 1, type: 'message' }])
})

test('S7 a row that is damaged keeps its place: what lies around it is read, and told of', async () => {
  const sqlite = openStore()
  const log = newEventLog({ sqlite, sealer: newSealer(), clock: new FakeClock() })
  const from = { participantId: 'guest', role: 'guest' } as const
  for (const messageId of ['message-1', 'message-2', 'message-3']) {
    await log.append('here', [
      { type: 'message', messageId, from, parts: [{ type: 'text', text: 'a' }], state: 'pending' },
    ])
  }
  sqlite.database.exec(`UPDATE events SET body = zeroblob(40) WHERE seq < 3`)

  const { entries } = await log.readAfter('here', 0, 10)
  expect(entries.map(({ seq, type }) => [seq, type])).toEqual([
    ...[
      [1, 'notice'],
      [2, 'notice'],
      [3, 'message'],
    ],
  ])
  expect(v.parse(LoggedEvent, JSON.parse(entries[0]?.json ?? ''))).toMatchObject({
    ...{ seq: 1, at: '2026-11-22T10:00:00.000Z', type: 'notice', problem: { code: 'messages-missing' } },
  })
  expect((await log.readAfter('here', 0, 2)).entries).toHaveLength(2)
  expect(await log.readBefore('here', 3, 1)).toMatchObject({ entries: [{ seq: 2 }], earlier: true })
  expect((await log.unconfirmed('here')).map(({ event }) => event.messageId)).toEqual(['message-3'])
  expect(await log.readMessage('here', 'message-1')).toEqual({
    ...{ seq: 1, state: 'pending', upstreamId: undefined },
    event: {
      seq: 1,
      at: '2026-11-22T10:00:00.000Z',
      type: 'message',
      messageId: 'message-1',
      from,
      parts: [],
      state: 'pending',
    },
  })
})

test('S7 what is sealed under a key that was taken out is told apart', async () => {
  const sqlite = openStore()
  const parts = { sqlite, clock: new FakeClock() }
  const before = newEventLog({ ...parts, sealer: newSealer() })
  await before.append('here', [{ type: 'conversation', state: 'ended' }])
  const after = newEventLog({ ...parts, sealer: newSealer() })
  expect((await after.readAfter('here', 0, 10)).entries).toMatchObject([{ type: 'notice', damaged: 'unknown-key' }])
})
