import type { Clock } from './clock.ts'

export interface PageLanguagesParts {
  /** What the organisation set, where the platform tells; it may not answer. */
  readonly readSettings: () => Promise<{ readonly languages: readonly string[] } | undefined>
  readonly clock: Clock
}

/** Until the platform has answered once, a document waits so long for it; then none does. */
const PATIENCE_MS = 300
const ASK_EVERY_MS = 10_000

/** The languages the organisation offers (BCP 47 tags, its own first), as far as is known by now: the page must come at once. */
export function createPageLanguages({ readSettings, clock }: PageLanguagesParts): () => Promise<readonly string[]> {
  let known: readonly string[] | undefined
  let reading: Promise<unknown> = Promise.resolve()
  let askedAtMs = -Infinity

  async function read() {
    try {
      known = (await readSettings())?.languages ?? []
    } catch {
      // Who does not answer has not changed its mind.
    }
  }

  return async function readPageLanguages() {
    if (clock.monotonic() - askedAtMs >= ASK_EVERY_MS) {
      askedAtMs = clock.monotonic()
      reading = read()
    }
    if (!known) await Promise.race([reading, clock.sleep(PATIENCE_MS)])
    return known ?? []
  }
}
