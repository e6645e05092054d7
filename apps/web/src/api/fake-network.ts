import type { Network } from './network.ts'

/** A network for tests, and for the gallery: pulled and plugged by hand. */
export class FakeNetwork implements Network {
  online = true
  readonly #listeners = new Set<() => void>()

  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  go(online: boolean): void {
    this.online = online
    this.wake()
  }

  /** The page is looked at again. */
  wake(): void {
    for (const listener of [...this.#listeners]) listener()
  }
}
