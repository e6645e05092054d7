import type { Clock } from '../api/clock.ts'
import { retryAfterMs } from '../api/problem-error.ts'

/** No more often, whatever is typed, sent and typed again (ux.md §6): the platform shows it for about as long. */
const REPEAT_MS = 5000

/** Tells the other side that the guest is typing, or is not any more. */
export class TypingSignal {
  readonly #clock: Clock
  readonly #tell: (typing: boolean) => Promise<unknown>
  /** Of typing: whether it was told, and is not over. */
  #isTold = false
  #nextAtMs = 0
  #quietUntilMs = 0

  constructor(clock: Clock, tell: (typing: boolean) => Promise<unknown>) {
    this.#clock = clock
    this.#tell = tell
  }

  typed(text: string): void {
    if (!text.trim()) return this.stopped()
    const nowMs = this.#clock.now()
    if (nowMs < Math.max(this.#nextAtMs, this.#quietUntilMs)) return
    this.#nextAtMs = nowMs + REPEAT_MS
    this.#isTold = true
    this.#send(true)
  }

  stopped(): void {
    if (!this.#isTold) return
    this.#isTold = false
    if (this.#clock.now() >= this.#quietUntilMs) this.#send(false)
  }

  /** What was typed is sent: that it is no longer being typed, the message says itself. */
  sent(): void {
    this.#isTold = false
  }

  #send(typing: boolean) {
    this.#tell(typing).catch((error: unknown) => {
      // A courtesy: whoever waits for the message learns of any real trouble from the message itself.
      this.#quietUntilMs = Math.max(this.#quietUntilMs, this.#clock.now() + (retryAfterMs(error) ?? 0))
    })
  }
}
