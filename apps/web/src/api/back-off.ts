const FIRST_MS = 500
const LONGEST_MS = 30_000

/** Wait before attempt number `attempt` (from 0): full jitter, so that a thousand pages do not come back as one. */
export function backOffMs(attempt: number, random: () => number = Math.random): number {
  return random() * Math.min(LONGEST_MS, FIRST_MS * 2 ** attempt)
}
