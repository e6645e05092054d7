import type { Clock } from '../clock.ts'
import type { OutgoingMessage, UpstreamSession } from '../connectors/connector.ts'
import { retryInMs } from '../connectors/retry.ts'
import { UpstreamError } from '../connectors/upstream-error.ts'
import type { Logger } from '../logger.ts'
import { carryOn } from '../telemetry/work.ts'

/** How long a message is tried before the guest is told that it did not get through. */
const GIVE_UP_AFTER_MS = 10 * 60_000
/** After a failure of the store, which is nobody's to hurry. */
const STORE_FAILED_MS = 15_000

export interface OutboxParts {
  readonly upstream: Pick<UpstreamSession, 'send'>
  readonly clock: Clock
  readonly logger: Logger
  readonly signal: AbortSignal
  /** The platform took it, `waitedMs` after it was added. */
  sent(message: OutgoingMessage, upstreamId: string | undefined, waitedMs: number): Promise<void>
  /** The platform will not take it. */
  failed(message: OutgoingMessage, error: UpstreamError): Promise<void>
  /** Reads the platform's record; resolves to whether the message still has to be sent. */
  reconcile(message: OutgoingMessage): Promise<boolean>
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

  get isEmpty(): boolean {
    return this.#queue.length === 0
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
        // The store failed, perhaps after the platform had taken the message.
        next.mayHaveArrived = true
        logger.error({ event: 'outbox-failed', err: error })
        await clock.sleep(STORE_FAILED_MS, stopped).catch(() => undefined)
      }
    }
    this.#running = undefined
  }

  async #deliver({ message, mayHaveArrived, addedAtMs }: Entry): Promise<void> {
    const { upstream, clock, sent, failed, reconcile, waiting } = this.#parts
    const giveUpAtMs = clock.monotonic() + GIVE_UP_AFTER_MS
    let isOpen = mayHaveArrived
    for (let attempt = 0; ; attempt++) {
      this.#stopped.throwIfAborted()
      try {
        if (isOpen && !(await reconcile(message))) return
        const { upstreamId } = await upstream.send(message)
        return await sent(message, upstreamId, clock.monotonic() - addedAtMs)
      } catch (error) {
        if (!(error instanceof UpstreamError)) throw error
        if (!error.retryable || clock.monotonic() >= giveUpAtMs) {
          const isThere = error.outcome === 'unknown' && !(await this.#isMissing(message))
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
  async #isMissing(message: OutgoingMessage): Promise<boolean> {
    try {
      return await this.#parts.reconcile(message)
    } catch (error) {
      if (error instanceof UpstreamError) return true
      throw error
    }
  }
}
