/** The texts under way, and what came back of them. Times are milliseconds of the monotonic clock. */
export class Echoes {
  readonly #dueAtMs = new Map<string, number>()
  #deadlineMs = Infinity
  latenciesMs: number[] = []
  /** Came back by the deadline. */
  inTime = 0
  /** Came back once more, or without having been sent. */
  doubled = 0

  /** Forgets what was; what is still missing is given up. */
  begin(deadlineMs: number): void {
    this.#dueAtMs.clear()
    this.#deadlineMs = deadlineMs
    this.latenciesMs = []
    this.inTime = 0
    this.doubled = 0
  }

  expect(text: string, dueAtMs: number): void {
    this.#dueAtMs.set(text, dueAtMs)
  }

  take(text: string, nowMs = performance.now()): void {
    const dueAtMs = this.#dueAtMs.get(text)
    if (dueAtMs === undefined) return void this.doubled++
    this.#dueAtMs.delete(text)
    this.latenciesMs.push(nowMs - dueAtMs)
    if (nowMs <= this.#deadlineMs) this.inTime++
  }

  get missing(): number {
    return this.#dueAtMs.size
  }
}
