import type { Logger } from '../logger.ts'
import type { Stores } from './open-stores.ts'

/**
 * Seals anew, beside all else, what is sealed under older keys, and says when they can be taken away. What fails is done
 * at the next start. Until the returned function is called.
 */
export function startResealing(stores: Pick<Stores, 'reseal'>, logger: Logger): () => void {
  const stop = new AbortController()
  stores.reseal(stop.signal).then(
    (count) => count !== undefined && logger.info({ event: 'store-resealed', count }),
    (error: unknown) => stop.signal.aborted || logger.error({ event: 'reseal-failed', err: error }),
  )
  return () => stop.abort()
}
