import type { SendMessage, SentMessage } from '@foyer/shared/protocol/message'
import type { ProblemCode } from '@foyer/shared/protocol/problem'
import { expect, test } from 'vitest'
import { FakeClock, settled } from '../api/fake-clock.ts'
import { FakeNetwork } from '../api/fake-network.ts'
import { ProblemError, UnreachableError } from '../api/problem-error.ts'
import { applyEvents } from '../timeline/apply-event.ts'
import { guest, said } from '../timeline/timeline-samples.ts'
import { emptyTimeline } from '../timeline/timeline.ts'
import { fakeStorage } from './fake-storage.ts'
import { Outbox } from './outbox.svelte.ts'
import { createTabStorage } from './tab-storage.ts'

const refusal = (status: number, code: ProblemCode, extra: { retryAfterSeconds?: number } = {}) =>
  new ProblemError({ type: 'about:blank', title: '', status, detail: '', code, ...extra })
const message = (number: number): SendMessage => ({ messageId: `message-${number}`, text: `text ${number}` })

/** An outbox with a client that answers as the test says, and takes everything once the answers are used up. */
function createOutbox({ answers = [] as (Error | SentMessage['state'])[], stored = fakeStorage() } = {}) {
  const clock = new FakeClock()
  const network = new FakeNetwork()
  const sent: string[] = []
  const closed: ProblemError[] = []
  const waits: (number | undefined)[] = []
  const paused: (boolean | undefined)[] = []
  const outbox = new Outbox({
    async send(conversationId, { messageId }) {
      sent.push(`${conversationId}/${messageId}`)
      const answer = answers.shift() ?? 'pending'
      if (answer instanceof Error) throw answer
      return { messageId, seq: sent.length, state: answer }
    },
    clock,
    network,
    storage: createTabStorage(() => stored),
    onClosed: (error) => closed.push(error),
    onWaiting(retryAtMs, isTooMuch) {
      waits.push(retryAtMs)
      paused.push(isTooMuch)
    },
  })
  const states = () => outbox.letters.map(({ message: { state } }) => state)
  return { outbox, clock, network, sent, closed, waits, paused, stored, states }
}

test('sends in order, one at a time, once there is a conversation', async () => {
  const { outbox, sent, clock } = createOutbox()
  outbox.add(message(1))
  outbox.add(message(2))
  expect(sent).toEqual([])
  outbox.attach('c-1')
  await clock.pass(0)
  expect(sent).toEqual(['c-1/message-1', 'c-1/message-2'])
})

test('tries again under the same id while nobody answers, and keeps the order', async () => {
  const { outbox, sent, clock } = createOutbox({ answers: [new UnreachableError(), refusal(503, 'shutting-down')] })
  outbox.attach('c-1')
  outbox.add(message(1))
  outbox.add(message(2))
  await clock.pass(60_000)
  expect(sent).toEqual(['c-1/message-1', 'c-1/message-1', 'c-1/message-1', 'c-1/message-2'])
})

test('waits as long as it is asked to', async () => {
  const { outbox, sent, clock, waits } = createOutbox({
    answers: [refusal(429, 'rate-limited', { retryAfterSeconds: 9 })],
  })
  outbox.attach('c-1')
  outbox.add(message(1))
  await clock.pass(8999)
  expect(sent).toHaveLength(1)
  expect(waits.at(-1)).toBe(1_009_000)
  await clock.pass(1)
  expect(sent).toHaveLength(2)
  expect(waits.at(-1)).toBeUndefined()
})

test('goes no sooner than it was told to when it sent too much, and loses nothing, not even by a reload', async () => {
  const tooMuch = refusal(429, 'rate-limited', { retryAfterSeconds: 9 })
  const { outbox, sent, clock, network, waits, stored, states } = createOutbox({ answers: ['pending', tooMuch] })
  outbox.attach('c-1')
  for (const number of [1, 2, 3]) outbox.add(message(number))
  await clock.pass(1000)
  network.wake()
  network.go(true)
  await clock.pass(7999)
  expect(sent).toEqual(['c-1/message-1', 'c-1/message-2'])
  expect(waits.at(-1)).toBe(1_009_000)
  expect(states()).toEqual(['pending', 'pending', 'pending'])
  expect(createOutbox({ stored }).outbox.takeBack()).toEqual(['text 2', 'text 3'])
  await clock.pass(1)
  expect(sent.slice(2)).toEqual(['c-1/message-2', 'c-1/message-3'])
  expect(waits.at(-1)).toBeUndefined()
})

test('having sent too much is one wait until the last has gone, though bursts go in between', async () => {
  const tooMuch = refusal(429, 'rate-limited', { retryAfterSeconds: 3 })
  const { outbox, clock, waits, paused } = createOutbox({
    answers: ['pending', tooMuch, 'pending', tooMuch, new UnreachableError(), 'pending', 'pending'],
  })
  outbox.attach('c-1')
  for (const number of [1, 2, 3, 4]) outbox.add(message(number))
  await clock.pass(5999)
  expect(waits).toEqual([undefined, 1_003_000, 1_006_000])
  expect(paused).toEqual([false, true, true])
  await clock.pass(60_000)
  // No answer is another trouble, and is over with the next answer.
  expect(paused.slice(3)).toEqual([false, false, false])
  expect(waits.slice(4)).toEqual([undefined, undefined])
})

test('tries at once when the network is back', async () => {
  const { outbox, sent, clock, network } = createOutbox({
    answers: [refusal(503, 'shutting-down', { retryAfterSeconds: 600 })],
  })
  outbox.attach('c-1')
  outbox.add(message(1))
  await clock.pass(1000)
  network.go(true)
  await settled()
  expect(sent).toHaveLength(2)
})

test('marks what is refused as failed, with its problem, and goes on with the next', async () => {
  const { outbox, states, clock } = createOutbox({ answers: [refusal(413, 'payload-too-large')] })
  outbox.attach('c-1')
  outbox.add(message(1))
  outbox.add(message(2))
  await clock.pass(0)
  expect(states()).toEqual(['failed', 'pending'])
  expect(outbox.letters[0]?.message.problem?.code).toBe('payload-too-large')
})

test('tries a refused message again when the guest asks, under the same id', async () => {
  const { outbox, sent, states, clock } = createOutbox({ answers: [refusal(413, 'payload-too-large')] })
  outbox.attach('c-1')
  outbox.add(message(1))
  await clock.pass(0)
  outbox.retry(message(1))
  await clock.pass(0)
  expect(sent).toEqual(['c-1/message-1', 'c-1/message-1'])
  expect(states()).toEqual(['pending'])
})

test.each([
  ['the session is gone', refusal(401, 'session-required')],
  ['the conversation is unknown', refusal(404, 'conversation-not-found')],
  ['the conversation has ended', refusal(409, 'conversation-ended')],
])('gives every text back when %s', async (_, error) => {
  const { outbox, clock, closed } = createOutbox({ answers: [error] })
  outbox.attach('c-1')
  outbox.add(message(1))
  outbox.add(message(2))
  await clock.pass(60_000)
  expect(closed).toEqual([error])
  expect(outbox.takeBack()).toEqual(['text 1', 'text 2'])
  expect(outbox.letters).toEqual([])
})

test('lets go of a message when the stream tells of it, even before the answer to sending it', async () => {
  const { outbox, clock } = createOutbox({ answers: [new UnreachableError()] })
  outbox.attach('c-1')
  outbox.add(message(1))
  await clock.pass(0)
  outbox.settle(applyEvents(emptyTimeline, [said(1, guest, 'text 1')]).entries)
  expect(outbox.letters).toEqual([])
})

test('a reload loses nothing that was not taken', async () => {
  const before = createOutbox({ answers: ['pending', ...Array<Error>(9).fill(new UnreachableError())] })
  before.outbox.attach('c-1')
  for (const number of [1, 2, 3]) before.outbox.add(message(number))
  await before.clock.pass(100)

  const after = createOutbox({ stored: before.stored })
  expect(after.outbox.attach('c-1')).toEqual([])
  await after.clock.pass(0)
  expect(after.sent).toEqual(['c-1/message-2', 'c-1/message-3'])
})

test('does not send into a new conversation what was written for another', async () => {
  const before = createOutbox({ answers: Array<Error>(9).fill(new UnreachableError()) })
  before.outbox.attach('c-1')
  before.outbox.add(message(1))
  await before.clock.pass(0)

  const after = createOutbox({ stored: before.stored })
  expect(after.outbox.attach('c-2')).toEqual(['text 1'])
  await after.clock.pass(0)
  expect(after.sent).toEqual([])
})

test('gives back what was stored when there is no session any more', () => {
  const before = createOutbox()
  before.outbox.add(message(1))
  expect(createOutbox({ stored: before.stored }).outbox.takeBack()).toEqual(['text 1'])
})

test('works where the browser gives no storage', async () => {
  const blocked = () => {
    throw new DOMException('blocked', 'SecurityError')
  }
  const { outbox, clock, sent } = createOutbox({ stored: { ...fakeStorage(), getItem: blocked, setItem: blocked } })
  outbox.attach('c-1')
  outbox.add(message(1))
  await clock.pass(0)
  expect(sent).toHaveLength(1)
})
