import type { Clock } from './clock.ts'
import type { Relay } from './conversations/relay.ts'

/** Streams end over this time, a hundred a second if they are few; their readers wait as long again, and some more. */
const SPREAD_MS = 3_000
const SPREAD_PER_STREAM_MS = 10
const RETURN_WITHIN_MS = 4_000
const STEP_MS = 100
/** How long a last word may take to go out. */
const LAST_WORD_MS = 300

export interface DrainParts {
  readonly streams: { readonly size: number; sendAway(count: number, withinMs: number): void; close(): void }
  readonly relay: Pick<Relay, 'park'>
  readonly clock: Clock
}

/**
 * Sends the readers of streams away bit by bit, and waits for the messages that are on their way to the platform, for
 * `withinMs` at most. What is not on its way stays pending in the log, and is taken up by the next process.
 */
export async function drain({ streams, relay, clock }: DrainParts, withinMs: number): Promise<void> {
  await Promise.all([sendAway(streams, clock), Promise.race([relay.park(), clock.sleep(withinMs)])])
}

async function sendAway(streams: DrainParts['streams'], clock: Clock): Promise<void> {
  const count = streams.size
  const steps = Math.ceil(Math.min(SPREAD_MS, count * SPREAD_PER_STREAM_MS) / STEP_MS)
  for (let step = 1; step <= steps; step++) {
    streams.sendAway(Math.ceil(count / steps), RETURN_WITHIN_MS)
    if (step < steps) await clock.sleep(STEP_MS)
  }
  if (count > 0) await clock.sleep(LAST_WORD_MS)
  streams.close()
}
