import { expect, test } from 'vitest'
import { createRecordingLogger } from '../../test/support/loggers.ts'
import { newSealer, openStore } from '../../test/support/stores.ts'
import { newConversation } from './conversation.ts'
import { readableConversations } from './readable-conversations.ts'
import { createSqliteConversationStore } from './sqlite-conversation-store.ts'

const SESSION = 'session-1'

function createSubject() {
  const sqlite = openStore()
  const [ours, theirs] = [newSealer(), newSealer()].map((sealer) => createSqliteConversationStore(sqlite, sealer))
  if (!ours || !theirs) throw new Error('two stores')
  const { logger, lines } = createRecordingLogger()
  return { ours, theirs, lines, readable: readableConversations(ours, logger) }
}

test('the last conversation is the one that began last, whatever the order of writing', async () => {
  const { ours, readable } = createSubject()
  const [first, second, third] = [1, 2, 3].map((ms) => newConversation(SESSION, `up-${ms}`, ms))
  for (const record of [third, first, second]) if (record) await ours.write(record)
  if (first) await ours.write({ ...first, state: 'ended' })
  expect(await readable.latestOf(SESSION)).toEqual(third)
  expect(await readable.latestOf('session-2')).toBeUndefined()
})

test('what can no longer be opened is as good as not there, hides no other, and is told once', async () => {
  const { ours, theirs, lines, readable } = createSubject()
  const [record, sealed] = [newConversation(SESSION, 'up-1', 1), newConversation(SESSION, 'up-2', 2)]
  await ours.write(record)
  await theirs.write(sealed)
  expect(await readable.latestOf(SESSION)).toEqual(record)
  expect(await readable.read(sealed.conversationId)).toBeUndefined()
  expect(lines).toEqual([{ level: 'warn', event: 'store-decrypt-failed', reason: 'unknown-key' }])
})
