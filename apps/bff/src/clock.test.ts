import { describe, expect, test } from 'vitest'
import { backOffMs, systemClock } from './clock.ts'

describe('the back-off', () => {
  const longest = () => 1
  const shortest = () => 0

  test('doubles its bound with every attempt, up to the cap', () => {
    const bounds = [0, 1, 2, 3, 4, 5, 50].map((attempt) => backOffMs(attempt, {}, longest))
    expect(bounds).toEqual([200, 400, 800, 1_600, 3_200, 5_000, 5_000])
  })

  test('is anything between nothing and its bound, so that many waiters spread out', () => {
    expect(backOffMs(3, {}, shortest)).toBe(0)
    const waits = Array.from({ length: 200 }, () => backOffMs(3))
    expect(Math.max(...waits)).toBeLessThanOrEqual(1_600)
    expect(Math.max(...waits) - Math.min(...waits)).toBeGreaterThan(400)
  })

  test('takes its base and cap from who asks', () => {
    expect(backOffMs(2, { baseMs: 10, capMs: 25 }, longest)).toBe(25)
  })

  test('stays a number however often it failed', () => {
    expect(backOffMs(100_000, {}, longest)).toBe(5_000)
  })
})

describe('the clock of the system', () => {
  test('wakes a sleeper', async () => {
    await expect(systemClock.sleep(1)).resolves.toBeUndefined()
  })

  test('wakes a sleeper who is aborted, with a rejection', async () => {
    const stop = new AbortController()
    const sleeping = systemClock.sleep(60_000, stop.signal)
    stop.abort()
    await expect(sleeping).rejects.toThrow('aborted')
  })

  test('does not let one sleep who is aborted already', async () => {
    await expect(systemClock.sleep(60_000, AbortSignal.abort())).rejects.toThrow('aborted')
  })

  test('knows the date, and a time that only grows', () => {
    expect(Math.abs(systemClock.now() - Date.now())).toBeLessThan(1_000)
    const before = systemClock.monotonic()
    expect(systemClock.monotonic()).toBeGreaterThanOrEqual(before)
  })
})
