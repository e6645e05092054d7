import type { Clock } from '../clock.ts'
import type { Logger } from '../logger.ts'
import { insist } from '../storage/insist.ts'
import type { Stores } from './open-stores.ts'

/**
 * Seals anew, beside all else, what is sealed under older keys, and says when they can be taken away; what the
 * store fails at is begun anew. Until the returned function is called.
 */
export function startResealing(stores: Pick<Stores, 'reseal'>, clock: Clock, logger: Logger): () => void {
  const stop = new AbortController()
  const { signal } = stop
  insist({ clock, logger, signal }, 'reseal-failed', () => stores.reseal(signal)).then(
    (count) => count !== undefined && logger.info({ event: 'store-resealed', count }),
    (error: unknown) => signal.aborted || logger.error({ event: 'reseal-failed', err: error }),
  )
  return () => stop.abort()
}
