import type { Clock } from './clock.ts'

/** A clock whose timers can all be forgotten at once, so that nothing fires after the simulator has closed. */
export class ClosableClock implements Clock {
  readonly #clock: Clock
  readonly #pending = new Set<() => void>()
  #isClosed = false

  constructor(clock: Clock) {
    this.#clock = clock
  }

  now(): number {
    return this.#clock.now()
  }

  after(delayMs: number, task: () => void): () => void {
    if (this.#isClosed) return () => undefined
    const cancelTimer = this.#clock.after(delayMs, () => {
      this.#pending.delete(cancel)
      task()
    })
    const cancel = () => {
      this.#pending.delete(cancel)
      cancelTimer()
    }
    this.#pending.add(cancel)
    return cancel
  }

  close(): void {
    this.#isClosed = true
    for (const cancel of this.#pending) cancel()
  }
}
