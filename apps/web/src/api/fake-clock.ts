import type { Clock } from './clock.ts'

/** A clock for tests, and for the gallery: time passes when it is told to. */
export class FakeClock implements Clock {
  #nowMs: number
  readonly #sleepers = new Set<{ wakeAtMs: number; wake(): void }>()

  constructor(nowMs = 1_000_000) {
    this.#nowMs = nowMs
  }

  now(): number {
    return this.#nowMs
  }

  sleep(delayMs: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      if (signal?.aborted) return resolve()
      const sleeper = {
        wakeAtMs: this.#nowMs + delayMs,
        wake: () => {
          this.#sleepers.delete(sleeper)
          signal?.removeEventListener('abort', sleeper.wake)
          resolve()
        },
      }
      this.#sleepers.add(sleeper)
      signal?.addEventListener('abort', sleeper.wake)
    })
  }

  /** Lets this much time pass, waking in order whoever slept, and lets what follows from it happen. */
  async pass(ms: number): Promise<void> {
    const endMs = this.#nowMs + ms
    await settled()
    for (;;) {
      const [next] = [...this.#sleepers].sort((one, other) => one.wakeAtMs - other.wakeAtMs)
      if (!next || next.wakeAtMs > endMs) break
      this.#nowMs = next.wakeAtMs
      next.wake()
      await settled()
    }
    this.#nowMs = endMs
    await settled()
  }
}

/** Everything that was only waiting for its turn has had it. */
export async function settled(): Promise<void> {
  for (let turn = 0; turn < 5; turn++) await new Promise((resolve) => nextTurn(resolve))
}

/** Browsers, where the gallery runs, have no `setImmediate`. */
const nextTurn = globalThis.setImmediate ?? ((resolve: () => void) => setTimeout(resolve))
