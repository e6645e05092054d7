import type { Logger } from '../logger.ts'
import type { Committed } from '../storage/group-commit.ts'
import type { Metrics } from './metrics.ts'

type StoreMetrics = Pick<Metrics, 'storeWrites' | 'storeErrors'>

/** Measures every transaction, and logs each kind of trouble once, and its end: a full disk is met by every write. */
export function observeStore({ storeWrites, storeErrors }: StoreMetrics, logger: Logger): Committed {
  let known: string | undefined
  return ({ durationMs, error }) => {
    if (error) storeErrors.inc({ kind: error.code })
    else storeWrites.observe(durationMs / 1000)
    if (error?.code === known) return
    known = error?.code
    if (error) logger.error({ event: 'store-failed', code: error.code, err: error })
    else logger.info({ event: 'store-recovered' })
  }
}
