import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { settle } from '../../test/support/fake-clock.ts'
import { createRelaySubject, SESSION } from '../../test/support/relay.ts'
import { NOOR, ScriptedConnector, type SendStep } from '../../test/support/scripted-connector.ts'
import { lostAnswer, unreachable, upstreamError } from '../../test/support/upstream-error.ts'
import type { OutgoingMessage } from '../connectors/connector.ts'
import { SealingError } from '../storage/sealing.ts'
import { StoreError } from '../storage/store-error.ts'
import { ConversationError } from './conversation-error.ts'
import type { ConversationRecord } from './conversation.ts'
import type { Relay } from './relay.ts'

const MINUTE_MS = 60_000
const message = (text: string) => ({ messageId: `id-of-${text}`, text })

const loseAnswer: SendStep = async (_, take) => {
  take()
  throw lostAnswer()
}
const loseRequest: SendStep = () => Promise.reject(lostAnswer())
const refuse =
  (error: Error): SendStep =>
  () =>
    Promise.reject(error)
/** What an earlier process took, and died before any of it was sent. */
async function leaveUnsent(
  { relay, connector, openConversation }: ReturnType<typeof createRelaySubject>,
  ...texts: readonly string[]
): Promise<ConversationRecord> {
  connector.steps.push(loseRequest)
  const record = await openConversation()
  for (const text of texts) await relay.send(record, message(text))
  await settle()
  await relay.close()
  return record
}

/** Takes the message, and answers when told to. */
function hold(): { step: SendStep; answer: () => void } {
  const { promise, resolve } = Promise.withResolvers<undefined>()
  return {
    answer: () => resolve(undefined),
    async step(_, take) {
      const upstreamId = take()
      await promise
      return { upstreamId }
    },
  }
}

describe('opening', () => {
  test('begins one conversation upstream, and finds it again', async () => {
    const { relay, connector } = createRelaySubject()
    const first = await relay.openFor(SESSION, { name: 'Rosa' })
    const second = await relay.openFor(SESSION, {})
    expect([first.isNew, second.isNew]).toEqual([true, false])
    expect(second.record.conversationId).toBe(first.record.conversationId)
    expect(connector.calls).toEqual(['start'])
  })

  test('from many tabs at once begins one', async () => {
    const { relay, connector } = createRelaySubject()
    const opened = await Promise.all(Array.from({ length: 20 }, () => relay.openFor(SESSION, {})))
    expect(new Set(opened.map(({ record }) => record.conversationId)).size).toBe(1)
    expect(opened.filter(({ isNew }) => isNew)).toHaveLength(1)
    expect(connector.calls).toEqual(['start'])
  })

  test('that the platform refuses is refused to all, and may be tried again', async () => {
    const { relay, connector } = createRelaySubject()
    connector.refusal.start = unreachable()
    const tries = await Promise.allSettled([relay.openFor(SESSION, {}), relay.openFor(SESSION, {})])
    expect(tries.map(({ status }) => status)).toEqual(['rejected', 'rejected'])
    delete connector.refusal.start
    expect((await relay.openFor(SESSION, {})).isNew).toBe(true)
  })

  test('after the last one has ended begins another', async () => {
    const { relay, openConversation } = createRelaySubject()
    const first = await openConversation()
    await relay.end(first)
    const second = await relay.openFor(SESSION, {})
    expect(second.isNew).toBe(true)
    expect((await relay.latest(SESSION))?.conversationId).toBe(second.record.conversationId)
    expect((await relay.find(first.conversationId))?.state).toBe('ended')
  })

  test('is described to the page without anything of the platform', async () => {
    const { relay, openConversation } = createRelaySubject()
    const record = await openConversation()
    const described = await relay.describe(record)
    expect(described).toMatchObject({
      conversationId: record.conversationId,
      state: 'open',
      lastSeq: 0,
      participants: [],
    })
    expect(JSON.stringify(described)).not.toContain(record.upstreamConversationId)
  })
})

describe('a message of the guest', () => {
  test('is in the log as pending before the platform hears of it, and sent once it has it', async () => {
    const { relay, connector, openConversation, eventsOf, stateOf } = createRelaySubject()
    const record = await openConversation()
    const held = hold()
    let before: unknown
    connector.steps.push(async (sent, take) => {
      before = await stateOf(record, sent.messageId)
      return held.step(sent, take)
    })
    connector.echoes = false
    expect(await relay.send(record, message('one'))).toMatchObject({ seq: 1, state: 'pending', repeated: false })
    await settle()
    expect(before).toBe('pending')
    held.answer()
    await settle()
    expect(await eventsOf(record)).toMatchObject([
      { seq: 1, type: 'message', state: 'pending', from: { role: 'guest' } },
      { seq: 2, type: 'receipt', messageId: 'id-of-one', state: 'sent' },
    ])
  })

  test('is one message when it comes fifty times at once', async () => {
    const { relay, connector, openConversation, advance } = createRelaySubject()
    const record = await openConversation()
    const answers = await Promise.all(Array.from({ length: 50 }, () => relay.send(record, message('one'))))
    await advance(MINUTE_MS)
    expect(answers.filter(({ repeated }) => !repeated)).toHaveLength(1)
    expect(new Set(answers.map(({ seq }) => seq))).toEqual(new Set([1]))
    expect(connector.taken).toEqual(['one'])
  })

  test('that comes again later is answered with what became of it', async () => {
    const { relay, connector, openConversation } = createRelaySubject()
    const record = await openConversation()
    await relay.send(record, message('one'))
    await settle()
    expect(await relay.send(record, message('one'))).toMatchObject({ seq: 1, state: 'sent', repeated: true })
    expect(connector.taken).toEqual(['one'])
  })

  test('that nobody has any more, though it is in the log, is sent when it comes again', async () => {
    const { relay, connector, log, openConversation, stateOf } = createRelaySubject()
    const record = await openConversation()
    const { append } = log
    // Kept, and told to nobody: as when a process dies in that instant, or its conversation was replaced.
    log.append = async (...args) => {
      await append(...args)
      throw new StoreError('io')
    }
    await expect(relay.send(record, message('one'))).rejects.toThrow(new StoreError('io'))
    log.append = append
    expect(await relay.send(record, message('one'))).toMatchObject({ seq: 1, state: 'pending', repeated: true })
    await settle()
    expect(connector.taken).toEqual(['one'])
    expect(await stateOf(record, 'id-of-one')).toBe('sent')
  })

  test('may not have the id of another', async () => {
    const { relay, connector, openConversation } = createRelaySubject()
    const record = await openConversation()
    await relay.send(record, { messageId: 'message-1', text: 'one' })
    const again = relay.send(record, { messageId: 'message-1', text: 'other' })
    await expect(again).rejects.toThrow(new ConversationError('message-id-reused'))
    await settle()
    expect(connector.taken).toEqual(['one'])
  })

  test('goes upstream in its turn, whatever becomes of those before it', async () => {
    const { relay, connector, openConversation, advance, stateOf } = createRelaySubject()
    const record = await openConversation()
    const troubles = [refuse(unreachable()), loseAnswer, loseRequest, refuse(upstreamError('message-too-long'))]
    connector.steps.push(...troubles)
    const texts = ['one', 'two', 'three', 'four', 'five', 'six']
    await Promise.all(texts.map((text) => relay.send(record, message(text))))
    await advance(MINUTE_MS)
    const states = await Promise.all(texts.map((text) => stateOf(record, `id-of-${text}`)))
    const delivered = texts.filter((_, index) => states[index] === 'sent')
    expect(connector.taken).toEqual(delivered)
    expect(states.filter((state) => state === 'failed')).toHaveLength(1)
    expect(connector.mostSendsAtOnce).toBe(1)
  })

  test('told by its echo before the answer comes is sent once, and told once', async () => {
    const { relay, connector, openConversation, eventsOf } = createRelaySubject()
    const record = await openConversation()
    relay.watch(record)
    const held = hold()
    connector.steps.push(held.step)
    await relay.send(record, message('one'))
    await settle()
    const told = await eventsOf(record)
    expect(told).toMatchObject([{ type: 'message' }, { type: 'receipt', state: 'sent' }])
    held.answer()
    await settle()
    expect(await eventsOf(record)).toEqual(told)
  })

  test.each([
    ['gives back our id', true],
    ['does not', false],
  ])('is one message though it is echoed, where the platform %s', async (_, givesBackIds) => {
    const { relay, connector, openConversation, eventsOf } = createRelaySubject()
    connector.givesBackIds = givesBackIds
    const record = await openConversation()
    relay.watch(record)
    for (const text of ['one', 'two']) await relay.send(record, message(text))
    await settle()
    expect((await eventsOf(record)).filter(({ type }) => type === 'message')).toHaveLength(2)
  })

  test('answered with nothing at all is sent; its echo gives it its name', async () => {
    const { relay, connector, log, openConversation, eventsOf } = createRelaySubject()
    connector.givesBackIds = false
    connector.echoes = false
    connector.steps.push(async (_, take) => (take(), {}))
    const record = await openConversation()
    relay.watch(record)
    await relay.send(record, message('one'))
    await settle()
    expect(await log.readMessage(record.conversationId, 'id-of-one')).toMatchObject({
      state: 'sent',
      upstreamId: undefined,
    })
    connector.record.forEach((event) => connector.tell(event))
    await settle()
    expect(await log.readMessage(record.conversationId, 'id-of-one')).toMatchObject({ upstreamId: 'up-1' })
    expect(await eventsOf(record)).toHaveLength(2)
  })

  test.each([
    ['arrived', true, loseAnswer],
    ['arrived', false, loseAnswer],
    ['did not arrive', true, loseRequest],
    ['did not arrive', false, loseRequest],
  ] as const)(
    'whose answer was lost though it %s is on the platform once (our ids given back: %s)',
    async (_, ids, step) => {
      const { relay, connector, openConversation, advance, stateOf } = createRelaySubject()
      connector.givesBackIds = ids
      connector.echoes = false
      connector.steps.push(step)
      const record = await openConversation()
      await relay.send(record, message('one'))
      await advance(MINUTE_MS)
      expect(connector.taken).toEqual(['one'])
      expect(await stateOf(record, 'id-of-one')).toBe('sent')
    },
  )

  test('that failed says why, and may be tried again under its id', async () => {
    const { relay, connector, openConversation, eventsOf, stateOf } = createRelaySubject()
    connector.steps.push(refuse(upstreamError('message-too-long')))
    const record = await openConversation()
    await relay.send(record, message('one'))
    await settle()
    expect((await eventsOf(record)).at(-1)).toMatchObject({ state: 'failed', problem: { code: 'message-refused' } })

    expect(await relay.send(record, message('one'))).toMatchObject({ seq: 1, state: 'pending', repeated: false })
    await settle()
    expect(await stateOf(record, 'id-of-one')).toBe('sent')
    expect(connector.taken).toEqual(['one'])
    expect((await eventsOf(record)).map(({ type }) => type)).toEqual(['message', 'receipt', 'receipt', 'receipt'])
  })

  test('that failed, tried again from many tabs at once, goes once', async () => {
    const { relay, connector, openConversation } = createRelaySubject()
    connector.steps.push(refuse(upstreamError('message-too-long')))
    const record = await openConversation()
    await relay.send(record, message('one'))
    await settle()
    const answers = await Promise.all(Array.from({ length: 10 }, () => relay.send(record, message('one'))))
    await settle()
    expect(answers.filter(({ repeated }) => !repeated)).toHaveLength(1)
    expect(connector.taken).toEqual(['one'])
  })

  test('that failed but had arrived after all is looked for before it is tried again', async () => {
    const { relay, connector, openConversation, stateOf } = createRelaySubject()
    connector.echoes = false
    connector.refusal.read = upstreamError('scope-missing')
    connector.steps.push(async (_, take) => {
      take()
      throw upstreamError('answer-unreadable', {}, 'unknown')
    })
    const record = await openConversation()
    await relay.send(record, message('one'))
    await settle()
    expect(await stateOf(record, 'id-of-one')).toBe('failed')
    delete connector.refusal.read
    await relay.send(record, message('one'))
    await settle()
    expect(await stateOf(record, 'id-of-one')).toBe('sent')
    expect(connector.taken).toEqual(['one'])
    expect(connector.calls.filter((call) => call.startsWith('send'))).toHaveLength(1)
  })

  test('is refused for now where two hundred wait already, and nothing is lost; what is known is not', async () => {
    const { relay, connector, openConversation, advance, stateOf } = createRelaySubject()
    connector.echoes = false
    connector.steps.push(refuse(upstreamError('rate-limited', { retryable: true, retryAfterMs: MINUTE_MS })))
    const record = await openConversation()
    const texts = Array.from({ length: 200 }, (_, index) => `m${index}`)
    for (const text of texts) await relay.send(record, message(text))
    await expect(relay.send(record, message('more'))).rejects.toThrow(new ConversationError('too-many-unsent'))
    expect(await relay.send(record, message('m7'))).toMatchObject({ state: 'pending', repeated: true })
    expect(await stateOf(record, 'id-of-more')).toBeUndefined()
    await advance(2 * MINUTE_MS)
    while (connector.taken.length < texts.length) await settle()
    expect(await relay.send(record, message('more'))).toMatchObject({ state: 'pending', repeated: false })
    await settle()
    expect(connector.taken).toEqual([...texts, 'more'])
  })

  test('that waits tells the page when it is tried again', async () => {
    const { relay, connector, openConversation, passing } = createRelaySubject()
    connector.steps.push(refuse(upstreamError('rate-limited', { retryable: true, retryAfterMs: 5_000 })))
    const record = await openConversation()
    relay.watch(record)
    await settle()
    const told = passing(record)
    await relay.send(record, message('one'))
    await settle()
    expect(told.map(({ json }) => JSON.parse(json) as object)).toMatchObject([
      { type: 'connection', state: 'down', retryAt: expect.stringMatching(/^2026-11-22T10:00:05\.[01]/) as string },
    ])
  })

  test('that got through after all lets the page know that the line is up', async () => {
    const { relay, connector, openConversation, passing, advance } = createRelaySubject()
    connector.steps.push(refuse(unreachable()))
    const record = await openConversation()
    relay.watch(record)
    await settle()
    const told = passing(record)
    await relay.send(record, message('one'))
    await advance(MINUTE_MS)
    expect(told.map(({ json }) => (JSON.parse(json) as { state: string }).state)).toEqual(['down', 'up'])
  })

  test('that is refused in the end lets the page know that the line is up: no was an answer', async () => {
    const { relay, connector, openConversation, passing, advance } = createRelaySubject()
    const busy = upstreamError('rate-limited', { retryable: true, retryAfterMs: 5_000 })
    connector.steps.push(refuse(busy), refuse(upstreamError('message-too-long')))
    const record = await openConversation()
    relay.watch(record)
    await settle()
    const told = passing(record)
    await relay.send(record, message('one'))
    await advance(6_000)
    expect(told.map(({ json }) => (JSON.parse(json) as { state: string }).state)).toEqual(['down', 'up'])
  })
})

describe('what the store fails at', () => {
  test('waits for it, and what comes after waits behind: nothing is passed over, nothing asked for again', async () => {
    const { relay, connector, log, openConversation, advance, eventsOf } = createRelaySubject()
    const record = await openConversation()
    relay.watch(record)
    await settle()
    log.failure = new StoreError('full')
    for (const text of ['one', 'two']) connector.say(text)
    await advance(MINUTE_MS)
    expect(await eventsOf(record)).toEqual([])

    log.failure = undefined
    await advance(5_000)
    expect((await eventsOf(record)).map((event) => event.type === 'message' && event.parts)).toEqual([
      [{ type: 'text', text: 'one' }],
      [{ type: 'text', text: 'two' }],
    ])
    expect(connector.calls.filter((call) => call.startsWith('open'))).toHaveLength(1)
  })

  test('is not acknowledged to the guest', async () => {
    const { relay, log, openConversation } = createRelaySubject()
    const record = await openConversation()
    log.failure = new StoreError('full')
    await expect(relay.send(record, message('one'))).rejects.toThrow(log.failure)
    log.failure = undefined
    expect(await relay.send(record, message('one'))).toMatchObject({ repeated: false })
  })

  test('though the platform took it, is kept within five seconds of its recovery, and nobody is asked again', async () => {
    const { relay, connector, log, openConversation, advance, stateOf } = createRelaySubject()
    connector.echoes = false
    const record = await openConversation()
    const held = hold()
    connector.steps.push(held.step)
    await relay.send(record, message('one'))
    await settle()
    log.failure = new StoreError('full')
    held.answer()
    await advance(MINUTE_MS)
    log.failure = undefined
    await advance(5_000)
    expect(await stateOf(record, 'id-of-one')).toBe('sent')
    expect(connector.taken).toEqual(['one'])
    expect(connector.calls.filter((call) => call.startsWith('read'))).toEqual([])
  })
})

describe('a choice the guest made', () => {
  const choose = (to: string) => ({
    messageId: 'choice-1',
    text: 'Yes',
    reply: { to, kind: 'quick-replies' as const, choices: [{ text: 'Yes', payload: 'yes' }] },
  })

  async function offered({ connector, relay, openConversation, eventsOf }: ReturnType<typeof createRelaySubject>) {
    const record = await openConversation()
    relay.watch(record)
    await settle()
    const parts = [{ type: 'quick-replies' as const, replies: [{ text: 'Yes', payload: 'yes' }] }]
    const upstreamId = connector.happen({ type: 'message', from: NOOR, parts })
    await settle()
    const [message] = await eventsOf(record)
    return { record, upstreamId, to: message?.type === 'message' ? message.messageId : '' }
  }

  test("is kept with the message that offered it, and told upstream by the platform's id of that", async () => {
    const subject = createRelaySubject()
    const { record, upstreamId, to } = await offered(subject)
    const sent: OutgoingMessage[] = []
    subject.connector.steps.push(async (message, take) => {
      sent.push(message)
      return { upstreamId: take() }
    })
    await subject.relay.send(record, choose(to))
    await settle()
    expect(sent).toMatchObject([{ text: 'Yes', reply: { upstreamId, choices: [{ payload: 'yes' }] } }])
    expect(await subject.eventsOf(record)).toMatchObject([{}, { messageId: 'choice-1', reply: { to } }, {}])
  })

  test('that an earlier process left unsent is still a choice', async () => {
    const subject = createRelaySubject()
    const { record, upstreamId, to } = await offered(subject)
    subject.connector.steps.push(loseRequest)
    await subject.relay.send(record, choose(to))
    await settle()
    const sent: OutgoingMessage[] = []
    const successor = new ScriptedConnector()
    successor.steps.push(async (message, take) => {
      sent.push(message)
      return { upstreamId: take() }
    })
    await subject.start(successor).recover()
    await settle()
    expect(sent).toMatchObject([{ messageId: 'choice-1', reply: { upstreamId } }])
  })
})

describe('what happens on the platform', () => {
  test('is in the log, in its order, each once', async () => {
    const { relay, connector, openConversation, eventsOf } = createRelaySubject()
    const record = await openConversation()
    connector.say('before anybody looked')
    relay.watch(record)
    await settle()
    connector.happen({ type: 'participant', participant: NOOR, change: 'joined' })
    connector.say('hello')
    connector.record.forEach((event) => connector.tell(event))
    await settle()
    expect((await eventsOf(record)).map(({ type }) => type)).toEqual(['message', 'participant', 'message'])
  })

  test('changes who is there', async () => {
    const { relay, connector, openConversation } = createRelaySubject()
    const record = await openConversation()
    relay.watch(record)
    const there = async () => (await relay.find(record.conversationId))?.participants.map(({ name }) => name)
    connector.happen({ type: 'participant', participant: NOOR, change: 'joined' })
    await settle()
    expect(await there()).toEqual(['Noor'])
    connector.happen({ type: 'participant', participant: NOOR, change: 'left' })
    await settle()
    expect(await there()).toEqual([])
    connector.say('still here')
    await settle()
    expect(await there()).toEqual(['Noor'])
  })

  test('changes who is there though the store fails at that at first', async () => {
    const { relay, connector, store, openConversation, eventsOf, advance } = createRelaySubject()
    const record = await openConversation()
    relay.watch(record)
    await settle()
    const { write } = store
    store.write = () => Promise.reject(new StoreError('full'))
    connector.happen({ type: 'participant', participant: NOOR, change: 'joined' })
    await advance(MINUTE_MS)
    store.write = write
    await advance(MINUTE_MS)
    expect(await store.read(record.conversationId)).toMatchObject({ participants: [NOOR] })
    expect(await eventsOf(record)).toHaveLength(1)
  })

  test.each(['record', 'log'] as const)('changes who is there though the process dies at the %s', async (place) => {
    const { relay, connector, store, log, start, openConversation, eventsOf } = createRelaySubject()
    const record = await openConversation()
    relay.watch(record)
    await settle()
    const [{ write }, { append }, death] = [store, log, Promise.withResolvers<never>()]
    onTestFinished(() => death.reject(new StoreError('closed')))
    if (place === 'record') store.write = () => death.promise
    else log.append = () => death.promise
    connector.happen({ type: 'participant', participant: NOOR, change: 'joined' })
    await settle()
    Object.assign(store, { write })
    Object.assign(log, { append })

    const later = start()
    later.watch((await store.read(record.conversationId)) ?? record)
    await settle()
    expect(await later.find(record.conversationId)).toMatchObject({ participants: [NOOR] })
    expect(await eventsOf(record)).toMatchObject([{ type: 'participant' }])
  })

  test('told again does not bring back who has left since', async () => {
    const { relay, connector, openConversation } = createRelaySubject()
    const record = await openConversation()
    relay.watch(record)
    for (const change of ['joined', 'left'] as const)
      connector.happen({ type: 'participant', participant: NOOR, change })
    await settle()
    connector.record.slice(0, 1).forEach((event) => connector.tell(event))
    await settle()
    expect((await relay.find(record.conversationId))?.participants).toEqual([])
  })

  test('changes who is there, be it heard or read at the same time', async () => {
    const { relay, connector, store, openConversation, advance } = createRelaySubject()
    const record = await openConversation()
    relay.watch(record)
    await settle()
    const [write, disk] = [store.write, Promise.withResolvers<undefined>()]
    store.write = async (kept) => (await disk.promise, write(kept))
    const bot = { participantId: 'bot:Guide', role: 'bot' } as const
    connector.record.push({ type: 'participant', participant: bot, change: 'joined', upstreamId: 'up-of-the-bot' })
    connector.steps.push(loseRequest)
    await relay.send(record, message('one'))
    await advance(MINUTE_MS)
    expect(connector.calls, 'the bot is read').toContain('read')
    connector.happen({ type: 'participant', participant: NOOR, change: 'joined' })
    await settle()
    disk.resolve(undefined)
    await settle()
    expect(await store.read(record.conversationId)).toMatchObject({ participants: [bot, NOOR] })
  })

  test('in passing is told, and not kept', async () => {
    const { relay, connector, openConversation, eventsOf, passing } = createRelaySubject()
    const record = await openConversation()
    relay.watch(record)
    await settle()
    const told = passing(record)
    connector.tell({ type: 'typing', participant: NOOR, typing: true, durationMs: 5_000 })
    await settle()
    expect(told).toMatchObject([{ type: 'typing' }])
    expect(await eventsOf(record)).toEqual([])
  })

  test('when the line breaks is told with the time of the next try, and when it is up again, once', async () => {
    const { relay, connector, openConversation, passing } = createRelaySubject()
    const record = await openConversation()
    const told = passing(record)
    relay.watch(record)
    await settle()
    connector.tell({ type: 'down', error: unreachable(), retryInMs: 2_000 })
    connector.tell({ type: 'up' })
    connector.tell({ type: 'up' })
    await settle()
    expect(told.map(({ json }) => (JSON.parse(json) as { state: string }).state)).toEqual(['up', 'down', 'up'])
    expect(relay.watch(record).status).toEqual({ state: 'up' })
  })

  test('while the store fails comes again once it works', async () => {
    const { relay, connector, log, openConversation, eventsOf, advance, lines } = createRelaySubject()
    const record = await openConversation()
    relay.watch(record)
    await settle()
    const append = log.append
    log.append = () => Promise.reject(new Error('the disk is full'))
    connector.say('one')
    await settle()
    expect(lines).toMatchObject([{ level: 'error', event: 'receiver-failed' }])
    log.append = append
    await advance(5_000)
    connector.say('two')
    await settle()
    expect(await eventsOf(record)).toMatchObject([{ parts: [{ text: 'one' }] }, { parts: [{ text: 'two' }] }])
  })

  test('as a refusal is shown once, asked about again ever more rarely, and forgotten when it is mended', async () => {
    const { relay, connector, openConversation, eventsOf, advance } = createRelaySubject()
    const record = await openConversation()
    relay.watch(record)
    for (let refusal = 0; refusal < 3; refusal++) {
      await settle()
      connector.tell({ type: 'closed', error: upstreamError('scope-missing') })
      await settle()
      expect(connector.listeners).toBe(0)
      await advance(5_000 * 2 ** refusal)
      expect(connector.listeners).toBe(1)
    }
    expect(await eventsOf(record)).toMatchObject([{ type: 'notice', problem: { code: 'guest-scope-missing' } }])
    connector.say('hello')
    await settle()
    expect((await eventsOf(record)).at(-1)).toMatchObject({ type: 'message' })
  })
})

describe('a refusal that is final', () => {
  test('is asked about only when the guest does something, and then not at once again', async () => {
    const { relay, connector, openConversation, advance } = createRelaySubject()
    const record = await openConversation()
    relay.watch(record)
    await settle()
    connector.tell({ type: 'closed', error: upstreamError('deployment-refused') })
    await advance(60 * MINUTE_MS)
    expect(connector.listeners).toBe(0)
    await relay.typing(record, true)
    await settle()
    expect(connector.listeners).toBe(1)

    connector.tell({ type: 'closed', error: upstreamError('deployment-refused') })
    await settle()
    relay.watch(record)
    await advance(4_999)
    expect(connector.listeners).toBe(0)
    await advance(1)
    expect(connector.listeners).toBe(1)
  })

  test('does not keep the conversation from being let go of', async () => {
    const { relay, connector, openConversation, advance } = createRelaySubject()
    relay.watch(await openConversation())
    await settle()
    connector.tell({ type: 'closed', error: upstreamError('deployment-refused') })
    await advance(60_000)
    await relay.close()
    expect(relay.openCount).toBe(0)
  })

  test('that lies in the platform being away is asked about by itself', async () => {
    const { relay, connector, openConversation, advance } = createRelaySubject()
    relay.watch(await openConversation())
    await settle()
    connector.tell({ type: 'closed', error: unreachable() })
    await advance(5_000)
    expect(connector.listeners).toBe(1)
  })
})

describe('the end', () => {
  test('by an agent is logged, kept, and nothing more can be said', async () => {
    const { relay, connector, openConversation, eventsOf } = createRelaySubject()
    const record = await openConversation()
    relay.watch(record)
    connector.happen({ type: 'ended', by: 'agent', readOnly: true })
    await settle()
    const ended = await relay.find(record.conversationId)
    expect(ended?.state).toBe('ended')
    expect(await eventsOf(record)).toMatchObject([{ type: 'conversation', state: 'ended', endedBy: 'agent' }])
    await expect(relay.send(ended ?? record, message('late'))).rejects.toThrow(new ConversationError('ended'))
  })

  test('is known also to who comes with what was true a moment ago', async () => {
    const { relay, connector, openConversation } = createRelaySubject()
    const record = await openConversation()
    relay.watch(record)
    connector.happen({ type: 'ended', by: 'agent', readOnly: true })
    await settle()
    expect((await relay.openFor(SESSION, {})).isNew).toBe(true)
  })

  test('by the guest is told to the platform, and is the guest’s, though the platform’s own word comes first', async () => {
    const { relay, connector, openConversation, eventsOf } = createRelaySubject()
    const record = await openConversation()
    relay.watch(record)
    await settle()
    connector.ending = async () => {
      connector.happen({ type: 'ended', by: 'system', readOnly: true })
      await settle()
    }
    await relay.end(record)
    await settle()
    expect(connector.calls.filter((call) => call === 'end')).toHaveLength(1)
    expect(await eventsOf(record)).toMatchObject([{ type: 'conversation', state: 'ended', endedBy: 'guest' }])
  })

  test('again is no error, and reaches nobody', async () => {
    const { relay, connector, openConversation, eventsOf, advance } = createRelaySubject()
    const record = await openConversation()
    await relay.end(record)
    await advance(10 * MINUTE_MS)
    const ended = (await relay.find(record.conversationId)) ?? record
    await relay.end(ended)
    await relay.end(ended)
    expect(connector.calls.filter((call) => call === 'end')).toHaveLength(1)
    expect(connector.calls.filter((call) => call.startsWith('open'))).toHaveLength(1)
    expect(await eventsOf(record)).toHaveLength(1)
  })

  test('that cannot be told to the platform is an error, and is none', async () => {
    const { relay, connector, openConversation } = createRelaySubject()
    connector.refusal.end = unreachable()
    const record = await openConversation()
    await expect(relay.end(record)).rejects.toMatchObject({ code: 'network' })
    expect((await relay.find(record.conversationId))?.state).toBe('open')
  })

  test('found out by a message that is refused fails that message and all behind it', async () => {
    const { relay, connector, openConversation, eventsOf, stateOf } = createRelaySubject()
    const ended = () => refuse(upstreamError('conversation-ended'))
    connector.steps.push(ended(), ended())
    const record = await openConversation()
    for (const text of ['one', 'two']) await relay.send(record, message(text))
    await settle()
    expect([await stateOf(record, 'id-of-one'), await stateOf(record, 'id-of-two')]).toEqual(['failed', 'failed'])
    expect((await eventsOf(record)).filter(({ type }) => type === 'conversation')).toMatchObject([
      { endedBy: 'system' },
    ])
    expect((await relay.find(record.conversationId))?.state).toBe('ended')
  })

  describe('that the store fails at is not passed over', () => {
    type Subject = ReturnType<typeof createRelaySubject>
    /** The log, or the record, is not to be had; until the returned function is called. */
    const failures: [string, (subject: Subject) => () => void][] = [
      ['log', ({ log }) => ((log.failure = new StoreError('full')), () => (log.failure = undefined))],
      [
        'record',
        ({ store }) => {
          const { write } = store
          store.write = () => Promise.reject(new StoreError('full'))
          return () => (store.write = write)
        },
      ],
    ]
    async function watched() {
      const subject = createRelaySubject()
      const record = await subject.openConversation()
      subject.relay.watch(record)
      await settle()
      return { subject, record }
    }
    const ends = async ({ eventsOf, store }: Subject, record: ConversationRecord) => {
      const logged = (await eventsOf(record)).filter(({ type }) => type === 'conversation')
      return { logged, kept: (await store.read(record.conversationId))?.state }
    }

    test.each(failures)('at the %s: an end of the platform is kept once the store works', async (_, fail) => {
      const { subject, record } = await watched()
      const mend = fail(subject)
      subject.connector.tell({ type: 'closed' })
      await subject.advance(MINUTE_MS)
      expect((await subject.relay.find(record.conversationId))?.state).toBe('open')
      mend()
      await subject.advance(MINUTE_MS)
      expect(await ends(subject, record)).toMatchObject({ logged: [{ endedBy: 'system' }], kept: 'ended' })
    })

    test.each(failures)('at the %s: an end by an agent likewise', async (_, fail) => {
      const { subject, record } = await watched()
      const mend = fail(subject)
      subject.connector.happen({ type: 'ended', by: 'agent', readOnly: true })
      await subject.advance(MINUTE_MS)
      mend()
      await subject.advance(MINUTE_MS)
      expect(await ends(subject, record)).toMatchObject({ logged: [{ endedBy: 'agent' }], kept: 'ended' })
    })

    test.each(failures)('at the %s: the guest may end it again, and the platform is asked once', async (_, fail) => {
      const { subject, record } = await watched()
      const { relay, connector } = subject
      const mend = fail(subject)
      await expect(relay.end(record)).rejects.toThrow(new StoreError('full'))
      mend()
      await relay.end((await relay.find(record.conversationId)) ?? record)
      expect(connector.calls.filter((call) => call === 'end')).toHaveLength(1)
      expect(await ends(subject, record)).toMatchObject({ logged: [{ endedBy: 'guest' }], kept: 'ended' })
    })

    test.each(failures)('at the %s: the guest may clear it again, and nothing of it is left', async (_, fail) => {
      const { subject, record } = await watched()
      const { relay, connector } = subject
      connector.say('my secret')
      await settle()
      const mend = fail(subject)
      await expect(relay.clear(record)).rejects.toThrow(new StoreError('full'))
      const found = (await relay.find(record.conversationId)) ?? record
      await expect(relay.send(found, message('late'))).rejects.toThrow(new ConversationError('ended'))
      mend()
      await relay.clear(found)
      expect(connector.calls.filter((call) => call === 'clear')).toHaveLength(1)
      expect(await subject.eventsOf(record)).toMatchObject([{ type: 'conversation', state: 'cleared' }])
      expect((await subject.store.read(record.conversationId))?.state).toBe('ended')
    })

    test.each(failures)('at the %s: one found out by a message is kept once the store works', async (_, fail) => {
      const { subject, record } = await watched()
      const ended = () => refuse(upstreamError('conversation-ended'))
      const held = Promise.withResolvers<undefined>()
      subject.connector.steps.push(async (...args) => (await held.promise, ended()(...args)))
      subject.connector.steps.push(...Array.from({ length: 10 }, ended))
      await subject.relay.send(record, message('one'))
      await settle()
      const mend = fail(subject)
      held.resolve(undefined)
      await subject.advance(MINUTE_MS)
      mend()
      await subject.advance(MINUTE_MS)
      expect(await subject.stateOf(record, 'id-of-one')).toBe('failed')
      expect(await ends(subject, record)).toMatchObject({ logged: [{ endedBy: 'system' }], kept: 'ended' })
    })
  })

  test('the platform has seen already is no error', async () => {
    const { relay, connector, openConversation, eventsOf } = createRelaySubject()
    connector.refusal.end = upstreamError('conversation-ended')
    const record = await openConversation()
    await relay.end(record)
    expect(await eventsOf(record)).toMatchObject([{ type: 'conversation', state: 'ended' }])
  })

  test.each([
    ['did not arrive before is not sent any more, and has failed', refuse(unreachable()), [], 'failed'],
    ['did arrive is found, and sent once', loseAnswer, ['waiting'], 'sent'],
  ] as const)('finds a message that still waits: what %s', async (_, step, taken, state) => {
    const { relay, connector, openConversation, eventsOf, stateOf, advance } = createRelaySubject()
    connector.echoes = false
    connector.steps.push(step)
    const record = await openConversation()
    await relay.send(record, message('waiting'))
    await settle()
    expect(await stateOf(record, 'id-of-waiting')).toBe('pending')
    await relay.end(record)
    await advance(MINUTE_MS)
    expect(connector.taken).toEqual(taken)
    expect(connector.calls.filter((call) => call === 'send waiting')).toHaveLength(1)
    expect(await stateOf(record, 'id-of-waiting')).toBe(state)
    const problems = (await eventsOf(record)).flatMap((event) =>
      event.type === 'receipt' && event.problem ? [event.problem.code] : [],
    )
    expect(problems).toEqual(state === 'failed' ? ['conversation-ended'] : [])
  })

  const tellers: [
    string,
    string,
    (subject: ReturnType<typeof createRelaySubject>, record: ConversationRecord) => unknown,
  ][] = [
    ['the guest', 'guest', ({ relay }, record) => relay.end(record).catch(() => undefined)],
    [
      'a message refused',
      'system',
      ({ relay, connector }, record) => {
        connector.steps.push(refuse(upstreamError('conversation-ended')))
        return relay.send(record, message('late'))
      },
    ],
    ['the line', 'system', ({ connector }) => connector.tell({ type: 'closed' })],
    [
      'an agent',
      'agent',
      ({ connector }) => connector.tell({ type: 'ended', by: 'agent', readOnly: true, upstreamId: 'up-of-the-end' }),
    ],
  ]
  test.each(tellers)('told by %s, and kept by the next process only, is told once', async (_, endedBy, tell) => {
    const subject = createRelaySubject()
    const { relay, connector, store, start, openConversation, eventsOf } = subject
    const record = await openConversation()
    relay.watch(record)
    await settle()
    const { write } = store
    store.write = () => Promise.reject(new StoreError('full'))
    await tell(subject, record)
    await settle()
    await relay.close()
    store.write = write
    expect(await store.read(record.conversationId)).toMatchObject({ state: 'open' })

    connector.happen({ type: 'ended', by: 'agent', readOnly: true })
    start().watch(record)
    await settle()
    expect(await store.read(record.conversationId)).toMatchObject({ state: 'ended' })
    const ends = (await eventsOf(record)).filter(({ type }) => type === 'conversation')
    expect(ends).toMatchObject([{ state: 'ended', endedBy }])
  })

  describe('that a process logged before it died', () => {
    const partings = [
      ['ended', (relay: Relay, record: ConversationRecord) => relay.end(record)],
      ['cleared', (relay: Relay, record: ConversationRecord) => relay.clear(record)],
    ] as const

    test.each(partings)('as %s is kept before all else, though nobody tells of it', async (state, leave) => {
      const subject = createRelaySubject()
      const { relay, connector, log, store, start, openConversation, eventsOf, advance } = subject
      connector.steps.push(loseRequest)
      const record = await openConversation()
      relay.watch(record)
      connector.say('a secret')
      await relay.send(record, message('another'))
      await settle()
      const [{ write }, { wipe }] = [store, log]
      store.write = () => Promise.reject(new StoreError('full'))
      log.wipe = () => Promise.reject(new StoreError('full'))
      await expect(leave(relay, record)).rejects.toThrow(new StoreError('full'))
      await relay.close()
      const before = connector.calls.length

      const later = start()
      const found = (await later.find(record.conversationId)) ?? record
      expect(found.state).toBe('open')
      later.watch(found)
      connector.say('late')
      await advance(MINUTE_MS)
      expect((await later.find(record.conversationId))?.state).toBe(state === 'cleared' ? 'ended' : 'open')
      expect((await eventsOf(record)).at(-1)).toMatchObject({ type: 'conversation', state })
      expect(connector.calls.slice(before)).toEqual(['open upstream-1 after up-1'])

      Object.assign(store, { write })
      Object.assign(log, { wipe })
      await advance(MINUTE_MS)
      expect((await store.read(record.conversationId))?.state).toBe('ended')
      expect(later.watch(found).status).toEqual({ state: 'up' })
      const told = (await eventsOf(record)).map(({ type }) => type)
      expect(told.slice(0, 3)).toEqual(state === 'cleared' ? ['conversation'] : ['message', 'message', 'conversation'])
      expect(connector.taken).toEqual([])
    })

    test('keeps nobody waiting for more than ten minutes, where the log cannot tell', async () => {
      const { relay, connector, log, openConversation, advance } = createRelaySubject()
      log.knows = () => Promise.reject(new StoreError('corrupt'))
      relay.watch(await openConversation())
      await advance(9 * MINUTE_MS)
      expect(connector.listeners).toBe(0)
      await advance(2 * MINUTE_MS)
      expect(connector.listeners).toBe(1)
    })
  })

  test('that was logged but not kept is kept when it is told again', async () => {
    const { relay, connector, log, openConversation, eventsOf } = createRelaySubject()
    const record = await openConversation()
    await log.append(record.conversationId, [
      { type: 'conversation', state: 'ended', endedBy: 'agent', upstreamId: 'up-1' },
    ])
    connector.happen({ type: 'ended', by: 'agent', readOnly: true })
    relay.watch(record)
    await settle()
    expect((await relay.find(record.conversationId))?.state).toBe('ended')
    expect(await eventsOf(record)).toHaveLength(1)
  })
})

describe('the line to the platform', () => {
  test('is one, however many look', async () => {
    const { relay, connector, openConversation } = createRelaySubject()
    const record = await openConversation()
    for (let tab = 0; tab < 5; tab++) relay.watch(record)
    await relay.send(record, message('one'))
    await settle()
    expect(connector.calls.filter((call) => call.startsWith('open'))).toHaveLength(1)
    expect(connector.listeners).toBe(1)
  })

  test('stays while somebody looks, and half a minute longer: a reload comes back to it', async () => {
    const { relay, connector, openConversation, advance } = createRelaySubject()
    const record = await openConversation()
    const [first, second] = [relay.watch(record), relay.watch(record)]
    await advance(10 * MINUTE_MS)
    expect(connector.listeners).toBe(1)
    first.unwatch()
    await advance(10 * MINUTE_MS)
    expect(connector.listeners).toBe(1)
    second.unwatch()
    await advance(29_000)
    const reloaded = relay.watch(record)
    await advance(10 * MINUTE_MS)
    expect(connector.listeners).toBe(1)
    reloaded.unwatch()
    await advance(30_000)
    expect(connector.listeners).toBe(0)
  })

  test('is opened again where it was, when somebody looks again: nothing is missed, nothing repeated', async () => {
    const { relay, connector, openConversation, eventsOf, advance } = createRelaySubject()
    const record = await openConversation()
    connector.say('one')
    const { unwatch } = relay.watch(record)
    await settle()
    unwatch()
    await advance(31_000)
    connector.say('while nobody looked')
    relay.watch((await relay.find(record.conversationId)) ?? record)
    await settle()
    expect(connector.calls.filter((call) => call.startsWith('open'))).toEqual([
      'open upstream-1',
      'open upstream-1 after up-1',
    ])
    expect(await eventsOf(record)).toHaveLength(2)
  })

  describe('that is let go of when somebody comes back', () => {
    /** Half a minute after the last look, in the very turn in which it begins to let go. */
    async function lettingGo() {
      const subject = createRelaySubject()
      const record = await subject.openConversation()
      const { unwatch } = subject.relay.watch(record)
      await settle()
      unwatch()
      vi.advanceTimersByTime(30_000)
      return { ...subject, record }
    }
    const opened = (calls: readonly string[]) => calls.filter((call) => call.startsWith('open'))

    test('is opened anew for who looks: they hear what is said', async () => {
      const { relay, connector, record, eventsOf } = await lettingGo()
      const { status } = relay.watch((await relay.find(record.conversationId)) ?? record)
      expect(status).toEqual({ state: 'connecting' })
      await settle()
      connector.say('do you hear me?')
      await settle()
      expect(await eventsOf(record)).toMatchObject([{ parts: [{ text: 'do you hear me?' }] }])
      expect([connector.listeners, opened(connector.calls).length]).toEqual([1, 2])
    })

    test('is opened anew for who writes: it is sent', async () => {
      const { relay, connector, record, stateOf } = await lettingGo()
      await relay.send(record, message('one'))
      await settle()
      expect(connector.taken).toEqual(['one'])
      expect(await stateOf(record, 'id-of-one')).toBe('sent')
    })

    test('is not let go of while something is on its way in', async () => {
      const { relay, connector, log, openConversation, stateOf } = createRelaySubject()
      const record = await openConversation()
      relay.watch(record).unwatch()
      await settle()
      const [append, disk] = [log.append, Promise.withResolvers<undefined>()]
      log.append = async (...args) => (await disk.promise, append(...args))
      const sending = relay.send(record, message('one'))
      await settle()
      await vi.advanceTimersByTimeAsync(60_000)
      disk.resolve(undefined)
      await sending
      await settle()
      expect(await stateOf(record, 'id-of-one')).toBe('sent')
      expect(opened(connector.calls)).toHaveLength(1)
    })

    test('is opened anew only when the old line is gone, and what that one learned last is not undone', async () => {
      const { relay, connector, store, openConversation } = createRelaySubject()
      const record = await openConversation()
      const { unwatch } = relay.watch(record)
      await settle()
      const [write, disk] = [store.write, Promise.withResolvers<undefined>()]
      store.write = async (kept) => (await disk.promise, write(kept))
      connector.happen({ type: 'participant', participant: NOOR, change: 'joined' })
      await settle()
      unwatch()
      vi.advanceTimersByTime(30_000)
      relay.watch(record)
      await settle()
      expect(connector.listeners).toBe(1)
      connector.happen({ type: 'ended', by: 'agent', readOnly: true })
      disk.resolve(undefined)
      await settle()
      expect(await store.read(record.conversationId)).toMatchObject({
        state: 'ended',
        participants: [{ name: 'Noor' }],
      })
      expect(await relay.find(record.conversationId)).toMatchObject({ state: 'ended' })
    })
  })

  test('stays while something is still to be sent', async () => {
    const { relay, connector, openConversation, advance, stateOf } = createRelaySubject()
    connector.steps.push(refuse(upstreamError('rate-limited', { retryable: true, retryAfterMs: 2 * MINUTE_MS })))
    const record = await openConversation()
    await relay.send(record, message('one'))
    await advance(MINUTE_MS)
    expect(connector.listeners).toBe(1)
    await advance(MINUTE_MS + 200)
    expect(await stateOf(record, 'id-of-one')).toBe('sent')
    await advance(MINUTE_MS)
    expect(connector.listeners).toBe(0)
  })

  test('is attended closely while somebody is about, and loosely after a minute', async () => {
    const { relay, connector, openConversation, advance } = createRelaySubject()
    relay.watch(await openConversation())
    await advance(59_000)
    connector.say('hello')
    await settle()
    await advance(59_000)
    expect(connector.attention).not.toContain('idle')
    await advance(1_000)
    expect(connector.attention.at(-1)).toBe('idle')
  })

  test('is not opened for one that has ended', async () => {
    const { relay, connector, openConversation, advance } = createRelaySubject()
    const record = await openConversation()
    await relay.end(record)
    await advance(10 * MINUTE_MS)
    const ended = (await relay.find(record.conversationId)) ?? record
    const opened = connector.calls.length
    relay.watch(ended).unwatch()
    await relay.typing(ended, true)
    expect(connector.calls).toHaveLength(opened)
  })
})

describe('parked', () => {
  test('keeps what comes in, in conversations opened since too, for the next process to send', async () => {
    const { relay, connector, openConversation, stateOf, start, advance } = createRelaySubject()
    const record = await openConversation()
    await relay.park()
    await relay.send(record, { messageId: 'message-1', text: 'one' })
    await advance(60_000)
    expect(connector.taken).toEqual([])
    expect(await stateOf(record, 'message-1')).toBe('pending')
    await relay.close()
    await start().recover()
    await advance(1_000)
    expect(connector.taken).toEqual(['one'])
    expect(await stateOf(record, 'message-1')).toBe('sent')
  })
})

describe('after a crash', () => {
  const before = [
    ['the platform has it', loseAnswer, true],
    ['the platform has it', loseAnswer, false],
    ['the platform has it not', loseRequest, true],
    ['the platform has it not', loseRequest, false],
  ] as const

  test.each(before)('what was pending is on the platform once: %s (our ids given back: %s)', async (_, step, ids) => {
    const { relay, connector, start, openConversation, stateOf, advance } = createRelaySubject()
    connector.givesBackIds = ids
    connector.echoes = false
    connector.steps.push(step)
    const record = await openConversation()
    await relay.send(record, message('one'))
    await settle()
    await relay.close()
    expect(await stateOf(record, 'id-of-one')).toBe('pending')

    await start().recover()
    await advance(MINUTE_MS)
    expect(connector.taken).toEqual(['one'])
    expect(await stateOf(record, 'id-of-one')).toBe('sent')
  })

  test('what was pending is taken up though it could not be read at first', async () => {
    const subject = createRelaySubject()
    const { connector, log, start, advance } = subject
    await leaveUnsent(subject, 'one')
    const { unconfirmed } = log
    let failures = 2
    log.unconfirmed = (id) => (failures-- > 0 ? Promise.reject(new StoreError('io')) : unconfirmed(id))

    const later = start()
    await later.recover()
    expect(later.isSending(SESSION)).toBe(true)
    await advance(MINUTE_MS)
    expect(connector.taken).toEqual(['one'])
    expect(later.isSending(SESSION)).toBe(false)
  })

  test('what was pending is taken up though the store could not say at first whose it is', async () => {
    const subject = createRelaySubject()
    const { connector, log, start, advance } = subject
    await leaveUnsent(subject, 'one')
    const { conversationsWithPending } = log
    let failures = 2
    log.conversationsWithPending = () =>
      failures-- > 0 ? Promise.reject(new StoreError('io')) : conversationsWithPending()

    const later = start()
    const recovered = later.recover()
    await settle()
    expect(later.isSending(SESSION), 'nobody knows yet').toBe(true)
    await advance(MINUTE_MS)
    await recovered
    expect(connector.taken).toEqual(['one'])
    expect(later.isSending(SESSION)).toBe(false)
  })

  test('several that were pending go in their order', async () => {
    const subject = createRelaySubject()
    const { connector, start, advance } = subject
    await leaveUnsent(subject, 'one', 'two', 'three')
    await start().recover()
    await advance(MINUTE_MS)
    expect(connector.taken).toEqual(['one', 'two', 'three'])
  })

  test('none of them is overtaken by what the guest writes first of all', async () => {
    const subject = createRelaySubject()
    const { connector, start, advance } = subject
    const record = await leaveUnsent(subject, 'one', 'two')
    await start().send(record, message('three'))
    await advance(MINUTE_MS)
    expect(connector.taken).toEqual(['one', 'two', 'three'])
  })

  test('of a conversation that has ended meanwhile, they fail', async () => {
    const subject = createRelaySubject()
    const { connector, store, start, stateOf, advance } = subject
    const record = await leaveUnsent(subject, 'one')
    await store.write({ ...record, state: 'ended' })
    connector.steps.push(refuse(upstreamError('conversation-ended')))
    await start().recover()
    await advance(MINUTE_MS)
    expect(await stateOf(record, 'id-of-one')).toBe('failed')
    expect(connector.listeners).toBe(0)
  })

  test('nothing is opened where nothing was pending', async () => {
    const { relay, connector, start, openConversation } = createRelaySubject()
    await relay.send(await openConversation(), message('one'))
    await settle()
    await relay.close()
    connector.calls.length = 0
    await start().recover()
    expect(connector.calls).toEqual([])
  })
})

describe('forgetting a session', () => {
  test('lets go of the platform, gives back the credential, and keeps nothing', async () => {
    const { relay, connector, log, openConversation } = createRelaySubject()
    const record = await openConversation()
    relay.watch(record)
    await relay.send(record, message('one'))
    await settle()
    await relay.forget(SESSION)
    expect(connector.listeners).toBe(0)
    expect(connector.calls.at(-1)).toBe('revoke')
    expect(await relay.find(record.conversationId)).toBeUndefined()
    expect(await relay.latest(SESSION)).toBeUndefined()
    expect(await log.lastSeq(record.conversationId)).toBe(0)
  })

  test('does so though the platform does not take the credential back', async () => {
    const { relay, connector, openConversation } = createRelaySubject()
    connector.refusal.revoke = unreachable()
    const record = await openConversation()
    await relay.forget(SESSION)
    expect(await relay.find(record.conversationId)).toBeUndefined()
  })

  test('does so though what is kept of it can no longer be opened, and until then it is as good as not there', async () => {
    const subject = createRelaySubject()
    const { log, store, lines, start } = subject
    await leaveUnsent(subject, 'one')
    store.read = () => Promise.reject(new SealingError('unknown-key'))

    const later = start()
    await later.recover()
    expect(await later.latest(SESSION)).toBeUndefined()
    expect(lines.filter(({ event }) => event === 'store-decrypt-failed')).toHaveLength(1)
    expect((await log.pending()).count).toBe(1)
    await later.forget(SESSION)
    expect((await log.pending()).count).toBe(0)
    expect(await store.idsOf(SESSION)).toEqual([])
  })

  test('leaves nothing behind of what was read of the record just then', async () => {
    const { relay, connector, store, openConversation, eventsOf, advance } = createRelaySubject()
    const record = await openConversation()
    relay.watch(record)
    await settle()
    const [write, disk] = [store.write, Promise.withResolvers<undefined>()]
    store.write = async (kept) => (await disk.promise, write(kept))
    connector.record.push({ type: 'participant', participant: NOOR, change: 'joined', upstreamId: 'up-of-noor' })
    connector.steps.push(loseRequest)
    await relay.send(record, message('one'))
    await advance(MINUTE_MS)
    await relay.forget(SESSION)
    disk.resolve(undefined)
    await settle()
    expect(await eventsOf(record)).toEqual([])
  })

  test('leaves nothing behind of a message whose answer comes only then', async () => {
    const { relay, connector, log, openConversation } = createRelaySubject()
    const { promise, reject } = Promise.withResolvers<{ upstreamId: string }>()
    connector.steps.push(() => promise)
    const record = await openConversation()
    await relay.send(record, message('one'))
    await settle()
    await relay.forget(SESSION)
    reject(upstreamError('conversation-ended'))
    await settle()
    expect(await relay.find(record.conversationId)).toBeUndefined()
    expect(await log.lastSeq(record.conversationId)).toBe(0)
  })
})

describe('a session whose time is up', () => {
  test('is sending until all of it was taken or has failed, what an earlier process left included', async () => {
    const { relay, connector, start, openConversation, advance } = createRelaySubject()
    connector.echoes = false
    connector.steps.push(loseRequest)
    const record = await openConversation()
    await relay.send(record, message('one'))
    await settle()
    expect([relay.isSending(SESSION), relay.isSending('session-2')]).toEqual([true, false])
    await relay.close()

    const later = start()
    const recovered = later.recover()
    expect(later.isSending(SESSION)).toBe(true)
    await recovered
    expect(later.isSending(SESSION)).toBe(true)
    await advance(MINUTE_MS)
    expect(connector.taken).toEqual(['one'])
    expect(later.isSending(SESSION)).toBe(false)
  })

  test('and cannot wait any longer is told which messages were not sent; nothing more is taken', async () => {
    const { relay, connector, openConversation, advance, eventsOf } = createRelaySubject()
    connector.steps.push(refuse(unreachable()))
    const record = await openConversation()
    for (const text of ['one', 'two']) await relay.send(record, message(text))
    await settle()
    await relay.abandon(SESSION)
    await expect(relay.send(record, message('three'))).rejects.toThrow(new ConversationError('not-found'))
    await advance(MINUTE_MS)
    expect((await eventsOf(record)).slice(2)).toMatchObject([
      { messageId: 'id-of-one', state: 'failed', problem: { code: 'conversation-ended' } },
      { messageId: 'id-of-two', state: 'failed', problem: { code: 'conversation-ended' } },
    ])
    expect(connector.taken).toEqual([])
  })
})

describe('a conversation that was wiped', () => {
  test('takes nothing more into its log: neither a late echo nor a page of the record', async () => {
    const { relay, connector, openConversation, eventsOf } = createRelaySubject()
    const record = await openConversation()
    relay.watch(record)
    await settle()
    connector.say('my secret')
    await settle()
    connector.say('told while it is wiped')
    await relay.clear(record)
    connector.say('told late')
    await settle()
    expect(await eventsOf(record)).toMatchObject([{ type: 'conversation', state: 'cleared' }])
  })

  test('knows nobody any more, whoever joins it late', async () => {
    const { relay, connector, store, openConversation, eventsOf } = createRelaySubject()
    const record = await openConversation()
    relay.watch(record)
    await settle()
    await relay.clear(record)
    connector.happen({ type: 'participant', participant: NOOR, change: 'joined' })
    await settle()
    expect((await store.read(record.conversationId))?.participants).toEqual([])
    expect(await eventsOf(record)).toMatchObject([{ type: 'conversation', state: 'cleared' }])
  })

  test('says nothing of who joined just then', async () => {
    const { relay, connector, store, openConversation, eventsOf } = createRelaySubject()
    const record = await openConversation()
    relay.watch(record)
    await settle()
    const [write, disk] = [store.write, Promise.withResolvers<undefined>()]
    store.write = async (kept) => (await disk.promise, write(kept))
    connector.happen({ type: 'participant', participant: NOOR, change: 'joined' })
    await settle()
    const cleared = relay.clear(record)
    await settle()
    disk.resolve(undefined)
    await cleared
    await settle()
    expect((await store.read(record.conversationId))?.participants).toEqual([])
    expect(await eventsOf(record)).toMatchObject([{ type: 'conversation', state: 'cleared' }])
  })

  test('says that it was cleared, and only that, though the platform closed it meanwhile', async () => {
    const { relay, connector, openConversation, eventsOf } = createRelaySubject()
    const record = await openConversation()
    relay.watch(record)
    await settle()
    connector.ending = async () => {
      connector.tell({ type: 'closed' })
      await settle()
    }
    await relay.clear(record)
    expect(await eventsOf(record)).toMatchObject([{ seq: 1, type: 'conversation', state: 'cleared' }])
  })

  test('takes no message of one who knew it as it was a moment ago', async () => {
    const { relay, openConversation, eventsOf } = createRelaySubject()
    const record = await openConversation()
    relay.watch(record)
    await Promise.all([
      relay.clear(record),
      expect(settle().then(() => relay.send(record, message('late')))).rejects.toThrow(new ConversationError('ended')),
    ])
    expect(await eventsOf(record)).toMatchObject([{ type: 'conversation', state: 'cleared' }])
  })
})

test('what cannot be read of the record is told once, in words for the guest and for who runs it', async () => {
  const { relay, connector, openConversation, eventsOf, lines } = createRelaySubject()
  const record = await openConversation()
  relay.watch(record)
  await settle()
  for (let time = 0; time < 2; time++) connector.tell({ type: 'gap', error: upstreamError('feature-off') })
  await settle()
  expect(await eventsOf(record)).toMatchObject([{ type: 'notice', problem: { code: 'messages-missing' } }])
  expect(lines).toMatchObject([{ event: 'platform-refused' }, { event: 'platform-refused' }])
})
