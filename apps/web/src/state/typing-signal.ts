import type { Clock } from '../api/clock.ts'

/** The platform forgets a typing guest after this; telling it more often says nothing new. */
const REPEAT_MS = 5000

/** Tells the other side that the guest is typing, or is not any more. */
export class TypingSignal {
  readonly #clock: Clock
  readonly #tell: (typing: boolean) => Promise<unknown>
  #toldAtMs: number | undefined

  constructor(clock: Clock, tell: (typing: boolean) => Promise<unknown>) {
    this.#clock = clock
    this.#tell = tell
  }

  typed(text: string): void {
    if (!text.trim()) return this.stopped()
    const nowMs = this.#clock.now()
    if (this.#toldAtMs !== undefined && nowMs - this.#toldAtMs < REPEAT_MS) return
    this.#toldAtMs = nowMs
    this.#send(true)
  }

  stopped(): void {
    if (this.#toldAtMs === undefined) return
    this.#toldAtMs = undefined
    this.#send(false)
  }

  #send(typing: boolean) {
    this.#tell(typing).catch(() => {
      // A courtesy: whoever waits for the message learns of any real trouble from the message itself.
    })
  }
}
