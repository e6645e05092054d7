import type { Context, Env, MiddlewareHandler } from 'hono'
import type { Policy, RequestLimits } from '../limits.ts'
import { createRateLimit, type RateLimit, type RateLimitParts } from './rate-limit.ts'
import type { SessionEnv } from './session-cookie.ts'

export interface RequestLimitParts extends RateLimitParts {
  readonly limits: RequestLimits
  readonly addressOf: (c: Context) => string
}

/** The limits as middleware. The coarse ones come first, and cost neither a look into the store nor a body that is read. */
export function createRequestLimits({ limits, addressOf, ...parts }: RequestLimitParts) {
  const sessionsOfAddress = createRateLimit(limits.addressSessions, parts)
  const sessionsOfAll = createRateLimit(limits.allSessions, parts)
  const perSession = (policy: Policy) => counting(sessionOf, createRateLimit(policy, parts))

  /** Who has a session already is given that one, and takes nobody's place. */
  const newSession: MiddlewareHandler<SessionEnv> = async (c, next) => {
    if (!c.get('session')) {
      await sessionsOfAddress(c, addressOf(c))
      await sessionsOfAll(c, 'all')
    }
    await next()
  }

  return {
    address: counting(addressOf, createRateLimit(limits.addressRequests, parts)),
    cspReports: counting(addressOf, createRateLimit(limits.cspReports, parts)),
    session: perSession(limits.sessionRequests),
    newSession,
    conversations: perSession(limits.conversations),
    streams: perSession(limits.streams),
    typing: perSession(limits.typing),
    uploads: perSession(limits.uploads),
    messages: createRateLimit(limits.messages, parts),
  }
}

const sessionOf = (c: Context<SessionEnv>) => c.get('session')?.sessionId

/** Counts each request under its key, before it is looked at; one without a key is for others to refuse. */
function counting<E extends Env>(keyOf: (c: Context<E>) => string | undefined, limit: RateLimit): MiddlewareHandler<E> {
  return async function limitRequests(c, next) {
    const key = keyOf(c)
    if (key !== undefined) await limit(c, key)
    await next()
  }
}
