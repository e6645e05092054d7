import type { MiddlewareHandler } from 'hono'
import type { LoadLimits } from '../limits.ts'
import { RequestError } from '../problems.ts'
import type { Metrics } from '../telemetry/metrics.ts'
import type { SessionEnv } from './session-cookie.ts'

export interface LoadSheddingParts {
  readonly limits: LoadLimits
  /** The process is about to end. */
  readonly isDraining: () => boolean
  /** The present delay of the event loop. */
  readonly delayMs: () => number
  readonly metrics: Pick<Metrics, 'rateLimited'>
  readonly random?: () => number
}

/** Turns newcomers away, with RequestError `shutting-down` or `overloaded`, where they would find no good place. */
export function createLoadShedding({ limits, isDraining, delayMs, metrics, random = Math.random }: LoadSheddingParts) {
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
      if (!c.get('session')) refuseAbove(limits.sessionsMs)
      await next()
    },
    newStream: async (_c, next) => {
      refuseAbove(limits.streamsMs)
      await next()
    },
  } satisfies Record<string, MiddlewareHandler<SessionEnv>>
}
