import type { Clock } from '../clock.ts'
import type { Stores } from './open-stores.ts'

/** What was found is believed for so long, however many ask. */
const BELIEVED_MS = 1_000
/** A store that takes longer to keep something is not usable. */
const PATIENCE_MS = 1_000

/**
 * Tells whether the store keeps what it is given, by giving it something: without guests nobody else would find out that it
 * has failed, or that it works again (R28).
 */
export function createStoreUsable(
  stores: Pick<Stores, 'probe' | 'failure'>,
  clock: Pick<Clock, 'monotonic' | 'sleep'>,
): () => Promise<boolean> {
  let underWay: Promise<void> | undefined
  let askedAtMs = -Infinity

  function ask(): void {
    askedAtMs = clock.monotonic()
    // What it throws stands in `failure`.
    underWay = stores.probe().then(undefined, () => undefined)
    void underWay.then(() => (underWay = undefined))
  }

  return async function isStoreUsable() {
    if (!underWay && clock.monotonic() >= askedAtMs + BELIEVED_MS) ask()
    const answered = new AbortController()
    await Promise.race([underWay, clock.sleep(PATIENCE_MS, answered.signal).catch(() => undefined)])
    answered.abort()
    return underWay === undefined && stores.failure === undefined
  }
}
