import type { EventPage } from '@foyer/shared/protocol/event'
import { expect, onTestFinished, test } from 'vitest'
import type { Client } from '../api/client.ts'
import { FakeClock } from '../api/fake-clock.ts'
import { FakeNetwork } from '../api/fake-network.ts'
import { became, guest, mia, said } from '../timeline/timeline-samples.ts'
import { Connection } from './connection.svelte.ts'
import { ConversationState } from './conversation.svelte.ts'
import { createFakeBff, openConversation } from './fake-bff.ts'
import { Settings } from './settings.svelte.ts'

const at = '2026-03-10T09:00:00.000Z'

/** A conversation whose log ended at `lastSeq` when the page was loaded; opened. */
async function openShown(answers: Partial<Client> = {}, lastSeq = 0) {
  const clock = new FakeClock()
  const network = new FakeNetwork()
  const { client, asked, tell } = createFakeBff(clock, answers)
  const conversation = new ConversationState({
    ...{ client, clock, network, tabs: undefined },
    connection: new Connection(clock, network),
    settings: new Settings(client.readConfig),
    conversation: openConversation('c-1', lastSeq),
    onChanged: () => {},
    onGone: () => {},
  })
  onTestFinished(() => conversation.close())
  await conversation.open()
  await clock.pass(0)
  return { conversation, clock, asked, tell }
}

test('history is no news, but what is said while it is on its way is', async () => {
  const events = [said(1, mia, 'Hello'), said(2, guest, 'Hi'), said(3, mia, 'Just now')]
  const readMessages: Client['readMessages'] = (_, { before }) =>
    Promise.resolve(
      before === undefined
        ? { events, earlier: true, lastSeq: 3 }
        : { events: [said(0, mia, 'Long ago')], earlier: false, lastSeq: 3 },
    )
  const { conversation } = await openShown({ readMessages }, 2)
  expect(conversation.loaded).toEqual({ messages: 2 })
  expect(conversation.arrivals).toMatchObject([{ seq: 3 }])
  await conversation.loadEarlier()
  expect(conversation.loaded).toEqual({ messages: 1 })
  expect(conversation.arrivals).toMatchObject([{ seq: 3 }])
})

test('an end that the log knows already, and the conversation not yet, is an end', async () => {
  const events = [said(1, mia, 'Goodbye'), became(2, 'ended')]
  const { conversation } = await openShown(
    { readMessages: () => Promise.resolve({ events, earlier: false, lastSeq: 2 }) },
    2,
  )
  expect(conversation.phase).toBe('ended')
})

test('typing is over with a message, or when its time is', async () => {
  const { conversation, clock, tell } = await openShown()
  const typing = { seq: 0, at, type: 'typing' as const, participant: mia, typing: true, durationMs: 5000 }
  await tell(typing)
  expect(conversation.typing.now).toEqual([mia])
  await clock.pass(5000)
  expect(conversation.typing.now).toEqual([])
  await tell(typing, said(1, mia, 'Hello'))
  expect(conversation.typing.now).toEqual([])
})

test('a reset reads the history anew, once, whoever else asks for it', async () => {
  const { conversation, clock, tell, asked } = await openShown()
  await tell({ seq: 9, at, type: 'reset' })
  expect(asked.filter((name) => name === 'readMessages')).toHaveLength(2)
  void conversation.reload()
  void conversation.reload()
  await clock.pass(0)
  expect(asked.filter((name) => name === 'readMessages')).toHaveLength(3)
  expect(asked.filter((name) => name === 'followEvents')).toHaveLength(3)
})

test('an earlier page that comes when the history has been read anew leaves no gap', async () => {
  const earlier = Promise.withResolvers<EventPage>()
  const latest = [{ events: [said(5, mia, 'five')], earlier: true, lastSeq: 5 }]
  const readMessages: Client['readMessages'] = (_, { before }) =>
    before === 5 ? earlier.promise : Promise.resolve(latest.at(-1) ?? expect.fail())
  const { conversation, clock, tell } = await openShown({ readMessages }, 5)
  const loading = conversation.loadEarlier()
  latest.push({ events: [said(9, mia, 'nine')], earlier: true, lastSeq: 9 })
  await tell({ seq: 9, at, type: 'reset' })
  earlier.resolve({ events: [said(4, mia, 'four')], earlier: false, lastSeq: 9 })
  await loading
  await clock.pass(0)
  expect(conversation.timeline.entries.map(({ seq }) => seq)).toEqual([9])
  expect([conversation.hasEarlier, conversation.isLoading]).toEqual([true, false])
})

test('what was missed is news when the history is read anew, what was known is not', async () => {
  const events = [said(1, mia, 'Hello'), said(2, guest, 'Hi')]
  const readMessages: Client['readMessages'] = () =>
    Promise.resolve({ events: [...events], earlier: false, lastSeq: events.length })
  const { conversation, tell } = await openShown({ readMessages }, 2)
  const { loaded } = conversation
  expect([loaded, conversation.arrivals]).toEqual([{ messages: 2 }, []])
  events.push(said(3, mia, 'Are you there?'))
  await tell({ seq: 9, at, type: 'reset' })
  expect(conversation.arrivals).toMatchObject([{ seq: 3 }])
  expect(conversation.loaded, 'nobody asked for what was known').toBe(loaded)
  const { arrivals } = conversation
  await conversation.reload()
  expect(conversation.loaded, 'the guest did').toEqual({ messages: 3 })
  expect(conversation.arrivals).toBe(arrivals)
  events.push(said(4, mia, 'Hello?'))
  await conversation.reload()
  expect([conversation.loaded, conversation.arrivals]).toMatchObject([{ messages: 3 }, [{ seq: 4 }]])
})

test('what is gone from the log is said to be missing, until the guest has the history read anew', async () => {
  const { conversation, tell } = await openShown()
  expect(conversation.mayMiss).toBe(false)
  await tell({ seq: 9, at, type: 'reset' })
  expect(conversation.mayMiss).toBe(true)
  await conversation.reload()
  expect(conversation.mayMiss).toBe(false)
})

test('the guest is warned before the end, and stays with one request', async () => {
  const { conversation, tell, asked } = await openShown()
  await tell({ seq: 0, at, type: 'session', state: 'expiring', expiresAt: at, extendable: true })
  expect(conversation.expiry).toEqual({ at, extendable: true })
  await conversation.stay()
  expect(conversation.expiry).toBeUndefined()
  expect(asked.at(-1)).toBe('startSession')
})

test('a warning is over when the guest did something in another tab', async () => {
  const { conversation, tell } = await openShown()
  await tell({ seq: 0, at, type: 'session', state: 'expiring', expiresAt: at, extendable: true })
  await tell({ seq: 0, at, type: 'session', state: 'active' })
  expect(conversation.expiry).toBeUndefined()
})
