import { beforeEach, describe, expect, test } from 'vitest'
import { SealingError } from '../storage/sealing.ts'
import type { ConversationStore } from './conversation-store.ts'
import { newConversation, type ConversationRecord } from './conversation.ts'

/** One place to keep conversations in, made for one test. */
export interface ConversationStoreUnderTest {
  readonly store: ConversationStore
  /** The same place, opened again as another process would. */
  readonly reopen?: () => Promise<ConversationStore>
  /** The same place, opened by one who has not the key. */
  readonly withOtherKey?: () => Promise<ConversationStore>
  /** Everything kept there, as others could read it. */
  readonly bytesAtRest?: () => Promise<string>
}

const SESSION = 'session-1'
const RECORD: ConversationRecord = {
  ...newConversation(SESSION, 'MARKER-upstream', 1_000),
  participants: [{ participantId: 'agent:1', role: 'agent', name: 'MARKER-Noor' }],
  cursor: 'MARKER-cursor',
}

/** What every conversation store must show, wherever it keeps its records. */
export function conversationStoreContract(name: string, create: () => Promise<ConversationStoreUnderTest>): void {
  let subject: ConversationStoreUnderTest
  let store: ConversationStore
  beforeEach(async () => {
    subject = await create()
    store = subject.store
  })

  describe(name, () => {
    test('reads a record as it was written', async () => {
      await store.write(RECORD)
      expect(await store.read(RECORD.conversationId)).toEqual(RECORD)
    })

    test('reads nothing where nothing was written', async () => {
      expect(await store.read(RECORD.conversationId)).toBeUndefined()
      expect(await store.idsOf(SESSION)).toEqual([])
    })

    test('replaces what was there: what is left out is gone', async () => {
      const { cursor: _, ...rest } = RECORD
      await store.write(RECORD)
      await store.write({ ...rest, state: 'ended', participants: [] })
      expect(await store.read(RECORD.conversationId)).toEqual({ ...rest, state: 'ended', participants: [] })
      expect(await store.idsOf(SESSION)).toHaveLength(1)
    })

    test('names the conversations of one session', async () => {
      const own = [1, 2, 3].map((ms) => newConversation(SESSION, `up-${ms}`, ms))
      for (const record of [...own, newConversation('session-2', 'up-9', 2)]) await store.write(record)
      const ids = own.map(({ conversationId }) => conversationId)
      expect((await store.idsOf(SESSION)).toSorted()).toEqual(ids.toSorted())
    })

    test('names and removes also what it cannot open, and says so when that is read', async (context) => {
      const { withOtherKey } = subject
      if (!withOtherKey) return context.skip('nothing is sealed')
      await store.write(RECORD)
      const other = await withOtherKey()
      await expect(other.read(RECORD.conversationId)).rejects.toThrow(new SealingError('unknown-key'))
      expect(await other.idsOf(SESSION)).toEqual([RECORD.conversationId])
      await other.remove(RECORD.conversationId)
      expect(await other.idsOf(SESSION)).toEqual([])
    })

    test('removes one record and no other; removing again is no error', async () => {
      const other = newConversation(SESSION, 'up-2', 2)
      await store.write(RECORD)
      await store.write(other)
      await store.remove(RECORD.conversationId)
      await store.remove(RECORD.conversationId)
      expect(await store.read(RECORD.conversationId)).toBeUndefined()
      expect(await store.idsOf(SESSION)).toEqual([other.conversationId])
    })

    test('keeps its records over a restart', async (context) => {
      const { reopen } = subject
      if (!reopen) return context.skip('not kept beyond its process')
      await store.write(RECORD)
      const again = await reopen()
      expect(await again.read(RECORD.conversationId)).toEqual(RECORD)
      expect(await again.idsOf(SESSION)).toEqual([RECORD.conversationId])
    })

    test('shows nobody who is in a conversation, nor where it is upstream', async (context) => {
      const { bytesAtRest } = subject
      if (!bytesAtRest) return context.skip('leaves no bytes behind')
      await store.write(RECORD)
      const bytes = await bytesAtRest()
      expect(bytes).toContain(RECORD.conversationId)
      expect(bytes).not.toContain('MARKER')
    })
  })
}
