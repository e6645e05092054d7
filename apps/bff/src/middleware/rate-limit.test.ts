import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { Hono } from 'hono'
import { RateLimiterMemory } from 'rate-limiter-flexible'
import { silentLogger } from '../../test/support/loggers.ts'
import type { Policy } from '../limits.ts'
import { createErrorHandler } from '../problems.ts'
import { createMetrics } from '../telemetry/metrics.ts'
import { createRateLimit, type RateLimitParts } from './rate-limit.ts'

beforeEach(() => void vi.useFakeTimers({ toFake: ['Date', 'setTimeout', 'clearTimeout'] }))
afterEach(() => void vi.useRealTimers())

const POLICY: Policy = { name: 'messages', quota: 6, windowSeconds: 3, told: 'always' }

/** A door that counts by the name in the path. */
function createDoor(policy: Partial<Policy> = {}, parts: Partial<RateLimitParts> = {}) {
  const { metrics, registry } = createMetrics()
  const limit = createRateLimit({ ...POLICY, ...policy }, { metrics, ...parts })
  const app = new Hono().get('/:key', async (c) => {
    await limit(c, c.req.param('key'))
    return c.text('in')
  })
  app.onError(createErrorHandler({ logger: silentLogger, showDiagnosis: false }))
  const ask = (key = 'rosa') => app.request(`/${key}`)
  const times = async (count: number, key?: string) =>
    (await Promise.all(Array.from({ length: count }, () => ask(key)))).map(({ status }) => status)
  return { ask, times, registry }
}

const inAndOut = (statuses: readonly number[]) => [
  statuses.filter((status) => status === 200).length,
  statuses.filter((status) => status === 429).length,
]

describe('a limit', () => {
  test('lets in what its quota allows, however much comes at once, and no more until the window is over', async () => {
    const { times } = createDoor()
    expect(inAndOut(await times(60))).toEqual([6, 54])
    vi.advanceTimersByTime(2_999)
    expect(inAndOut(await times(1))).toEqual([0, 1])
    vi.advanceTimersByTime(1)
    expect(inAndOut(await times(60))).toEqual([6, 54])
  })

  test('of one is not felt by another', async () => {
    const { times } = createDoor()
    await times(60, 'rosa')
    expect(inAndOut(await times(6, 'noor'))).toEqual([6, 0])
  })

  test('says what is left, as the draft has it', async () => {
    const { ask } = createDoor()
    const { headers } = await ask()
    expect(headers.get('RateLimit-Policy')).toBe('"messages";q=6;w=3')
    expect(headers.get('RateLimit')).toBe('"messages";r=5;t=3')
    expect(headers.get('Retry-After')).toBeNull()
  })

  test('refuses with a problem, and the time after which it is worth asking again', async () => {
    const { ask, times, registry } = createDoor()
    await times(6)
    vi.advanceTimersByTime(500)
    const response = await ask()
    expect(response.status).toBe(429)
    expect(response.headers.get('RateLimit')).toBe('"messages";r=0;t=3')
    const body = (await response.json()) as { code: string; retryAfterSeconds: number }
    expect(body.code).toBe('rate-limited')
    expect(response.headers.get('Retry-After')).toBe(String(body.retryAfterSeconds))
    vi.advanceTimersByTime(body.retryAfterSeconds * 1_000)
    expect((await ask()).status).toBe(200)
    expect(await registry.metrics()).toContain('foyer_rate_limited_total{limit="messages"} 1')
  })

  test('spreads those who were refused together', async () => {
    const { ask, times } = createDoor({ quota: 1, windowSeconds: 60 })
    await times(1)
    const waits = await Promise.all(
      Array.from({ length: 40 }, async () => Number((await ask()).headers.get('Retry-After'))),
    )
    for (const seconds of waits) expect(seconds).toBeGreaterThanOrEqual(60)
    for (const seconds of waits) expect(seconds).toBeLessThanOrEqual(66)
    expect(new Set(waits).size).toBeGreaterThan(3)
  })

  test('that is coarse is told of only when it is met', async () => {
    const { ask } = createDoor({ quota: 1, told: 'when met' })
    expect((await ask()).headers.get('RateLimit-Policy')).toBeNull()
    expect((await ask()).headers.get('RateLimit-Policy')).toBe('"messages";q=1;w=3')
  })

  test('may be counted elsewhere, for many processes together', async () => {
    const shared = new RateLimiterMemory({ points: 6, duration: 3 })
    const counter = () => shared
    const [one, other] = [createDoor({}, { counter }), createDoor({}, { counter })]
    expect(inAndOut([...(await one.times(4)), ...(await other.times(4))])).toEqual([6, 2])
  })

  test('whose counter fails lets nobody in', async () => {
    const broken = new RateLimiterMemory({ points: 6, duration: 3 })
    broken.consume = () => Promise.reject(new Error('connection lost'))
    const { ask } = createDoor({}, { counter: () => broken })
    expect((await ask()).status).toBe(500)
  })
})
