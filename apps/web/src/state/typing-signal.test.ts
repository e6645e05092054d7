import { expect, test } from 'vitest'
import { FakeClock } from '../api/fake-clock.ts'
import { TypingSignal } from './typing-signal.ts'

function createSignal() {
  const clock = new FakeClock()
  const told: boolean[] = []
  const signal = new TypingSignal(clock, (typing) => Promise.resolve(told.push(typing)))
  return { clock, told, signal }
}

test('tells at most every five seconds that the guest is typing', async () => {
  const { clock, told, signal } = createSignal()
  for (let key = 0; key < 11; key++) {
    signal.typed('a'.repeat(key + 1))
    await clock.pass(1000)
  }
  expect(told).toEqual([true, true, true])
})

test('tells once that it is over: sent, left, or emptied', () => {
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
