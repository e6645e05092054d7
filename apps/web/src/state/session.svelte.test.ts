import { expect, onTestFinished, test, vi } from 'vitest'
import type { Client } from '../api/client.ts'
import { FakeClock } from '../api/fake-clock.ts'
import { FakeNetwork } from '../api/fake-network.ts'
import { FakeBrowser } from '../api/fake-tabs.ts'
import { ProblemError, UnreachableError } from '../api/problem-error.ts'
import type { Tabs } from '../api/tabs.ts'
import { became, guest, mia, said } from '../timeline/timeline-samples.ts'
import { ChatForms } from './chat-forms.svelte.ts'
import { Connection } from './connection.svelte.ts'
import { ConversationState } from './conversation.svelte.ts'
import { Draft } from './draft.svelte.ts'
import { createFakeBff, refusal, session } from './fake-bff.ts'
import { fakeStorage } from './fake-storage.ts'
import { Outbox } from './outbox.svelte.ts'
import { GuestSession } from './session.svelte.ts'
import { createSessionHint } from './session-hint.ts'
import { Settings } from './settings.svelte.ts'
import { createTabStorage } from './tab-storage.ts'

const unknown = () => Promise.reject(refusal(401, 'session-required'))

/** The page's state in front of a BFF that has no session yet, except for what `answers` says. */
function createPage(answers: Partial<Client> = {}, { wasHere = true, tabs }: { wasHere?: boolean; tabs?: Tabs } = {}) {
  const clock = new FakeClock()
  const network = new FakeNetwork()
  const storage = createTabStorage(fakeStorage)
  const local = fakeStorage()
  const hint = createSessionHint(() => local)
  hint.write(wasHere)
  const connection = new Connection(clock, network)
  const draft = new Draft(storage)
  const { client, asked, tell } = createFakeBff(clock, answers)
  const outbox: Outbox = new Outbox({
    send: client.sendMessage,
    clock,
    network,
    storage,
    onClosed: (error) => guestSession.close(error),
    onWaiting: () => {},
  })
  const guestSession = new GuestSession({
    client,
    clock,
    network,
    connection,
    draft,
    outbox,
    settings: new Settings(client.readConfig),
    hint,
    forms: new ChatForms(client.readForms),
    locale: 'en-GB',
    tabs,
    loadConversation: () => Promise.resolve({ ConversationState }),
  })
  onTestFinished(() => guestSession.conversation?.close())
  return { page: guestSession, clock, network, draft, outbox, hint, asked, tell }
}

test('loading the page asks, and starts nothing', async () => {
  const { page, clock, asked } = createPage()
  await page.resume()
  await clock.pass(60_000)
  expect(asked).toEqual(['readSession'])
  expect(page.phase).toBe('idle')
})

test('where there never was a session, none is asked for; what was left unsent is in the composer again', async () => {
  const { page, clock, draft, outbox, asked } = createPage({}, { wasHere: false })
  outbox.add({ messageId: 'message-1', text: 'left behind' })
  await page.resume()
  await clock.pass(60_000)
  expect(asked).toEqual([])
  expect([page.phase, draft.text]).toEqual(['idle', 'left behind'])
})

test('a later load knows of the session, until there is none any more', async () => {
  const hints: boolean[] = []
  const startSession = () => (hints.push(hint.isSet), Promise.resolve(session))
  const readSession = () => Promise.resolve(session)
  const { page, clock, hint, tell } = createPage({ startSession, readSession }, { wasHere: false })
  void page.start()
  await clock.pass(0)
  expect(hints).toEqual([true]) // Already when it is asked for: the answer may come when this page is gone.
  await tell({ type: 'session', seq: 0, at: '2026-03-01T12:00:00.000Z', state: 'expired' })
  expect([page.phase, hint.isSet]).toEqual(['gone', false])
})

test('a session that is gone when the page is loaded is not asked for again', async () => {
  const { page, hint } = createPage()
  await page.resume()
  expect(hint.isSet).toBe(false)
})

test('the first interaction opens the chat, once', async () => {
  const { page, clock, asked } = createPage()
  void page.start()
  void page.start()
  await clock.pass(0)
  const steps = ['readForms', 'startSession', 'readSession', 'openConversation', 'readMessages', 'followEvents']
  expect(asked).toEqual(steps)
  expect(page.phase).toBe('open')
})

test('of two tabs that start at once the second is given the session of the first', async () => {
  const browser = new FakeBrowser()
  const admitted = Promise.withResolvers<undefined>()
  let [hasCookie, sessions] = [false, 0]
  const startSession: Client['startSession'] = async () => {
    if (hasCookie) return session // The browser sends what it has when the request goes out.
    await admitted.promise
    sessions++
    hasCookie = true
    return session
  }
  const answers = { startSession, readSession: () => Promise.resolve(session) }
  const tabs = [createPage(answers, { tabs: browser.open() }), createPage(answers, { tabs: browser.open() })]
  for (const { page } of tabs) void page.start()
  for (const { clock } of tabs) await clock.pass(0)
  admitted.resolve(undefined)
  for (const { clock } of tabs) await clock.pass(0)
  expect(sessions).toBe(1)
  expect(tabs.map(({ page }) => page.phase)).toEqual(['open', 'open'])
})

test('a tab that was frozen while it started is not waited for for ever', async () => {
  const late = new AbortController()
  const timeout = vi.spyOn(AbortSignal, 'timeout').mockReturnValue(late.signal)
  onTestFinished(() => timeout.mockRestore())
  const browser = new FakeBrowser()
  const frozen = createPage({ startSession: () => new Promise(() => {}) }, { tabs: browser.open() })
  const { page, clock, asked } = createPage({}, { tabs: browser.open() })
  for (const one of [frozen, { page, clock }]) {
    void one.page.start()
    await one.clock.pass(0)
  }
  expect([page.phase, asked.includes('startSession')]).toEqual(['starting', false])
  late.abort()
  await clock.pass(0)
  expect(page.phase).toBe('open')
  expect(timeout).toHaveBeenCalledWith(20_000)
})

test('an interaction while it still looks for a session opens the chat after it', async () => {
  const { page, clock } = createPage()
  void page.resume()
  void page.start()
  await clock.pass(0)
  expect(page.phase).toBe('open')
})

test('a reload takes up the conversation there was', async () => {
  const readSession = () => Promise.resolve({ ...session, conversationId: 'c-7' })
  const readMessages = () => Promise.resolve({ events: [said(1, mia, 'Hello')], earlier: false, lastSeq: 1 })
  const { page, clock } = createPage({ readSession, readMessages })
  void page.resume()
  await clock.pass(0)
  expect(page.conversation?.conversationId).toBe('c-7')
  expect(page.conversation?.timeline.entries).toHaveLength(1)
})

test('a refused start is shown, gives back what was sent, and can be tried again', async () => {
  let isRefused = true
  const startSession = () =>
    isRefused ? Promise.reject(refusal(502, 'guest-scope-missing')) : Promise.resolve(session)
  const { page, clock, draft, outbox } = createPage({ startSession, readSession: () => Promise.resolve(session) })
  void page.start()
  outbox.add({ messageId: 'message-1', text: 'Hello' })
  await clock.pass(0)
  expect(page.problem?.code).toBe('guest-scope-missing')
  expect(draft.text).toBe('Hello')
  isRefused = false
  void page.start()
  await clock.pass(0)
  expect(page.phase).toBe('open')
})

test('a start that nobody answers is tried until somebody does', async () => {
  let attempts = 0
  const startSession = () => (++attempts < 4 ? Promise.reject(new UnreachableError()) : Promise.resolve(session))
  const { page, clock } = createPage({ startSession, readSession: () => Promise.resolve(session) })
  void page.start()
  await clock.pass(60_000)
  expect(attempts).toBe(4)
  expect(page.phase).toBe('open')
})

test('a cookie that was not kept is noticed', async () => {
  const { page, clock } = createPage({ readSession: unknown })
  void page.start()
  await clock.pass(0)
  expect(page.phase).toBe('blocked')
})

test('a message goes out as soon as the chat is open, and is shown once when the stream tells of it', async () => {
  const { page, clock, outbox, tell } = createPage()
  outbox.add({ messageId: 'message-1', text: 'Hello' })
  void page.start()
  await clock.pass(0)
  expect(outbox.letters[0]?.accepted).toBe(true)
  await tell(said(1, guest, 'Hello'))
  expect(outbox.letters).toEqual([])
  expect(page.conversation?.timeline.entries).toHaveLength(1)
})

test('a session that is gone leaves every text in the composer', async () => {
  const { page, clock, draft, outbox } = createPage({ sendMessage: unknown })
  void page.start()
  await clock.pass(0)
  outbox.add({ messageId: 'message-1', text: 'one' })
  draft.write('two')
  await clock.pass(0)
  expect(page.phase).toBe('gone')
  expect(draft.text).toBe('one\ntwo')
})

test('a conversation that ends stays to be read, and a new one starts empty', async () => {
  const { page, clock, tell } = createPage()
  void page.start()
  await clock.pass(0)
  await tell(said(1, mia, 'Bye'), became(2, 'ended'))
  expect(page.conversation?.phase).toBe('ended')
  expect(page.conversation?.timeline.entries).toHaveLength(2)
  expect(page.canWrite).toBe(false)
  void page.start()
  await clock.pass(0)
  expect(page.conversation?.timeline.entries).toEqual([])
  expect(page.canWrite).toBe(true)
})

const question = { kind: 'text', id: 'name', label: 'Name', required: true, maxCharacters: 100 } as const
const preChat = { title: 'First', skippable: false, questions: [question] }

test('what is asked before the chat is answered first; what was written meanwhile follows', async () => {
  const started: object[] = []
  let hasSession = false
  const { page, clock, outbox, asked } = createPage({
    readForms: () => Promise.resolve({ preChat }),
    readSession: () => (hasSession ? Promise.resolve(session) : unknown()),
    startSession: (body) => Promise.resolve((started.push(body), (hasSession = true), session)),
  })
  outbox.add({ messageId: 'message-1', text: 'Hello' })
  void page.start()
  await clock.pass(0)
  expect([page.phase, page.canWrite, asked]).toEqual(['asking', false, ['readForms']])
  void page.start()
  await clock.pass(0)
  expect(page.phase).toBe('asking')
  void page.answer({ name: 'Rosa' })
  await clock.pass(0)
  expect(started).toEqual([{ name: 'Rosa', locale: 'en-GB' }])
  expect([page.phase, outbox.letters[0]?.accepted]).toEqual(['open', true])
})

test('who has a session is not asked', async () => {
  const readSession = () => Promise.resolve({ ...session, conversationId: 'c-7' })
  const { page, clock } = createPage({ readSession, readForms: () => Promise.resolve({ preChat }) })
  void page.resume()
  void page.start()
  await clock.pass(0)
  expect(page.phase).toBe('open')
})

test.each(['overloaded', 'shutting-down', 'rate-limited'] as const)(
  'a start that was put off (%s) comes again when it was told to, and opens',
  async (code) => {
    const status = code === 'rate-limited' ? 429 : 503
    const putOff = new ProblemError({ type: '', title: '', status, detail: '', code, retryAfterSeconds: 5 })
    let attempts = 0
    const { page, clock } = createPage({
      startSession: () => (attempts++ === 0 ? Promise.reject(putOff) : Promise.resolve(session)),
      readSession: () => Promise.resolve(session),
    })
    void page.start()
    await clock.pass(4_999)
    expect([attempts, page.phase]).toEqual([1, 'starting'])
    await clock.pass(1)
    expect([attempts, page.phase]).toEqual([2, 'open'])
  },
)

test('a start that was refused is not tried again by itself, whatever its status', async () => {
  const refused = refusal(503, 'platform-unavailable')
  const { page, clock, asked } = createPage({ startSession: () => Promise.reject(refused) })
  void page.start()
  await clock.pass(600_000)
  expect(asked.filter((name) => name === 'startSession')).toHaveLength(1)
  expect(page.phase).toBe('refused')
})
