import { expect, onTestFinished, test } from 'vitest'
import type { Client } from '../api/client.ts'
import { FakeClock } from '../api/fake-clock.ts'
import { FakeNetwork } from '../api/fake-network.ts'
import { FakeBrowser } from '../api/fake-tabs.ts'
import { UnreachableError } from '../api/problem-error.ts'
import type { Tabs } from '../api/tabs.ts'
import { mia, said } from '../timeline/timeline-samples.ts'
import { ChatForms } from './chat-forms.svelte.ts'
import { Connection } from './connection.svelte.ts'
import { ConversationState } from './conversation.svelte.ts'
import { Departure } from './departure.svelte.ts'
import { Draft } from './draft.svelte.ts'
import { createFakeBff, refusal, session } from './fake-bff.ts'
import { fakeStorage } from './fake-storage.ts'
import { Outbox } from './outbox.svelte.ts'
import { createSessionHint } from './session-hint.ts'
import { GuestSession } from './session.svelte.ts'
import { Settings } from './settings.svelte.ts'
import { createTabStorage } from './tab-storage.ts'

/** What the tabs of a browser have in common: what it keeps, and which conversation its cookie leads to. */
function openBrowser(answers: Partial<Client> = {}) {
  const browser = new FakeBrowser()
  const local = fakeStorage()
  const world: { conversationId: string | undefined } = { conversationId: 'c-1' }
  const readSession = () =>
    world.conversationId
      ? Promise.resolve({ ...session, conversationId: world.conversationId })
      : Promise.reject(refusal(401, 'session-required'))
  const endSession = () => Promise.resolve((world.conversationId = undefined))
  createSessionHint(() => local).write(true)
  return { local, world, open: () => openTab(browser.open(), local, { readSession, endSession, ...answers }) }
}

async function openTab(tabs: Tabs, local: Storage, answers: Partial<Client>) {
  const [clock, network, own] = [new FakeClock(), new FakeNetwork(), fakeStorage()]
  const storage = createTabStorage(() => own)
  const connection = new Connection(clock, network)
  const draft = new Draft(storage)
  const readMessages = () => Promise.resolve({ events: [said(1, mia, 'Hello')], earlier: false, lastSeq: 1 })
  const { client, asked, tell } = createFakeBff(clock, { readMessages, ...answers })
  const outbox: Outbox = new Outbox({
    ...{ send: client.sendMessage, clock, network, storage },
    onClosed: (error) => page.close(error),
    onWaiting: () => {},
  })
  const page = new GuestSession({
    ...{ client, clock, network, connection, draft, outbox, tabs, locale: 'en-GB' },
    settings: new Settings(client.readConfig),
    hint: createSessionHint(() => local),
    forms: new ChatForms(client.readForms),
    loadConversation: () => Promise.resolve({ ConversationState }),
  })
  const departure = new Departure({ session: page, tabs, tabStorage: () => own, browserStorage: () => local })
  const stop = departure.follow()
  onTestFinished(() => (stop(), page.conversation?.close()))
  void page.resume()
  await clock.pass(0)
  return { page, departure, draft, outbox, own, clock, network, asked, tell }
}

const kept = (...storages: Storage[]) =>
  storages.flatMap((storage) => Array.from({ length: storage.length }, (_, at) => storage.key(at)))

test('who leaves ends the session and is forgotten: what was said, what was typed, what was kept', async () => {
  const { local, open } = openBrowser({ sendMessage: () => Promise.reject(new UnreachableError()) })
  const { page, departure, draft, outbox, own, asked } = await open()
  outbox.add({ messageId: 'message-1', text: 'not taken' })
  draft.write('half a sentence')
  own.setItem('foyer.forms', '{"message-2":{"filled":{"name":["Rosa"]},"page":0}}')
  local.setItem('foyer.seen', '{}')
  local.setItem('other', 'of somebody else')
  await departure.leave()
  expect(asked.at(-1)).toBe('endSession')
  expect([page.phase, page.conversation, page.canWrite, departure.how]).toEqual(['idle', undefined, true, 'left'])
  expect([draft.text, outbox.letters]).toEqual(['', []])
  expect(kept(own, local)).toEqual(['other'])
})

test('every other tab follows, one that only holds a draft, too', async () => {
  const { world, open } = openBrowser()
  const [first, second] = [await open(), await open()]
  world.conversationId = undefined
  const third = await open()
  world.conversationId = 'c-1'
  second.draft.write('in the second')
  third.draft.write('in the third')
  await first.departure.leave('deleted')
  for (const { page, departure, draft, own } of [second, third]) {
    expect([page.phase, page.conversation, departure.how]).toEqual(['idle', undefined, 'deleted'])
    expect([draft.text, kept(own)]).toEqual(['', []])
  }
  expect(second.asked).not.toContain('endSession')
})

test('what another tab still wrote for all of them, before it heard, goes with it', async () => {
  const { local, open } = openBrowser()
  const [first, second] = [await open(), await open()]
  const forget = second.page.forget.bind(second.page)
  second.page.forget = () => {
    local.setItem('foyer.seen', '{}')
    forget()
  }
  await first.departure.leave()
  expect(kept(local)).toEqual([])
})

test.each([
  ['nobody answers', new UnreachableError()],
  ['the store is locked', refusal(503, 'store-unavailable')],
])('nothing is erased where the session could not be ended (%s); later it can be', async (_, error) => {
  let isDown = true
  const endSession = () => (isDown ? Promise.reject(error) : Promise.resolve(undefined))
  const { local, open } = openBrowser({ endSession })
  const { page, departure, draft } = await open()
  const other = await open()
  draft.write('still here')
  await expect(departure.leave()).rejects.toBe(error)
  expect([page.phase, draft.text, departure.how, other.page.phase]).toEqual(['open', 'still here', undefined, 'open'])
  expect(page.conversation?.timeline.entries).toHaveLength(1)
  expect(kept(local)).toContain('foyer.session')
  isDown = false
  await departure.leave()
  expect([page.phase, other.page.phase, kept(local)]).toEqual(['idle', 'idle', []])
})

test('a session that is over already leaves only what is here to erase', async () => {
  const { world, open } = openBrowser()
  const { page, departure, asked, tell } = await open()
  await tell({ type: 'session', seq: 1, at: '2026-03-01T12:00:00.000Z', state: 'expired' })
  world.conversationId = undefined
  expect([page.phase, page.conversation?.timeline.entries.length]).toEqual(['gone', 1])
  await departure.leave()
  expect([page.phase, page.conversation, departure.how]).toEqual(['idle', undefined, 'left'])
  expect(asked).not.toContain('endSession')
})

test('a chat that another tab has begun since goes on', async () => {
  const { local, world, open } = openBrowser()
  const old = await open()
  await old.tell({ type: 'session', seq: 1, at: '2026-03-01T12:00:00.000Z', state: 'expired' })
  world.conversationId = 'c-2'
  createSessionHint(() => local).write(true)
  const next = await open()
  await old.departure.leave()
  expect([old.page.phase, old.page.conversation]).toEqual(['idle', undefined])
  expect([next.page.phase, next.page.conversation?.conversationId]).toEqual(['open', 'c-2'])
  expect(old.asked).not.toContain('endSession')
  expect(kept(local)).toContain('foyer.session')
})

test('whoever comes next is asked who they are', async () => {
  const question = { kind: 'text', id: 'name', label: 'Name', required: true, maxCharacters: 100 } as const
  const preChat = { title: 'First', skippable: false, questions: [question] }
  const { world, open } = openBrowser({ readForms: () => Promise.resolve({ preChat }) })
  world.conversationId = undefined
  const { page, departure, clock } = await open()
  void page.start()
  await clock.pass(0)
  world.conversationId = 'c-1'
  void page.answer({ name: 'Rosa' })
  await clock.pass(0)
  expect(page.phase).toBe('open')
  await departure.leave()
  void page.start()
  await clock.pass(0)
  expect(page.phase).toBe('asking')
})

test('what is said of the end goes when somebody turns to the chat again', async () => {
  const { open } = openBrowser()
  const { page, departure, clock } = await open()
  await departure.leave()
  void page.start()
  expect(departure.how).toBe(undefined)
  await clock.pass(0)
  expect(departure.how).toBe(undefined)
})
