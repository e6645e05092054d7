import { describe, expect, test } from 'vitest'
import { FakeClock } from '../../test/support/fake-clock.ts'
import { createTestMetrics } from '../../test/support/metrics.ts'
import { upstreamError } from '../../test/support/upstream-error.ts'
import { NoAnswerError } from './http.ts'
import { createPlatformCalls, outcomeOfStatus } from './platform-calls.ts'
import { UpstreamError } from './upstream-error.ts'

function createSubject() {
  const clock = new FakeClock()
  const { metrics, sample } = createTestMetrics()
  const calls = createPlatformCalls({ connector: 'guest-api', clock, metrics })
  let made = 0
  const answer = (status: number) => async () => {
    made++
    return { status }
  }
  const throwing = (error: Error) => () => {
    made++
    return Promise.reject(error)
  }
  const run = (perform: () => Promise<{ status: number }>) =>
    calls.run('send', perform, { answered: outcomeOfStatus }).catch((error: unknown) => error)
  const counted = (outcome: string) =>
    sample(`foyer_upstream_call_duration_seconds_count{connector="guest-api",operation="send",outcome="${outcome}"}`)
  const state = () => sample('foyer_breaker_state{operation="send"}')
  return { clock, calls, answer, throwing, run, counted, state, made: () => made }
}

async function times(count: number, run: () => Promise<unknown>): Promise<void> {
  for (let time = 0; time < count; time++) await run()
}

describe('R9 a platform that is down', () => {
  test.each([500, 502, 503, 504])('is not asked a sixth time after five answers of %i', async (status) => {
    const { answer, run, state, made } = createSubject()
    await times(5, () => run(answer(status)))
    const error = await run(answer(200))
    expect(error).toBeInstanceOf(UpstreamError)
    expect(error).toMatchObject({ code: 'platform-unavailable', outcome: 'not-sent', retryable: true })
    expect(error).toMatchObject({ retryAfterMs: 5_000, verdict: { evidence: { code: 'BREAKER_OPEN' } } })
    expect(made()).toBe(5)
    expect(await state()).toBe(2)
  })

  test('is not asked after five calls without an answer either', async () => {
    const { throwing, run, made } = createSubject()
    await times(10, () => run(throwing(new NoAnswerError('ECONNREFUSED', false))))
    expect(made()).toBe(5)
  })

  test('is asked again after 5 s, by one, and by all once that one was answered', async () => {
    const { clock, answer, run, state, made } = createSubject()
    await times(5, () => run(answer(503)))
    await clock.advance(5_000)
    const slow = Promise.withResolvers<{ status: number }>()
    const probe = run(() => slow.promise)
    await times(10, () => run(answer(200)))
    expect(made()).toBe(5)
    expect(await state()).toBe(1)
    slow.resolve({ status: 200 })
    await probe
    await times(10, () => run(answer(200)))
    expect(made()).toBe(15)
    expect(await state()).toBe(0)
  })

  test('at one operation goes on being asked for the others', async () => {
    const { calls, answer, run } = createSubject()
    await times(5, () => run(answer(503)))
    expect(await calls.run('read', answer(200))).toEqual({ status: 200 })
  })
})

describe('R9 does not open for', () => {
  test.each([400, 401, 403, 404, 408, 409, 413, 422, 429, 302, 501])('answers of %i', async (status) => {
    const { answer, run, made } = createSubject()
    await times(50, () => run(answer(status)))
    expect(made()).toBe(50)
  })

  test.each([
    ['a queue of ours that is full', new NoAnswerError('QUEUE_FULL', false)],
    ['callers who went away', new Error('gone')],
    ['a refusal', upstreamError('scope-missing')],
  ])('%s', async (_, error) => {
    const { throwing, run, made } = createSubject()
    await times(50, () => run(throwing(error)))
    expect(made()).toBe(50)
  })
})

test('R9 opens for what its caller knows to be a failure of the platform', async () => {
  const { calls, throwing, made } = createSubject()
  const thrown = () => 'no-answer' as const
  const shake = () => calls.run('handshake', throwing(new Error('socket hang up')), { thrown }).catch(() => undefined)
  await times(50, shake)
  expect(made()).toBe(5)
})

test('R10 a full queue is told as such, and when to come back', async () => {
  const { throwing, run } = createSubject()
  const error = await run(throwing(new NoAnswerError('QUEUE_FULL', false)))
  expect(error).toMatchObject({ code: 'platform-unavailable', outcome: 'not-sent', retryAfterMs: 1_000 })
})

test('R35 every call is counted by its outcome', async () => {
  const { answer, throwing, run, counted } = createSubject()
  const outcomes: [string, () => Promise<{ status: number }>][] = [
    ['ok', answer(202)],
    ['refused', answer(404)],
    ['rate-limited', answer(429)],
    ['failed', answer(503)],
    ['no-answer', throwing(new NoAnswerError('ECONNRESET', true))],
    ['queue-full', throwing(new NoAnswerError('QUEUE_FULL', false))],
    ['unreadable', throwing(upstreamError('answer-unreadable'))],
    ['given-up', throwing(new Error('gone'))],
  ]
  for (const [outcome, perform] of outcomes) {
    await run(perform)
    expect(await counted(outcome)).toBe(1)
  }
  await times(5, () => run(answer(500)))
  await run(answer(200))
  expect(await counted('breaker-open')).toBeGreaterThan(0)
})
