import { backOffMs } from '../api/back-off.ts'
import type { Clock } from '../api/clock.ts'
import type { Words } from './en-conversation.ts'

/** The page cannot be used before it has its words: it does not wait for them longer than a guest would. */
export const PATIENCE_MS = 5_000

/** The words that `load` brings; undefined where it failed twice, or has brought none by then. */
export async function loadWords(load: () => Promise<{ words: Words }>, clock: Clock): Promise<Words | undefined> {
  const answered = new AbortController()
  const tooLong = clock.sleep(PATIENCE_MS, answered.signal).then(() => undefined)
  const words = loadTwice(load, clock).catch(() => undefined)
  const first = await Promise.race([words, tooLong])
  answered.abort()
  return first
}

/** The line may have dropped between two files. A browser that keeps a failed import (whatwg/html#10327) fails at once. */
async function loadTwice(load: () => Promise<{ words: Words }>, clock: Clock): Promise<Words> {
  try {
    return (await load()).words
  } catch {
    await clock.sleep(backOffMs(0))
    return (await load()).words
  }
}
