import type { Clock } from '../clock.ts'
import type { OutgoingMessage, UpstreamSession } from '../connectors/connector.ts'
import { within } from '../connectors/deadline.ts'
import { retryInMs } from '../connectors/retry.ts'
import { UpstreamError } from '../connectors/upstream-error.ts'
import type { Logger } from '../logger.ts'
import { toStoreError } from '../storage/store-error.ts'
import { carryOn } from '../telemetry/work.ts'

/** How long a message is tried before the guest is told that it did not get through. */
const GIVE_UP_AFTER_MS = 10 * 60_000
/** So long a try may take at least: the message's time may have gone while those before it were tried. */
const TRY_MS = 60_000
/** Longest wait after a failure of our own, of the store for instance, which is nobody's to hurry; half of it at least. */
const FAILED_MS = 15_000

export interface OutboxParts {
  readonly upstream: Pick<UpstreamSession, 'send'>
  readonly clock: Clock
  readonly logger: Logger
  readonly signal: AbortSignal
  /** The platform took it, `waitedMs` after it was added. */
  sent(message: OutgoingMessage, upstreamId: string | undefined, waitedMs: number): Promise<void>
  /** The platform will not take it; without an error the fault is our own. */
  failed(message: OutgoingMessage, error: UpstreamError | undefined): Promise<void>
  /** Reads the platform's record; resolves to whether the message still has to be sent. */
  reconcile(message: OutgoingMessage, signal: AbortSignal): Promise<boolean>
  /** The next attempt is made in so many milliseconds. */
  waiting(error: UpstreamError, retryInMs: number): void
}

interface Entry {
  readonly message: OutgoingMessage
  readonly addedAtMs: number
  mayHaveArrived: boolean
  /** Delivers it as part of the request that brought it, in logs and traces. */
  readonly asPartOf: ReturnType<typeof carryOn>
}

/**
 * A conversation's messages on their way to the platform, one at a time and in order: none overtakes another. A message
 * whose outcome is not known is looked for in the platform's record before it is sent again.
 */
export class Outbox {
  readonly #parts: OutboxParts
  readonly #queue: Entry[] = []
  readonly #parking = new AbortController()
  /** Nothing new is begun: the conversation is let go of, or the process is about to end. */
  readonly #stopped: AbortSignal
  #running: Promise<void> | undefined

  constructor(parts: OutboxParts) {
    this.#parts = parts
    this.#stopped = AbortSignal.any([parts.signal, this.#parking.signal])
  }

  get size(): number {
    return this.#queue.length
  }

  /** `mayHaveArrived`: an earlier process may have sent it already. The same message again changes nothing. */
  add(message: OutgoingMessage, mayHaveArrived: boolean): void {
    if (this.#queue.some((entry) => entry.message.messageId === message.messageId)) return
    this.#queue.push({ message, mayHaveArrived, addedAtMs: this.#parts.clock.monotonic(), asPartOf: carryOn() })
    this.#running ??= this.#run()
  }

  /** Resolves when the message on its way, if there is one, has arrived or failed; the others are not sent any more. */
  async park(): Promise<void> {
    this.#parking.abort()
    await this.#running
  }

  async #run(): Promise<void> {
    const { logger, clock } = this.#parts
    const stopped = this.#stopped
    // Once stopped: what is queued is pending in the log, and taken up when the conversation is opened.
    for (let next = this.#queue[0]; next && !stopped.aborted; next = this.#queue[0]) {
      try {
        const entry = next
        await entry.asPartOf(() => this.#deliver(entry))
        this.#queue.shift()
      } catch (error) {
        if (stopped.aborted) break
        // Perhaps after the platform had taken the message.
        next.mayHaveArrived = true
        logger.error({ event: 'outbox-failed', err: error })
        if (await this.#givesUp(next, error)) this.#queue.shift()
        else await clock.sleep(FAILED_MS * (1 - Math.random() / 2), stopped).catch(() => undefined)
      }
    }
    this.#running = undefined
  }

  /** While the store fails nothing can be said of it either: that is waited for. */
  async #givesUp({ message, addedAtMs, asPartOf }: Entry, error: unknown): Promise<boolean> {
    const { clock, logger, failed } = this.#parts
    if (toStoreError(error) || clock.monotonic() < addedAtMs + GIVE_UP_AFTER_MS) return false
    try {
      await asPartOf(() => failed(message, undefined))
      return true
    } catch (failure) {
      logger.error({ event: 'outbox-failed', err: failure })
      return false
    }
  }

  /** Tried once in any case: the time may have gone while those before it were tried. */
  async #deliver({ message, mayHaveArrived, addedAtMs }: Entry): Promise<void> {
    const { upstream, clock, sent, failed, waiting } = this.#parts
    const giveUpAtMs = addedAtMs + GIVE_UP_AFTER_MS
    let isOpen = mayHaveArrived
    for (let attempt = 0; ; attempt++) {
      this.#stopped.throwIfAborted()
      try {
        if (isOpen && !(await this.#reconcile(message, giveUpAtMs))) return
        const { upstreamId } = await this.#inTime(giveUpAtMs, (signal) => upstream.send(message, signal))
        return await sent(message, upstreamId, clock.monotonic() - addedAtMs)
      } catch (error) {
        if (!(error instanceof UpstreamError)) throw error
        if (!error.retryable || clock.monotonic() >= giveUpAtMs) {
          const isThere = error.outcome === 'unknown' && !(await this.#isMissing(message, giveUpAtMs))
          return isThere ? undefined : await failed(message, error)
        }
        isOpen ||= error.outcome === 'unknown'
        // However long the platform asks for, the guest is told by then.
        const leftMs = giveUpAtMs - clock.monotonic()
        const waitMs = Math.min(retryInMs(attempt, error), leftMs)
        waiting(error, waitMs)
        await clock.sleep(waitMs, this.#stopped)
      }
    }
  }

  /** True also when the platform's record cannot be read. */
  async #isMissing(message: OutgoingMessage, giveUpAtMs: number): Promise<boolean> {
    try {
      return await this.#reconcile(message, giveUpAtMs)
    } catch (error) {
      if (error instanceof UpstreamError) return true
      throw error
    }
  }

  #reconcile(message: OutgoingMessage, giveUpAtMs: number): Promise<boolean> {
    return this.#inTime(giveUpAtMs, (signal) => this.#parts.reconcile(message, signal))
  }

  /** Ends what waits for the platform with the outbox, or when the message's time is up. */
  #inTime<Result>(giveUpAtMs: number, work: (signal: AbortSignal) => Promise<Result>): Promise<Result> {
    return within(Math.max(giveUpAtMs - this.#parts.clock.monotonic(), TRY_MS), this.#stopped, work)
  }
}
