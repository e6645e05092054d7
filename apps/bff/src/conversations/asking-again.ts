import { setImmediate as turnOfTheLoop } from 'node:timers/promises'
import type { Clock } from '../clock.ts'
import type { UpstreamError } from '../connectors/upstream-error.ts'

const FIRST_MS = 5_000
const MOST_MS = 5 * 60_000

/**
 * When a platform that refused a conversation is asked again: ever more rarely, and of our own accord only where that can
 * help. Any other refusal is final (web-messaging.md §2.3) until the guest does something.
 */
export class AskingAgain {
  readonly #clock: Clock
  #refusals = 0
  /** The platform is asked as soon as the guest does something. */
  #isDue = false
  #asked: Promise<void> | undefined
  #acted = Promise.withResolvers<undefined>()

  constructor(clock: Clock) {
    this.#clock = clock
  }

  admitted(): void {
    this.#refusals = 0
  }

  guestActed(): void {
    if (this.#isDue) this.#asked = turnOfTheLoop()
    this.#acted.resolve(undefined)
  }

  /** Resolves when what the guest does may begin: where it is time to, the platform is asked again first. */
  get asked(): Promise<void> | undefined {
    return this.#asked
  }

  /** Resolves when it is time to ask; rejects when the signal aborts. Without a refusal the fault was our own. */
  async wait(refusal: UpstreamError | undefined, signal: AbortSignal): Promise<void> {
    this.#acted = Promise.withResolvers()
    await this.#clock.sleep(Math.min(FIRST_MS * 2 ** this.#refusals++, MOST_MS), signal)
    if (!refusal || mayBeMended(refusal)) return
    const { promise, reject } = Promise.withResolvers<undefined>()
    const stop = () => reject(signal.reason as Error)
    signal.addEventListener('abort', stop, { once: true })
    this.#isDue = true
    await Promise.race([this.#acted.promise, promise]).finally(() => {
      this.#isDue = false
      signal.removeEventListener('abort', stop)
    })
  }
}

/** A platform that is away comes back, and a scope may be granted while the guest waits. */
const mayBeMended = ({ retryable, code }: UpstreamError) => retryable || code === 'scope-missing'
