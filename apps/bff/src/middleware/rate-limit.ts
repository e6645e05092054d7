import type { Context } from 'hono'
import { RateLimiterMemory, RateLimiterRes, type RateLimiterAbstract } from 'rate-limiter-flexible'
import type { Policy } from '../limits.ts'
import { RequestError } from '../problems.ts'
import type { Metrics } from '../telemetry/metrics.ts'

export interface RateLimitParts {
  readonly metrics: Pick<Metrics, 'rateLimited'>
  readonly random?: () => number
  /** Where is counted; one that many processes share has the same shape (decision 0015). */
  readonly counter?: (options: { points: number; duration: number; keyPrefix: string }) => RateLimiterAbstract
}

export interface RateLimit {
  /**
   * Counts one request of `key`, and says in the answer's headers what is left (draft-ietf-httpapi-ratelimit-headers-10).
   * Throws RequestError `rate-limited`, with the time to wait, unless the limit is met and the request is free: then it is
   * let in uncounted. True where it was counted.
   */
  (c: Context, key: string, isFree?: () => Promise<boolean>): Promise<boolean>
  /** What was counted turned out to be free. */
  giveBack(key: string): Promise<void>
}

export function createRateLimit(policy: Policy, { metrics, random = Math.random, counter }: RateLimitParts): RateLimit {
  const { name, quota, windowSeconds, told } = policy
  const options = { points: quota, duration: windowSeconds, keyPrefix: name }
  const limiter = counter?.(options) ?? new RateLimiterMemory(options)
  const policyField = `"${name}";q=${quota};w=${windowSeconds}`

  async function limitRate(c: Context, key: string, isFree?: () => Promise<boolean>): Promise<boolean> {
    const { granted, left } = await take(limiter, key)
    if (!granted && (await isFree?.())) return false
    if (told === 'always' || !granted) {
      c.header('RateLimit-Policy', policyField)
      c.header('RateLimit', `"${name}";r=${left.remainingPoints};t=${Math.ceil(left.msBeforeNext / 1000)}`)
    }
    if (granted) return true
    metrics.rateLimited.inc({ limit: name })
    // A second, or a tenth of a long window, more or less: those who were refused together must not come back together.
    const jitterSeconds = random() * Math.max(1, windowSeconds / 10)
    throw new RequestError('rate-limited', undefined, {
      retryAfterSeconds: Math.ceil(left.msBeforeNext / 1000 + jitterSeconds),
      reason: name,
    })
  }

  return Object.assign(limitRate, {
    async giveBack(key: string): Promise<void> {
      await limiter.reward(key)
    },
  })
}

async function take(limiter: RateLimiterAbstract, key: string): Promise<{ granted: boolean; left: RateLimiterRes }> {
  try {
    return { granted: true, left: await limiter.consume(key) }
  } catch (refusal) {
    if (!(refusal instanceof RateLimiterRes)) throw refusal
    return { granted: false, left: refusal }
  }
}
