import { vi } from 'vitest'

/** After how many seconds, that pass at once as soon as the work `hasBegun`, it fails; undefined when not within a minute. */
export async function failsAfterSeconds(
  work: () => Promise<unknown>,
  hasBegun: () => boolean,
): Promise<number | undefined> {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  try {
    let hasFailed = false
    work().catch(() => (hasFailed = true))
    while (!hasBegun()) await turn()
    for (let seconds = 1; seconds <= 60; seconds++) {
      await vi.advanceTimersByTimeAsync(1_000)
      for (let turns = 0; turns < 5; turns++) await turn()
      if (hasFailed) return seconds
    }
    return undefined
  } finally {
    vi.useRealTimers()
  }
}

/** What the sockets have to say is heard. */
const turn = () => new Promise((resolve) => setImmediate(resolve))
