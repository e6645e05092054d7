import type { Reading } from './read-failure.ts'
import { attemptOf } from './failure.ts'
import { operations } from './operations.ts'
import { toCode } from './safe-words.ts'
import { toMs } from './unauthorized.ts'
import type { Finding } from './verdict.ts'

const MAX_WAIT_MS = 24 * 3_600_000
const MAX_BACK_OFF_MS = 60_000

/** 429: too much at once (platform-api.md §5.9, step 9). */
export function readRateLimit(reading: Reading): Finding {
  const waitMs = rateLimitWaitMs(reading)
  const limit = toCode(reading.body.limit?.key)
  const allowed = /^\d{1,9}$/.exec(reading.header('inin-ratelimit-allowed') ?? '')?.[0]
  const pace = allowed ? ` of ${allowed} requests` : ''
  return {
    cause: 'rate-limited',
    action: 'wait',
    detail: `The platform's rate limit${limit ? ` ${limit}` : ''}${pace} is used up; it can be tried again in ${Math.ceil(waitMs / 1000)} seconds.`,
    fix: [
      'Nothing to do: Foyer waits that long and goes on; nothing typed is lost.',
      'If it happens often, find out what else uses the same OAuth client, give Foyer a client of its own, or ask Genesys to raise the limit.',
    ],
    retryable: true,
    retryAfterMs: waitMs,
  }
}

/** 408 and 5xx: the platform, or what stands in front of it, cannot answer for now. */
export function readOutage(reading: Reading): Finding {
  const { operation, status, quote } = reading
  const waitMs = retryAfterMs(reading)
  return {
    cause: 'platform-unavailable',
    action: 'retry',
    detail: `${operations[operation].doing} failed because the platform is not available for now (status ${status})${quote ? `: "${quote}"` : '.'}`,
    fix: [
      'Nothing to do if it passes: Foyer tries again, and loses no message.',
      'If it lasts, look at status.mypurecloud.com for your region, and give the correlation id to the support of the platform.',
    ],
    retryable: true,
    ...(waitMs === undefined ? {} : { retryAfterMs: waitMs }),
  }
}

/** The first source that says how long to wait, else one second, doubled with each attempt up to a minute. */
function rateLimitWaitMs(reading: Reading): number {
  const { header, text, body, context } = reading
  const inWords = /retry the request in \[(\d{1,9})\] seconds/i.exec(text)?.[1]
  const backOffMs = Math.min(MAX_BACK_OFF_MS, 1000 * 2 ** (attemptOf(context) - 1))
  return (
    retryAfterMs(reading) ??
    secondsToMs(header('inin-ratelimit-reset')) ??
    secondsToMs(inWords) ??
    secondsToMs(body.retryAfter?.toFixed(0)) ??
    backOffMs
  )
}

/** RFC 9110 §10.2.3: seconds, or a date, which is set against our clock, else against the answer's own. */
function retryAfterMs({ header, context }: Reading): number | undefined {
  const value = header('retry-after')?.trim()
  const seconds = secondsToMs(value)
  if (seconds !== undefined || !value || !/^[A-Za-z]{3,9},? /.test(value)) return seconds
  const until = toMs(value)
  const now = toMs(context.now) ?? toMs(header('date'))
  return until === undefined || now === undefined ? undefined : Math.min(MAX_WAIT_MS, Math.max(0, until - now))
}

const secondsToMs = (seconds: string | undefined): number | undefined =>
  seconds !== undefined && /^\d{1,9}$/.test(seconds.trim()) ? Math.min(MAX_WAIT_MS, Number(seconds) * 1000) : undefined
