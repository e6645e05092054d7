import { monitorEventLoopDelay } from 'node:perf_hooks'

/** By how much what is due is late, over the last second or so. */
export interface EventLoopDelay {
  /** On average: a single pause is no overload. */
  meanMs(): number
  longestMs(): number
  stop(): void
}

const RESOLUTION_MS = 20
const WINDOW_MS = 1_000

export function startEventLoopDelay(): EventLoopDelay {
  const histogram = monitorEventLoopDelay({ resolution: RESOLUTION_MS })
  // What is measured is the time between two looks, which is the resolution when nothing is late.
  const toMs = (nanoseconds: number) => Math.max(0, nanoseconds / 1e6 - RESOLUTION_MS)
  let last = { meanMs: 0, longestMs: 0 }
  const timer = setInterval(() => {
    last = histogram.count > 0 ? { meanMs: toMs(histogram.mean), longestMs: toMs(histogram.max) } : last
    histogram.reset()
  }, WINDOW_MS).unref()
  histogram.enable()

  return {
    meanMs: () => last.meanMs,
    // Whoever asks right after a long pause may be served before the timer above.
    longestMs: () => Math.max(last.longestMs, histogram.count > 0 ? toMs(histogram.max) : 0),
    stop() {
      clearInterval(timer)
      histogram.disable()
    },
  }
}
