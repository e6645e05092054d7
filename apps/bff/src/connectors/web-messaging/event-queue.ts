import type { ConnectorEvent } from '../connector.ts'

/** Events on their way to whoever iterates. One is gone when it was taken, not before: what its taker fails at comes again. */
export class EventQueue {
  readonly #events: ConnectorEvent[] = []
  #wake = Promise.withResolvers<undefined>()

  push(event: ConnectorEvent): void {
    this.#events.push(event)
    this.#wake.resolve(undefined)
  }

  /** Wakes the reader without an event: there may be none to come. */
  stir(): void {
    this.#wake.resolve(undefined)
  }

  /** Ends after `closed`, or when `isDone` and nothing is left. */
  async *read(isDone: () => boolean): AsyncGenerator<ConnectorEvent> {
    for (;;) {
      for (let event = this.#events[0]; event; event = this.#events[0]) {
        yield event
        this.#events.shift()
        if (event.type === 'closed') return
      }
      if (isDone()) return
      this.#wake = Promise.withResolvers()
      await this.#wake.promise
    }
  }
}
