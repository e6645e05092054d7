import type { MiddlewareHandler } from 'hono'
import { RequestError } from '../problems.ts'
import type { Metrics } from '../telemetry/metrics.ts'
import type { SessionEnv } from './session-cookie.ts'

/** Above these delays of the event loop newcomers are turned away; what guests send is taken to the last (R40). */
const SESSIONS_MS = 200
const STREAMS_MS = 500

export interface LoadSheddingParts {
  /** The process is about to end. */
  readonly isDraining: () => boolean
  /** The present delay of the event loop. */
  readonly delayMs: () => number
  readonly metrics: Pick<Metrics, 'rateLimited'>
  readonly random?: () => number
}

/** Turns newcomers away, with RequestError `shutting-down` or `overloaded`, where they would find no good place. */
export function createLoadShedding({ isDraining, delayMs, metrics, random = Math.random }: LoadSheddingParts) {
  function refuseAbove(mostMs: number): void {
    if (isDraining()) {
      throw new RequestError('shutting-down', undefined, { retryAfterSeconds: Math.ceil(1 + 2 * random()) })
    }
    if (delayMs() <= mostMs) return
    metrics.rateLimited.inc({ limit: 'load' })
    throw new RequestError('overloaded', undefined, { retryAfterSeconds: Math.ceil(2 + 4 * random()) })
  }

  return {
    /** Who has a session already is no newcomer. */
    newSession: async (c, next) => {
      if (!c.get('session')) refuseAbove(SESSIONS_MS)
      await next()
    },
    newStream: async (_c, next) => {
      refuseAbove(STREAMS_MS)
      await next()
    },
  } satisfies Record<string, MiddlewareHandler<SessionEnv>>
}
