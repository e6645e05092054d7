import { setTimeout as delay } from 'node:timers/promises'

/** An answer that was not the one hoped for; with `Retry-After` (seconds), one that may be asked for again. */
export class Refused extends Error {
  readonly retryAfter: string | null | undefined

  constructor(what: string, retryAfter: string | null | undefined) {
    super(what)
    this.retryAfter = retryAfter
  }
}

const MOST_TRIES = 6

/** Tries again what was refused for a while, when it may, as the page would: Foyer sheds newcomers on a busy machine. */
export async function patiently<Result>(
  attempt: () => Promise<Result>,
  sleep: (ms: number) => Promise<unknown> = delay,
): Promise<Result> {
  for (let tries = 1; ; tries++) {
    try {
      return await attempt()
    } catch (error) {
      const retryAfter = error instanceof Refused ? Number(error.retryAfter ?? NaN) : NaN
      if (Number.isNaN(retryAfter) || tries === MOST_TRIES) throw error
      await sleep(retryAfter * 1_000)
    }
  }
}
