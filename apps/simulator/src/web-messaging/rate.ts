/** Things counted in windows of a fixed length, one after the other. */
export class Rate {
  readonly #windowMs: number
  #startedAtMs = -Infinity
  #count = 0

  constructor(windowMs: number) {
    this.#windowMs = windowMs
  }

  /** Counts one; answers the seconds to wait when that was one too many, else undefined. */
  exceed(allowed: number, nowMs: number): number | undefined {
    if (nowMs >= this.#startedAtMs + this.#windowMs) {
      this.#startedAtMs = nowMs
      this.#count = 0
    }
    this.#count += 1
    if (this.#count <= allowed) return undefined
    return Math.max(1, Math.ceil((this.#startedAtMs + this.#windowMs - nowMs) / 1000))
  }
}
