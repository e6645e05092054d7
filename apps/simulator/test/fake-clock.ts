import type { Clock } from '../src/clock.ts'

/** Time that moves when it is told to. */
export class FakeClock implements Clock {
  #nowMs = Date.parse('2026-11-22T10:00:00.000Z')
  readonly #tasks = new Map<object, { atMs: number; task: () => void }>()

  now(): number {
    return this.#nowMs
  }

  after(delayMs: number, task: () => void): () => void {
    const key = {}
    this.#tasks.set(key, { atMs: this.#nowMs + delayMs, task })
    return () => void this.#tasks.delete(key)
  }

  /** How many timers wait. */
  get pending(): number {
    return this.#tasks.size
  }

  /** Lets time pass and runs what falls due, in order. */
  advance(ms: number): void {
    const untilMs = this.#nowMs + ms
    for (;;) {
      const [next] = [...this.#tasks].filter(([, { atMs }]) => atMs <= untilMs).sort(([, a], [, b]) => a.atMs - b.atMs)
      if (!next) break
      const [key, { atMs, task }] = next
      this.#tasks.delete(key)
      this.#nowMs = Math.max(this.#nowMs, atMs)
      task()
    }
    this.#nowMs = untilMs
  }
}
