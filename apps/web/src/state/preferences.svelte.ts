import * as v from 'valibot'
import type { SharedValue } from './shared-value.ts'

/** How the guest wants to be told of messages. `notifications` asks nothing: the browser's permission is another matter. */
export const Preferences = v.object({ sound: v.boolean(), notifications: v.boolean() })
export type Preferences = v.InferOutput<typeof Preferences>

const UNASKED: Preferences = { sound: true, notifications: false }

/** What the guest chose, in every tab. */
export class GuestPreferences {
  readonly #stored: SharedValue<Preferences>
  #now = $state.raw(UNASKED)

  constructor(stored: SharedValue<Preferences>) {
    this.#stored = stored
    this.#now = stored.read() ?? UNASKED
  }

  get now(): Preferences {
    return this.#now
  }

  /** Starts to follow what other tabs choose. Returns what stops it. */
  follow(): () => void {
    return this.#stored.subscribe(() => (this.#now = this.#stored.read() ?? UNASKED))
  }

  change(change: Partial<Preferences>): void {
    this.#now = { ...this.#now, ...change }
    this.#stored.write(this.#now)
  }
}
