/** Time, handed in so that a test of a token's lifetime takes none. */
export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number
  /** Runs `task` once, `delayMs` from now; the returned function forgets it. */
  after(delayMs: number, task: () => void): () => void
}

/** Longest delay a timer of the runtime can hold; a longer one would fire at once. */
const MAX_DELAY_MS = 2 ** 31 - 1

export const systemClock: Clock = {
  now: () => Date.now(),
  after(delayMs, task) {
    const timer = setTimeout(task, Math.min(delayMs, MAX_DELAY_MS))
    return () => clearTimeout(timer)
  },
}
