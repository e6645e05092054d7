import { expect, test } from 'vitest'
import { FakeClock } from '../test/support/fake-clock.ts'
import { drain } from './drain.ts'

/** So many streams, and a relay that is parked when the test says so. */
function startDrain(streams: number, withinMs = 5_000) {
  const clock = new FakeClock()
  const startedAtMs = clock.monotonic()
  const sentAway: { atMs: number; count: number }[] = []
  const parked = Promise.withResolvers<undefined>()
  let isClosed = false
  let left = streams
  const done = drain(
    {
      clock,
      relay: { park: () => parked.promise as Promise<unknown> as Promise<void> },
      streams: {
        get size() {
          return left
        },
        sendAway(count) {
          sentAway.push({ atMs: clock.monotonic() - startedAtMs, count: Math.min(count, left) })
          left -= Math.min(count, left)
        },
        close: () => void (isClosed = true),
      },
    },
    withinMs,
  )
  const state = { isDone: false }
  void done.then(() => (state.isDone = true))
  return { clock, sentAway, park: () => parked.resolve(undefined), state, isClosed: () => isClosed, left: () => left }
}

test('few streams go at once', async () => {
  const { clock, park, state, isClosed, left } = startDrain(3)
  park()
  await clock.advance(300)
  expect([left(), isClosed(), state.isDone]).toEqual([0, true, true])
})

test('none costs no time', async () => {
  const { clock, park, state } = startDrain(0)
  park()
  await clock.advance(0)
  expect(state.isDone).toBe(true)
})

test.each([200, 10_000])('%i go bit by bit, within three seconds', async (count) => {
  const { clock, park, sentAway, state, left } = startDrain(count)
  park()
  await clock.advance(3_300)
  expect(left()).toBe(0)
  expect(state.isDone).toBe(true)
  expect(sentAway.length).toBeGreaterThanOrEqual(20)
  expect(sentAway.at(-1)?.atMs).toBeLessThanOrEqual(3_000)
  for (const step of sentAway) expect(step.count).toBeLessThanOrEqual(Math.ceil(count / sentAway.length))
})

test('a message on its way is waited for, but not for ever', async () => {
  const { clock, state } = startDrain(1, 5_000)
  await clock.advance(4_999)
  expect(state.isDone).toBe(false)
  await clock.advance(1)
  expect(state.isDone).toBe(true)
})
