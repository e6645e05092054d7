import { expect, test } from 'vitest'
import { newEventLog, newSealer, openStore } from '../../test/support/stores.ts'
import { FakeClock } from '../../test/support/fake-clock.ts'
import { newConversation } from './conversation.ts'
import { Ending } from './ending.ts'
import { KeptRecord } from './kept-record.ts'
import { createSqliteConversationStore } from './sqlite-conversation-store.ts'

function createEnding() {
  const [sqlite, sealer] = [openStore(), newSealer()]
  const record = newConversation('session', 'upstream', 0)
  const kept = new KeptRecord(record, createSqliteConversationStore(sqlite, sealer))
  return new Ending(newEventLog({ sqlite, sealer, clock: new FakeClock() }), kept)
}

test('what was wiped stays so, though an end is granted after it', async () => {
  const ending = createEnding()
  const end = Promise.withResolvers<undefined>()
  const ended = ending.part('ended', async () => void (await end.promise))
  await ending.part('cleared', () => Promise.resolve())
  end.resolve(undefined)
  await ended
  expect([ending.parting, ending.record.state]).toEqual(['cleared', 'ended'])
})

test('of two that ask, one that fails neither takes back what was granted nor speaks for the other', async () => {
  const ending = createEnding()
  const refused = () => Promise.reject(new Error('refused'))
  const end = Promise.withResolvers<undefined>()
  const ended = ending.part('ended', async () => void (await end.promise))
  await expect(ending.part('cleared', refused)).rejects.toThrow('refused')
  expect(ending.parting).toBe('asked')
  end.resolve(undefined)
  await ended
  await expect(ending.part('cleared', refused)).rejects.toThrow('refused')
  expect(ending.parting).toBe('ended')
})
