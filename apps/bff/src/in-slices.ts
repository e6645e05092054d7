import { setImmediate as nextTurn } from 'node:timers/promises'
import { inTurn } from './in-turn.ts'

/** For so long may be worked before everything else has its turn, in milliseconds; what was idle meanwhile is not counted. */
const SLICE_MS = 0.25

/**
 * As `inTurn`, for work that may pile up: between two slices of it the event loop goes around twice, so that what comes in
 * meanwhile waits for a slice, not for the pile, and every other time for none.
 */
export function inSlices(): ReturnType<typeof inTurn> {
  const next = inTurn()
  let workedMs = 0
  return (work) =>
    next(async () => {
      if (workedMs >= SLICE_MS) {
        await nextTurn()
        await nextTurn()
        workedMs = 0
      }
      const beganMs = performance.now()
      try {
        return await work()
      } finally {
        workedMs += performance.now() - beganMs
      }
    })
}
