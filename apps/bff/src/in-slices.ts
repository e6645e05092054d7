import { setImmediate as nextTurn } from 'node:timers/promises'
import { inTurn } from './in-turn.ts'

/** For so long may be worked before everything else has its turn, in milliseconds. */
const SLICE_MS = 0.25

/**
 * As `inTurn`, for work that may pile up: between two slices of it the event loop goes around twice, so that what comes in
 * meanwhile waits for a slice, not for the pile, and every other time for none.
 */
export function inSlices(): ReturnType<typeof inTurn> {
  const next = inTurn()
  let sinceMs = performance.now()
  return (work) =>
    next(async () => {
      if (performance.now() - sinceMs >= SLICE_MS) {
        await nextTurn()
        await nextTurn()
        sinceMs = performance.now()
      }
      return work()
    })
}
