import type { Conversation } from '@foyer/shared/protocol/conversation'
import type { StreamEvent } from '@foyer/shared/protocol/event'
import type { ProblemCode } from '@foyer/shared/protocol/problem'
import { expect, onTestFinished, test } from 'vitest'
import type { Client } from '../api/client.ts'
import { FakeClock } from '../api/fake-clock.ts'
import { FakeNetwork } from '../api/fake-network.ts'
import { ProblemError, UnreachableError } from '../api/problem-error.ts'
import { became, guest, mia, said } from '../timeline/timeline-samples.ts'
import { ChatForms } from './chat-forms.svelte.ts'
import { Connection } from './connection.svelte.ts'
import { ConversationState } from './conversation.svelte.ts'
import { Draft } from './draft.svelte.ts'
import { fakeStorage } from './fake-storage.ts'
import { Outbox } from './outbox.svelte.ts'
import { GuestSession } from './session.svelte.ts'
import { createSessionHint } from './session-hint.ts'
import { Settings } from './settings.svelte.ts'
import { createTabStorage } from './tab-storage.ts'

const refusal = (status: number, code: ProblemCode) =>
  new ProblemError({ type: 'about:blank', title: '', status, detail: '', code })
const at = '2026-03-10T09:00:00.000Z'
const session = { startedAt: '', expiresAt: '', idleSeconds: 900 }
const unknown = () => Promise.reject(refusal(401, 'session-required'))
const all = {
  typing: true,
  attachments: true,
  structuredContent: true,
  clear: true,
  end: true,
  history: true,
  readReceipts: true,
  presence: true,
}

/** The page's state in front of a BFF that has no session yet, except for what `answers` says. */
function createPage(answers: Partial<Client> = {}, { wasHere = true } = {}) {
  const clock = new FakeClock()
  const network = new FakeNetwork()
  const storage = createTabStorage(fakeStorage)
  const local = fakeStorage()
  const hint = createSessionHint(() => local)
  hint.write(wasHere)
  const connection = new Connection(clock, network)
  const draft = new Draft(storage)
  const asked: string[] = []
  const streams: ReadableStreamDefaultController<Uint8Array>[] = []
  let hasSession = false
  const conversation = (conversationId: string): Conversation => {
    return {
      conversationId,
      state: 'open',
      startedAt: '',
      participants: [],
      capabilities: all,
      lastSeq: 0,
      rated: false,
    }
  }
  const client: Client = {
    readSession: () => (hasSession ? Promise.resolve(session) : unknown()),
    startSession: () => Promise.resolve(((hasSession = true), session)),
    openConversation: () =>
      Promise.resolve(conversation(`c-${asked.filter((name) => name === 'openConversation').length}`)),
    readConversation: (id) => Promise.resolve(conversation(id)),
    readMessages: () => Promise.resolve({ events: [], earlier: false, lastSeq: 0 }),
    sendMessage: (_, { messageId }) => Promise.resolve({ messageId, seq: 1, state: 'pending' }),
    setTyping: () => Promise.resolve(undefined),
    endConversation: () => Promise.resolve(undefined),
    clearConversation: () => Promise.resolve(undefined),
    readForms: () => Promise.resolve({}),
    rateConversation: () => Promise.resolve(undefined),
    readConfig: () => Promise.reject(refusal(503, 'shutting-down')),
    readAttachment: () => Promise.resolve(new Blob()),
    readMedia: () => Promise.resolve(new Blob()),
    readTranscript: () => Promise.resolve(new Blob()),
    removeAttachment: () => Promise.resolve(undefined),
    followEvents: () => Promise.resolve(new Response(new ReadableStream({ start: (line) => void streams.push(line) }))),
    ...answers,
  }
  const counting = new Proxy(client, { get: (target, name) => (asked.push(String(name)), Reflect.get(target, name)) })
  const outbox: Outbox = new Outbox({
    send: client.sendMessage,
    clock,
    network,
    storage,
    onClosed: (error) => guestSession.close(error),
    onWaiting: () => {},
  })
  const guestSession = new GuestSession({
    client: counting,
    clock,
    network,
    connection,
    draft,
    outbox,
    settings: new Settings(client.readConfig),
    hint,
    forms: new ChatForms(client.readForms),
    locale: 'en-GB',
    tabs: undefined,
    loadConversation: () => Promise.resolve({ ConversationState }),
  })
  onTestFinished(() => guestSession.conversation?.close())
  const tell = async (...events: StreamEvent[]) => {
    const frames = events.map((event) => `data: ${JSON.stringify(event)}\n\n`).join('')
    streams.at(-1)?.enqueue(new TextEncoder().encode(frames))
    await clock.pass(0)
  }
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
  expect(asked).toEqual(['startSession', 'readSession', 'openConversation', 'readMessages', 'followEvents'])
  expect(page.phase).toBe('open')
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

test('history is no news, but what is said while it is on its way is', async () => {
  const readSession = () => Promise.resolve({ ...session, conversationId: 'c-7' })
  const events = [said(1, mia, 'Hello'), said(2, guest, 'Hi'), said(3, mia, 'Just now')]
  let earlier = true
  const readMessages: Client['readMessages'] = (_, { before }) =>
    Promise.resolve(
      before === undefined
        ? { events, earlier, lastSeq: 3 }
        : { events: [said(0, mia, 'Long ago')], earlier: (earlier = false), lastSeq: 3 },
    )
  const readConversation: Client['readConversation'] = async (id) => ({
    ...{ conversationId: id, state: 'open', startedAt: '', participants: [], capabilities: all, rated: false },
    lastSeq: 2,
  })
  const { page, clock } = createPage({ readSession, readMessages, readConversation })
  void page.resume()
  await clock.pass(0)
  expect(page.conversation?.loaded).toEqual({ messages: 2 })
  expect(page.conversation?.arrivals).toMatchObject([{ seq: 3 }])
  await page.conversation?.loadEarlier()
  expect(page.conversation?.loaded).toEqual({ messages: 1 })
  expect(page.conversation?.arrivals).toMatchObject([{ seq: 3 }])
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

test('typing is over with a message, or when its time is', async () => {
  const { page, clock, tell } = createPage()
  void page.start()
  await clock.pass(0)
  const typing = {
    seq: 0,
    at: '2026-03-10T09:00:00.000Z',
    type: 'typing' as const,
    participant: mia,
    typing: true,
    durationMs: 5000,
  }
  await tell(typing)
  expect(page.conversation?.typing.now).toEqual([mia])
  await clock.pass(5000)
  expect(page.conversation?.typing.now).toEqual([])
  await tell(typing, said(1, mia, 'Hello'))
  expect(page.conversation?.typing.now).toEqual([])
})

test('a reset reads the history anew', async () => {
  const { page, clock, tell, asked } = createPage()
  void page.start()
  await clock.pass(0)
  await tell({ seq: 9, at: '2026-03-10T09:00:00.000Z', type: 'reset' })
  expect(asked.filter((name) => name === 'readMessages')).toHaveLength(2)
})

test('what is gone from the log is said to be missing, until the guest has the history read anew', async () => {
  const { page, clock, tell } = createPage()
  void page.start()
  await clock.pass(0)
  expect(page.conversation?.mayMiss).toBe(false)
  await tell({ seq: 9, at, type: 'reset' })
  expect(page.conversation?.mayMiss).toBe(true)
  await page.conversation?.reload()
  expect(page.conversation?.mayMiss).toBe(false)
})

test('the guest is warned before the end, and stays with one request', async () => {
  const { page, clock, tell, asked } = createPage()
  void page.start()
  await clock.pass(0)
  await tell({ seq: 0, at, type: 'session', state: 'expiring', expiresAt: at, extendable: true })
  expect(page.conversation?.expiry).toEqual({ at, extendable: true })
  await page.conversation?.stay()
  expect(page.conversation?.expiry).toBeUndefined()
  expect(asked.at(-1)).toBe('startSession')
})

test('a warning is over when the guest did something in another tab', async () => {
  const { page, clock, tell } = createPage()
  void page.start()
  await clock.pass(0)
  await tell({ seq: 0, at, type: 'session', state: 'expiring', expiresAt: at, extendable: true })
  await tell({ seq: 0, at, type: 'session', state: 'active' })
  expect(page.conversation?.expiry).toBeUndefined()
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
  expect([page.phase, page.canWrite, asked]).toEqual(['asking', false, []])
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
