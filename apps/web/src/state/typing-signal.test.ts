import { expect, test } from 'vitest'
import { FakeClock, settled } from '../api/fake-clock.ts'
import { ProblemError } from '../api/problem-error.ts'
import { TypingSignal } from './typing-signal.ts'

/** `refusals`: what the first tellings are answered. */
function createSignal({ refusals = [] as Error[] } = {}) {
  const clock = new FakeClock()
  const told: boolean[] = []
  const signal = new TypingSignal(clock, async (typing) => {
    told.push(typing)
    const refusal = refusals.shift()
    if (refusal) throw refusal
  })
  return { clock, told, signal }
}

const tooMuch = (retryAfterSeconds: number) =>
  new ProblemError({
    ...{ type: 'about:blank', title: '', status: 429, detail: '', code: 'rate-limited' },
    retryAfterSeconds,
  })

test('tells at most every five seconds that the guest is typing', async () => {
  const { clock, told, signal } = createSignal()
  for (let key = 0; key < 11; key++) {
    signal.typed('a'.repeat(key + 1))
    await clock.pass(1000)
  }
  expect(told).toEqual([true, true, true])
})

test('tells once that it is over: left, or emptied', () => {
  const { told, signal } = createSignal()
  signal.typed('a')
  signal.typed(' ')
  signal.stopped()
  expect(told).toEqual([true, false])
})

test('says nothing of a field that was only looked at', () => {
  const { told, signal } = createSignal()
  signal.stopped()
  expect(told).toEqual([])
})

test('many short messages, and a field that is left and come back to, are no reason to tell more', async () => {
  const { clock, told, signal } = createSignal()
  for (let message = 0; message < 30; message++) {
    signal.typed('so')
    signal.sent()
    signal.typed('and')
    signal.stopped()
    await clock.pass(200)
  }
  // Six seconds: the first word is told, and one five seconds later; each is sent before it is left.
  expect(told).toEqual([true, true])
})

test('told to wait, it tells nothing until then, whatever is typed or left', async () => {
  const { clock, told, signal } = createSignal({ refusals: [tooMuch(12)] })
  signal.typed('a')
  await settled()
  signal.stopped()
  for (let second = 0; second < 12; second++) {
    signal.typed('ab')
    await clock.pass(1000)
  }
  expect(told).toEqual([true])
  signal.typed('abc')
  expect(told).toEqual([true, true])
})
