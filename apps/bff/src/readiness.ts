import type { Logger } from './logger.ts'

/** A block of the event loop this long means that nobody is served in time (R28). */
const BLOCKED_MS = 1_000

export interface ReadinessParts {
  readonly isDraining: () => boolean
  readonly isStoreUsable: () => Promise<boolean>
  readonly longestDelayMs: () => number
  readonly logger: Logger
}

/**
 * Whether requests are welcome here. A platform that is down does not count: the page must be there to say so, and another
 * process would fare no better. Each change is logged, with its reason.
 */
export function createReadiness({ isDraining, isStoreUsable, longestDelayMs, logger }: ReadinessParts) {
  let known = 'ready'
  async function judge(): Promise<string> {
    if (isDraining()) return 'draining'
    if (!(await isStoreUsable())) return 'store-unusable'
    return longestDelayMs() > BLOCKED_MS ? 'event-loop-blocked' : 'ready'
  }
  return async function isReady(): Promise<boolean> {
    const state = await judge()
    if (state !== known) logger.warn({ event: 'readiness-changed', state })
    known = state
    return state === 'ready'
  }
}
