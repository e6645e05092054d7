import type { StreamEvent } from '@foyer/shared/protocol/event'
import { backOffMs } from './back-off.ts'
import type { Clock } from './clock.ts'
import { isLogged } from './is-logged.ts'
import type { Network } from './network.ts'
import { isRetryable, ProblemError, retryAfterMs } from './problem-error.ts'
import { readEvents } from './read-events.ts'

/*
 * One conversation's events, for as long as they are wanted.
 *
 *   connecting ──▶ open ──▶ waiting ──▶ connecting …      offline: no attempts until the device says online
 *
 * - Losing the line is normal: it is taken up after the last logged event seen (`lastSeq`), so nothing is missed or told
 *   twice. What passes has a `seq`, too, but may come before the event which that is of.
 * - SILENCE_MS without a byte is a dead line, whatever the operating system believes.
 * - A server that is about to end says when to come back, each reader at another time: then, and not before.
 * - Only a refusal that no attempt can mend (401, 404 …) ends it, through `onRefused`.
 */
export type StreamState = { state: 'connecting' | 'open' | 'offline' } | { state: 'waiting'; retryAtMs: number }

export interface EventStreamOptions {
  /** Opens the stream after `seq`. */
  open(seq: number, signal: AbortSignal): Promise<Response>
  after: number
  clock: Clock
  network: Network
  onEvents(events: StreamEvent[]): void
  onState(state: StreamState): void
  onRefused(error: unknown): void
  /** Something came, if only a heartbeat. */
  onAlive?(): void
}

/** The BFF sends a heartbeat every 15 s. */
export const SILENCE_MS = 50_000
/** After this long without a byte a page that is looked at again does not wait for the watchdog. */
const STALE_MS = 20_000
/** Nobody is sent away for longer than this. */
const MOST_RETRY_MS = 30_000
/** A line that held this long was a good one: the next attempt comes soon. */
const STEADY_MS = 10_000

/** Follows the events until the returned function is called. */
export function startEventStream(options: EventStreamOptions): () => void {
  const { clock, network } = options
  const stopped = new AbortController()
  let lastSeq = options.after
  let lastByteAtMs = clock.now()
  let line = new AbortController()
  let pause = new AbortController()
  let isTooMuch = false
  /** What the last line asked for before it ended. */
  let askedDelayMs: number | undefined

  const unsubscribe = network.subscribe(() => {
    if (!isTooMuch) pause.abort()
    if (!network.online || clock.now() - lastByteAtMs > STALE_MS) line.abort()
  })
  void run()
  return () => {
    unsubscribe()
    stopped.abort()
    line.abort()
    pause.abort()
  }

  async function run() {
    for (let attempt = 0; !stopped.signal.aborted; attempt++) {
      if (!network.online) {
        options.onState({ state: 'offline' })
        await nap(SILENCE_MS)
        attempt = -1
        continue
      }
      const startedAtMs = clock.now()
      const failure = await follow().catch((error: unknown) => error)
      if (stopped.signal.aborted) return
      if (failure instanceof ProblemError && !isRetryable(failure)) return options.onRefused(failure)
      if (clock.now() - startedAtMs > STEADY_MS) attempt = 0
      const delayMs = retryAfterMs(failure) ?? askedDelayMs ?? backOffMs(attempt)
      isTooMuch = failure instanceof ProblemError && failure.isTooMuch
      options.onState({ state: 'waiting', retryAtMs: clock.now() + delayMs })
      await nap(delayMs)
    }
  }

  /** One connection, from opening to its end. */
  async function follow() {
    line = new AbortController()
    askedDelayMs = undefined
    options.onState({ state: 'connecting' })
    lastByteAtMs = clock.now()
    void watch(line)
    try {
      const { body } = await options.open(lastSeq, line.signal)
      options.onState({ state: 'open' })
      if (!body) return
      const onRetry = (delayMs: number) => (askedDelayMs = Math.min(delayMs, MOST_RETRY_MS))
      for await (const events of readEvents(body, onRetry)) {
        if (line.signal.aborted) return
        lastByteAtMs = clock.now()
        lastSeq = events.filter(isLogged).reduce((last, { seq }) => Math.max(last, seq), lastSeq)
        options.onAlive?.()
        if (events.length > 0) options.onEvents(events)
      }
    } finally {
      line.abort()
    }
  }

  async function watch({ signal }: AbortController) {
    while (!signal.aborted) {
      const silentMs = clock.now() - lastByteAtMs
      if (silentMs >= SILENCE_MS) return line.abort()
      // Whole milliseconds: a remainder too small to move the clock would never pass.
      await clock.sleep(Math.ceil(SILENCE_MS - silentMs), signal)
    }
  }

  async function nap(delayMs: number) {
    pause = new AbortController()
    await clock.sleep(delayMs, pause.signal)
  }
}
