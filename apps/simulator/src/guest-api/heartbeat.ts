import type { Clock } from '../clock.ts'
import type { LineSink } from '../rest/answer.ts'

/** A blank line this often keeps a quiet stream from looking dead (platform-api.md §5.5). */
const INTERVAL_MS = 15_000

/** One timer for every open stream; none while there is no stream. */
export class Heartbeat {
  readonly #clock: Clock
  readonly #streams = new Set<LineSink>()
  #cancel: (() => void) | undefined

  constructor(clock: Clock) {
    this.#clock = clock
  }

  add(stream: LineSink): void {
    this.#streams.add(stream)
    this.#cancel ??= this.#clock.after(INTERVAL_MS, () => this.#beat())
  }

  remove(stream: LineSink): void {
    this.#streams.delete(stream)
    if (this.#streams.size === 0) this.stop()
  }

  stop(): void {
    this.#cancel?.()
    this.#cancel = undefined
  }

  #beat(): void {
    this.#cancel = this.#clock.after(INTERVAL_MS, () => this.#beat())
    for (const stream of this.#streams) stream.write('')
  }
}
