import { describe, expect, test } from 'vitest'
import { FakeClock, settle } from '../../../test/support/fake-clock.ts'
import { Pace, TypingPace } from './pacing.ts'

/** Lets `count` go through, and tells when each left (ms since the first could). */
async function leave(pace: Pace, clock: FakeClock, count: number): Promise<number[]> {
  const startedAtMs = clock.monotonic()
  const leftAt: number[] = []
  const all = Array.from({ length: count }, () =>
    pace.turn().then(() => void leftAt.push(clock.monotonic() - startedAtMs)),
  )
  await clock.advance(60_000)
  await Promise.all(all)
  return leftAt
}

describe('a pace', () => {
  test('lets no more than so many go in any window of time', async () => {
    const clock = new FakeClock()
    expect(await leave(new Pace(clock, 2, 1_000), clock, 6)).toEqual([0, 0, 1_000, 1_000, 2_000, 2_000])
  })

  test('counts a window that moves: a burst at its end is not followed by one at the next’s beginning', async () => {
    const clock = new FakeClock()
    const pace = new Pace(clock, 2, 1_000)
    await pace.turn()
    await clock.advance(900)
    await pace.turn()
    expect(await leave(pace, clock, 2)).toEqual([100, 1_000])
  })

  test('lets them go in the order they came', async () => {
    const clock = new FakeClock()
    const pace = new Pace(clock, 1, 1_000)
    const order: number[] = []
    const all = [1, 2, 3].map((number) => pace.turn().then(() => order.push(number)))
    await clock.advance(3_000)
    await Promise.all(all)
    expect(order).toEqual([1, 2, 3])
  })

  test('keeps a pause it was asked for, and the longer of two', async () => {
    const clock = new FakeClock()
    const pace = new Pace(clock, 10, 1_000)
    pace.pause(3_000)
    pace.pause(1_000)
    expect(await leave(pace, clock, 1)).toEqual([3_000])
  })

  test('keeps no pause for longer than five minutes, whatever was asked', async () => {
    const clock = new FakeClock()
    const pace = new Pace(clock, 10, 1_000)
    pace.pause(1_795_600_000_000)
    expect(pace.pausedMs).toBe(300_000)
    const turn = pace.turn()
    await clock.advance(300_000)
    await turn
    expect(pace.pausedMs).toBe(0)
  })

  test('lets go of who gives up at once, also while it waits behind others', async () => {
    const clock = new FakeClock()
    const pace = new Pace(clock, 1, 1_000)
    pace.pause(60_000)
    const first = pace.turn()
    const impatient = new AbortController()
    const given = pace.turn(impatient.signal)
    await settle()
    impatient.abort(new Error('no more time'))
    await expect(given).rejects.toThrow('no more time')
    await clock.advance(60_000)
    await first
  })

  test('forgets who gives up waiting, and lets the next one go', async () => {
    const clock = new FakeClock()
    const pace = new Pace(clock, 1, 1_000)
    await pace.turn()
    const impatient = new AbortController()
    const given = pace.turn(impatient.signal)
    const next = pace.turn()
    impatient.abort(new Error('no more time'))
    await expect(given).rejects.toThrow('no more time')
    await clock.advance(1_000)
    await next
  })
})

test('typing is told at most every five seconds, and again at once after a message', async () => {
  const clock = new FakeClock()
  const typing = new TypingPace(clock)
  const due: boolean[] = []
  for (const waitMs of [0, 4_999, 1]) {
    await clock.advance(waitMs)
    due.push(typing.isDue())
  }
  expect(due).toEqual([true, false, true])
  typing.reset()
  expect(typing.isDue()).toBe(true)
})
