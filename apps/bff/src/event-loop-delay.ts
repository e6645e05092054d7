import { monitorEventLoopDelay } from 'node:perf_hooks'

/** By how much what is due is late, over the last second or two. */
export interface EventLoopDelay {
  /** On average, and still: neither a single pause nor the work of starting is an overload. */
  meanMs(): number
  longestMs(): number
  stop(): void
}

const RESOLUTION_MS = 20
const WINDOW_MS = 1_000

export function startEventLoopDelay(): EventLoopDelay {
  // They take turns: one that is reset loses what it is just measuring, a pause that lasts until then.
  const [one, other] = [
    monitorEventLoopDelay({ resolution: RESOLUTION_MS }),
    monitorEventLoopDelay({ resolution: RESOLUTION_MS }),
  ]
  // The other has nothing to tell before the first turn: of a mere moment no average is worth anything.
  let [older, newer] = [other, one]
  one.enable()
  const timer = setInterval(() => {
    older.reset()
    older.enable()
    ;[older, newer] = [newer, older]
  }, WINDOW_MS).unref()

  return {
    meanMs: () => {
      if (older.count === 0) return 0
      return toMs(newer.count > 0 ? Math.min(older.mean, newer.mean) : older.mean)
    },
    longestMs: () => Math.max(...[one, other].map(({ count, max }) => toMs(count > 0 ? max : 0))),
    stop() {
      clearInterval(timer)
      for (const histogram of [one, other]) histogram.disable()
    },
  }
}

/** What is measured is the time between two looks, which is the resolution when nothing is late. */
const toMs = (nanoseconds: number) => Math.max(0, nanoseconds / 1e6 - RESOLUTION_MS)
