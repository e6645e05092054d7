import { describe, expect, test } from 'vitest'
import { FakeClock } from '../../test/support/fake-clock.ts'
import { unreachable, upstreamError } from '../../test/support/upstream-error.ts'
import { RetryBudget, retryInMs } from './retry.ts'

describe('R8 the next attempt', () => {
  test('comes at random, within a time that doubles from 200 ms to 5 s', () => {
    for (let attempt = 0; attempt < 10; attempt++) {
      const waits = Array.from({ length: 200 }, () => retryInMs(attempt, {}))
      const capMs = Math.min(5_000, 200 * 2 ** attempt)
      expect(Math.max(...waits)).toBeLessThanOrEqual(capMs)
      expect(Math.max(...waits)).toBeGreaterThan(0.8 * capMs)
      expect(Math.min(...waits)).toBeLessThan(0.2 * capMs)
    }
  })

  test('waits for as long as it was asked to, and a random time more', () => {
    const waits = Array.from({ length: 200 }, () => retryInMs(0, { retryAfterMs: 7_000 }))
    expect(Math.min(...waits)).toBeGreaterThanOrEqual(7_000)
    expect(Math.max(...waits)).toBeLessThanOrEqual(7_200)
    expect(new Set(waits).size).toBeGreaterThan(150)
  })

  test('does not wait a day because it was asked to', () => {
    expect(retryInMs(0, { retryAfterMs: 86_400_000 })).toBeLessThan(301_000)
  })
})

describe('R8 a retry budget', () => {
  const { verdict } = unreachable()

  /** How many of so many failures may be tried again within `ms`. */
  function turnsWithin(budget: RetryBudget, failures: number, ms: number): number {
    const turns = Array.from({ length: failures }, () => budget.pace(verdict).retryAfterMs ?? 0)
    return turns.filter((turnMs) => turnMs <= ms).length
  }

  test('lets few failures try again when they like', () => {
    const budget = new RetryBudget(new FakeClock())
    expect(turnsWithin(budget, 50, 0)).toBe(50)
  })

  test('spreads many over the time: ten a second', () => {
    const budget = new RetryBudget(new FakeClock())
    turnsWithin(budget, 50, 0)
    expect(turnsWithin(budget, 200, 5_000)).toBe(50)
  })

  test('grows by a tenth of the calls that are made', () => {
    const budget = new RetryBudget(new FakeClock())
    turnsWithin(budget, 50, 0)
    for (let call = 0; call < 200; call++) budget.noteCall()
    expect(turnsWithin(budget, 100, 0)).toBe(20)
  })

  test('never tells anybody to wait for more than half a minute', () => {
    const budget = new RetryBudget(new FakeClock())
    const turns = Array.from({ length: 10_000 }, () => budget.pace(verdict).retryAfterMs ?? 0)
    expect(Math.max(...turns)).toBeLessThanOrEqual(30_000)
  })

  test('fills up again with time', async () => {
    const clock = new FakeClock()
    const budget = new RetryBudget(clock)
    turnsWithin(budget, 10_000, 0)
    await clock.advance(60_000)
    expect(turnsWithin(budget, 50, 0)).toBe(50)
  })

  test('leaves a longer wait, and what is not to be tried again, as it is', () => {
    const budget = new RetryBudget(new FakeClock())
    turnsWithin(budget, 100, 0)
    const busy = upstreamError('rate-limited', { retryable: true, retryAfterMs: 60_000 }).verdict
    expect(budget.pace(busy).retryAfterMs).toBe(60_000)
    const refused = upstreamError('scope-missing').verdict
    expect(budget.pace(refused)).toBe(refused)
  })
})
