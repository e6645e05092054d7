import type { Clock } from '../../clock.ts'
import { inTurn } from '../../in-turn.ts'
import { unlessAborted } from '../deadline.ts'
import { MAX_WAIT_MS } from '../retry.ts'

/** How much may leave, in the platform's own measures (web-messaging.md §16). */
export interface PlatformLimits {
  readonly messagesPerSecond: number
  readonly requestsPerMinute: number
  readonly historyPerMinute: number
  /** Of all guests of the deployment together. */
  readonly connectionsPerMinute: number
}

/**
 * A little less than what the platform allows of one guest, and no more messages than §22 counsels: it counts by its own
 * clock. Of connections all that it allows: a thousand guests who come back at once wait for nothing but each other.
 */
export const DEFAULT_LIMITS: PlatformLimits = {
  messagesPerSecond: 2,
  requestsPerMinute: 55,
  historyPerMinute: 9,
  connectionsPerMinute: 1_000,
}

/** So often at most the agent is told that the guest types (§8.1). */
const TYPING_MS = 5_000

/**
 * Lets things leave no faster than so many in any window of time: whatever window the platform counts in, it never finds
 * more. Those who wait leave in the order they came.
 */
export class Pace {
  readonly #clock: Clock
  readonly #windowMs: number
  readonly #most: number
  #left: number[] = []
  #notBeforeMs = 0
  readonly #inTurn = inTurn()

  constructor(clock: Clock, most: number, windowMs: number) {
    this.#clock = clock
    this.#windowMs = windowMs
    this.#most = most
  }

  /** Resolves when one more may leave, and counts it. Rejects with the signal's reason. */
  async turn(signal?: AbortSignal): Promise<void> {
    const mine = this.#inTurn(() => this.#wait(signal))
    return unlessAborted(mine, signal)
  }

  /** The platform asked for a pause; five minutes of it are kept at most. */
  pause(ms: number): void {
    this.#notBeforeMs = Math.max(this.#notBeforeMs, this.#clock.monotonic() + Math.min(ms, MAX_WAIT_MS))
  }

  /** What is left of a pause (ms). */
  get pausedMs(): number {
    return Math.max(0, this.#notBeforeMs - this.#clock.monotonic())
  }

  /** How long one more would have to wait (ms), if nobody else waits. */
  get waitMs(): number {
    const nowMs = this.#clock.monotonic()
    this.#left = this.#left.filter((atMs) => atMs > nowMs - this.#windowMs)
    const oldestMs = this.#left.length < this.#most ? undefined : this.#left[0]
    return Math.max(this.pausedMs, oldestMs === undefined ? 0 : oldestMs + this.#windowMs - nowMs)
  }

  async #wait(signal: AbortSignal | undefined): Promise<void> {
    for (;;) {
      signal?.throwIfAborted()
      const { waitMs } = this
      if (waitMs <= 0) return void this.#left.push(this.#clock.monotonic())
      await this.#clock.sleep(waitMs, signal)
    }
  }
}

/** Whether now is a time to tell of typing: not again so soon, but at once after a message (§8.1). */
export class TypingPace {
  readonly #clock: Clock
  #lastMs = -Infinity

  constructor(clock: Clock) {
    this.#clock = clock
  }

  isDue(): boolean {
    const nowMs = this.#clock.monotonic()
    if (nowMs - this.#lastMs < TYPING_MS) return false
    this.#lastMs = nowMs
    return true
  }

  reset(): void {
    this.#lastMs = -Infinity
  }
}
