import { getEventListeners } from 'node:events'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { DeadlineError, unlessAborted, within } from './deadline.ts'

const never = new Promise<never>(() => undefined)
const untilAborted = (signal: AbortSignal) => unlessAborted(never, signal)

function fakeTimers() {
  vi.useFakeTimers()
  onTestFinished(() => void vi.useRealTimers())
}

describe('R7 one deadline', () => {
  test('ends the work with a reason of its own', async () => {
    fakeTimers()
    const work = within(1_000, undefined, untilAborted)
    const outcome = expect(work).rejects.toBeInstanceOf(DeadlineError)
    await vi.advanceTimersByTimeAsync(1_000)
    await outcome
  })

  test('is the earlier of two, not their sum', async () => {
    fakeTimers()
    const work = within(1_000, undefined, (signal) => within(5_000, signal, untilAborted))
    const outcome = expect(work).rejects.toThrow('1000 ms')
    await vi.advanceTimersByTimeAsync(1_000)
    await outcome
  })

  test('gives way to the caller, whose reason it keeps', async () => {
    const caller = new AbortController()
    const reason = new Error('gone')
    const work = within(60_000, caller.signal, untilAborted)
    caller.abort(reason)
    await expect(work).rejects.toBe(reason)
    await expect(within(60_000, caller.signal, untilAborted)).rejects.toBe(reason)
  })

  test.each([
    ['was done', async () => 'done'],
    ['failed', () => Promise.reject(new Error('failed'))],
  ])('leaves nothing behind when the work %s', async (_, work) => {
    fakeTimers()
    const caller = new AbortController()
    await within(60_000, caller.signal, work).catch(() => undefined)
    expect(vi.getTimerCount()).toBe(0)
    expect(getEventListeners(caller.signal, 'abort')).toEqual([])
  })
})

test('waiting for what others wait for ends with the signal, and leaves no listener', async () => {
  const caller = new AbortController()
  expect(await unlessAborted(Promise.resolve('done'), caller.signal)).toBe('done')
  expect(getEventListeners(caller.signal, 'abort')).toEqual([])
  const waiting = unlessAborted(never, caller.signal)
  caller.abort(new Error('gone'))
  await expect(waiting).rejects.toThrow('gone')
})
