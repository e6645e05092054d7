import { setTimeout as delay } from 'node:timers/promises'

/** Time, handed in so that a test of a five-minute back-off takes none. */
export interface Clock {
  /** Milliseconds since the epoch; may jump. For stamps and for what outlives the process. */
  now(): number
  /** Milliseconds that only ever grow. For durations. */
  monotonic(): number
  /** Resolves after `ms`; rejects with the signal's reason when aborted. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>
}

export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  sleep: (ms, signal) => delay(ms, undefined, signal ? { signal } : {}),
}

/** Full jitter: a random wait between 0 and `baseMs · 2^attempt`, at most `capMs`, so that many waiters spread out. */
export function backOffMs(attempt: number, { baseMs = 200, capMs = 5_000 } = {}, random = Math.random): number {
  return random() * Math.min(capMs, baseMs * 2 ** attempt)
}
