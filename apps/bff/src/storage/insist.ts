import { backOffMs, type Clock } from '../clock.ts'
import type { Logger } from '../logger.ts'
import { toStoreError } from './store-error.ts'

/** How often the store is asked again: what waited is kept within five seconds of its recovery (R30). */
const RETRY = { baseMs: 250, capMs: 4_000 }

export interface InsistParts {
  readonly clock: Pick<Clock, 'sleep' | 'monotonic'>
  readonly logger: Logger
  /** Aborts when it is of no use any more. */
  readonly signal: AbortSignal
  /** After so long the store is believed; absent: never. */
  readonly forMs?: number | undefined
}

/**
 * Tries again what the store fails at, until it is done; the first failure is logged as `event`. Throws what else it throws,
 * and StoreError when it gives up.
 */
export async function insist<Result>(
  { clock, logger, signal, forMs = Infinity }: InsistParts,
  event: string,
  work: () => Promise<Result>,
): Promise<Result> {
  const untilMs = clock.monotonic() + forMs
  for (let attempt = 0; ; attempt++) {
    try {
      return await work()
    } catch (error) {
      if (!toStoreError(error) || signal.aborted || clock.monotonic() >= untilMs) throw error
      if (attempt === 0) logger.error({ event, err: error })
      await clock.sleep(backOffMs(attempt, RETRY), signal)
    }
  }
}
