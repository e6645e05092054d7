import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { FakeClock } from '../../test/support/fake-clock.ts'
import { CircuitBreaker, type BreakerState, type CallVerdict } from './breaker.ts'

function createSubject() {
  const clock = new FakeClock()
  const states: BreakerState[] = []
  const breaker = new CircuitBreaker({ clock, changed: (state) => void states.push(state) })
  const call = (verdict: CallVerdict): boolean => {
    const admission = breaker.admit()
    if (admission.admitted) admission.settle(verdict)
    return admission.admitted
  }
  const calls = (count: number, verdict: CallVerdict) => Array.from({ length: count }, () => call(verdict))
  const retryInMs = () => {
    const admission = breaker.admit()
    return admission.admitted ? undefined : admission.retryInMs
  }
  return { clock, breaker, states, call, calls, retryInMs }
}

describe('R9 a breaker opens', () => {
  test('after five failures in a row, and not after four', () => {
    const { breaker, calls, call } = createSubject()
    calls(4, 'failure')
    call('success')
    calls(4, 'failure')
    expect(breaker.state).toBe('closed')
    call('failure')
    expect(breaker.state).toBe('open')
  })

  test('when half of ten calls within 30 s failed, and not of nine', () => {
    const { breaker, call } = createSubject()
    for (let pair = 0; pair < 4; pair++) {
      call('success')
      call('failure')
    }
    call('failure')
    expect(breaker.state).toBe('closed')
    call('failure')
    expect(breaker.state).toBe('open')
  })

  test('not for failures that lie further apart', async () => {
    const { breaker, clock, call } = createSubject()
    for (let pair = 0; pair < 20; pair++) {
      call('success')
      call('failure')
      await clock.advance(10_000)
    }
    expect(breaker.state).toBe('closed')
  })

  test('not for calls that were given up', () => {
    const { breaker, calls } = createSubject()
    calls(100, 'unknown')
    expect(breaker.state).toBe('closed')
  })
})

describe('R9 an open breaker', () => {
  test('refuses at once, and says when to come back', async () => {
    const { clock, calls, retryInMs } = createSubject()
    calls(5, 'failure')
    expect(retryInMs()).toBe(5_000)
    await clock.advance(4_999)
    expect(retryInMs()).toBe(1)
  })

  test('lets one probe through after 5 s, and nobody waits for it', async () => {
    const { breaker, clock, calls, retryInMs } = createSubject()
    calls(5, 'failure')
    await clock.advance(5_000)
    const probe = breaker.admit()
    expect(probe.admitted).toBe(true)
    expect(breaker.state).toBe('half-open')
    expect(retryInMs()).toBeGreaterThan(0)
  })

  test('closes when the probe succeeds, with a clean slate', async () => {
    const { breaker, clock, call, calls, states } = createSubject()
    calls(5, 'failure')
    await clock.advance(5_000)
    call('success')
    calls(4, 'failure')
    expect(breaker.state).toBe('closed')
    expect(states).toEqual(['open', 'half-open', 'closed'])
  })

  test('stays open for another 5 s when the probe fails', async () => {
    const { clock, call, calls, retryInMs } = createSubject()
    calls(5, 'failure')
    await clock.advance(5_000)
    call('failure')
    expect(retryInMs()).toBe(5_000)
  })

  test('makes the next caller the probe when the first was given up', async () => {
    const { breaker, clock, call, calls } = createSubject()
    calls(5, 'failure')
    await clock.advance(5_000)
    call('unknown')
    expect(call('success')).toBe(true)
    expect(breaker.state).toBe('closed')
  })

  test.each(['success', 'failure'] as const)('does not take an early call for its probe: %s', async (verdict) => {
    const { breaker, clock, calls } = createSubject()
    const early = breaker.admit()
    calls(5, 'failure')
    await clock.advance(5_000)
    breaker.admit()
    if (early.admitted) early.settle(verdict)
    expect(breaker.state).toBe('half-open')
  })

  test('is not held open by calls that began before it opened', async () => {
    const { breaker, clock, calls, retryInMs } = createSubject()
    const early = breaker.admit()
    calls(5, 'failure')
    await clock.advance(4_000)
    if (early.admitted) early.settle('failure')
    expect(retryInMs()).toBe(1_000)
  })

  test.each([3_600_000, -3_600_000])('R34 is not held open by a wall clock that jumps by %i ms', async (jumpMs) => {
    const { clock, call, calls } = createSubject()
    calls(5, 'failure')
    clock.jumpWallClock(jumpMs)
    expect(call('success')).toBe(false)
    await clock.advance(5_000)
    expect(call('success')).toBe(true)
  })
})

test('R9 whatever happens: at most one probe at a time, and it never stays shut once the platform answers', async () => {
  const step = fc.oneof(
    fc
      .constantFrom<CallVerdict>('success', 'failure', 'failure', 'failure', 'failure', 'unknown')
      .map((settle) => ({ settle })),
    fc.integer({ min: 1, max: 12_000 }).map((waitMs) => ({ waitMs })),
  )
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 60 }), async (steps) => {
      const { breaker, clock, call } = createSubject()
      for (const next of steps) {
        if ('waitMs' in next) await clock.advance(next.waitMs)
        else {
          const admissions = [breaker.admit(), breaker.admit()]
          const admitted = admissions.filter((admission) => admission.admitted)
          if (breaker.state === 'half-open') expect(admitted.length).toBeLessThanOrEqual(1)
          for (const admission of admitted) admission.settle(next.settle)
        }
      }
      await clock.advance(5_000)
      expect(call('success')).toBe(true)
      expect(breaker.state).toBe('closed')
    }),
    { numRuns: 100 },
  )
})
