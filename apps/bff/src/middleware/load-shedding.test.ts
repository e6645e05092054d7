import { describe, expect, test } from 'vitest'
import { Hono } from 'hono'
import { silentLogger } from '../../test/support/loggers.ts'
import { createErrorHandler } from '../problems.ts'
import { newSession } from '../sessions/session.ts'
import { createMetrics } from '../telemetry/metrics.ts'
import { createLoadShedding } from './load-shedding.ts'
import type { SessionEnv } from './session-cookie.ts'

/** A door for newcomers; whoever says so has a session. */
function createDoor({ delayMs = 0, isDraining = false } = {}) {
  const { metrics, registry } = createMetrics()
  const shed = createLoadShedding({
    limits: { sessionsMs: 200, streamsMs: 500 },
    delayMs: () => delayMs,
    isDraining: () => isDraining,
    metrics,
  })
  const app = new Hono<SessionEnv>()
    .use(async (c, next) => {
      if (c.req.query('guest')) c.set('session', newSession({}, 0))
      await next()
    })
    .on('GET', '/session', shed.newSession)
    .on('GET', '/stream', shed.newStream)
    .get('*', (c) => c.text('in'))
  app.onError(createErrorHandler({ logger: silentLogger, showDiagnosis: false }))
  const ask = async (path: string) => {
    const response = await app.request(path)
    const body = response.status === 200 ? '' : ((await response.json()) as { code: string }).code
    return { status: response.status, code: body, retryAfter: Number(response.headers.get('Retry-After')) }
  }
  return { ask, registry }
}

describe('newcomers', () => {
  test.each([
    [0, 200, 200],
    [200, 200, 200],
    [201, 503, 200],
    [500, 503, 200],
    [501, 503, 503],
  ])('with a delay of %i ms: session %i, stream %i', async (delayMs, session, stream) => {
    const { ask } = createDoor({ delayMs })
    expect((await ask('/session')).status).toBe(session)
    expect((await ask('/stream')).status).toBe(stream)
    expect((await ask('/send')).status).toBe(200)
  })

  test('are told when to come again, and counted', async () => {
    const { ask, registry } = createDoor({ delayMs: 999 })
    const refusal = await ask('/session')
    expect(refusal.code).toBe('overloaded')
    expect(refusal.retryAfter).toBeGreaterThanOrEqual(2)
    expect(refusal.retryAfter).toBeLessThanOrEqual(6)
    expect(await registry.metrics()).toContain('foyer_rate_limited_total{limit="load"} 1')
  })

  test('are sent elsewhere by a process that is about to end', async () => {
    const { ask } = createDoor({ isDraining: true })
    for (const path of ['/session', '/stream']) {
      const refusal = await ask(path)
      expect(refusal).toMatchObject({ status: 503, code: 'shutting-down' })
      expect(refusal.retryAfter).toBeGreaterThanOrEqual(1)
    }
    expect((await ask('/send')).status).toBe(200)
  })

  test('are not those who have a session', async () => {
    expect((await createDoor({ delayMs: 999 }).ask('/session?guest=1')).status).toBe(200)
    expect((await createDoor({ isDraining: true }).ask('/session?guest=1')).status).toBe(200)
  })
})
