import { tooManyRequests } from './error-answers.ts'

/** Requests of one caller in the running minute (platform-api.md §2.4). */
export interface RateWindow {
  readonly key: string
  count: number
  allowed: number
  endsAtMs: number
}

const WINDOW_MS = 60_000
/** So many windows are kept before those that are over are swept out. */
const SWEEP_AT = 4096

export class RateLimits {
  readonly #windows = new Map<string, RateWindow>()
  #sweepAt = SWEEP_AT

  /** Counts one request. `caller` tells windows apart; `key` is the limit's name on the wire. */
  count(caller: string, key: string, allowed: number, nowMs: number): RateWindow {
    let window = this.#windows.get(caller)
    if (!window || nowMs >= window.endsAtMs) {
      window = { key, count: 0, allowed, endsAtMs: nowMs + WINDOW_MS }
      this.#sweep(nowMs)
      this.#windows.set(caller, window)
    }
    window.count += 1
    window.allowed = allowed
    return window
  }

  clear(): void {
    this.#windows.clear()
  }

  #sweep(nowMs: number): void {
    if (this.#windows.size < this.#sweepAt) return
    for (const [caller, window] of this.#windows) if (nowMs >= window.endsAtMs) this.#windows.delete(caller)
    this.#sweepAt = Math.max(SWEEP_AT, 2 * this.#windows.size)
  }
}

/** Throws the 429 of a window that is used up. */
export function refuseOverLimit(window: RateWindow, nowMs: number): void {
  if (window.count <= window.allowed) return
  throw tooManyRequests({ key: window.key, value: window.allowed }, secondsLeft(window, nowMs))
}

export function rateLimitHeaders(window: RateWindow, nowMs: number): Record<string, string> {
  return {
    'inin-ratelimit-count': String(window.count),
    'inin-ratelimit-allowed': String(window.allowed),
    'inin-ratelimit-reset': String(secondsLeft(window, nowMs)),
  }
}

const secondsLeft = (window: RateWindow, nowMs: number) => Math.max(1, Math.ceil((window.endsAtMs - nowMs) / 1000))
