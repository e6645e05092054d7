import { backOffMs, type Clock } from '../clock.ts'
import type { Verdict } from './diagnosis/verdict.ts'

/** Longest wait a platform may ask of us: whoever is waiting wants to hear something by then. */
export const MAX_WAIT_MS = 5 * 60_000

/**
 * When to try again (R8): after a random time that doubles with each attempt, 200 ms to 5 s. What the platform asks for
 * wins, and the random time comes on top: not all may come back in the same instant.
 */
export function retryInMs(
  attempt: number,
  { retryAfterMs = 0 }: { readonly retryAfterMs?: number | undefined },
): number {
  return Math.min(retryAfterMs, MAX_WAIT_MS) + backOffMs(attempt)
}

/** Retries are a tenth of the calls at most, but so many a second in any case: else a quiet platform never recovers. */
const SHARE = 0.1
const PER_SECOND = 10
/** Retries that may be saved up. */
const MAX_SAVED = 50
/** Longest wait for a turn. */
const MAX_TURN_MS = 30_000

/** Keeps retries from adding to an outage (R8): where many fail at once, each is told a later time to come back. */
export class RetryBudget {
  readonly #clock: Clock
  #saved = MAX_SAVED
  #countedAtMs: number

  constructor(clock: Clock) {
    this.#clock = clock
    this.#countedAtMs = clock.monotonic()
  }

  noteCall(): void {
    this.#saved = Math.min(MAX_SAVED, this.#saved + SHARE)
  }

  /** The verdict of a call that failed, with the time its retry has to wait for its turn. */
  pace(verdict: Verdict): Verdict {
    if (!verdict.retryable) return verdict
    const turnMs = this.#takeTurn()
    return turnMs === 0 ? verdict : { ...verdict, retryAfterMs: Math.max(verdict.retryAfterMs ?? 0, turnMs) }
  }

  #takeTurn(): number {
    const now = this.#clock.monotonic()
    this.#saved = Math.min(MAX_SAVED, this.#saved + ((now - this.#countedAtMs) / 1_000) * PER_SECOND)
    this.#countedAtMs = now
    // What could not be waited for is not owed for ever.
    this.#saved = Math.max(this.#saved - 1, (-PER_SECOND * MAX_TURN_MS) / 1_000)
    return this.#saved >= 0 ? 0 : (-this.#saved / PER_SECOND) * 1_000
  }
}
