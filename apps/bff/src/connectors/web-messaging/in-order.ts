import type { NormalizedMessage } from '@foyer/shared/platform/web-messaging/message'

/**
 * Live messages put in the order of their `channel.time`: the platform guarantees none (web-messaging.md §6). They are held
 * until none has come for `quietMs`, so that one that overtook another on the way can be put behind it: one alone waits no
 * longer than that, one of a burst `mostMs` at most. One that is later still stays late.
 */
export class InOrder {
  readonly #quietMs: number
  readonly #mostMs: number
  #held: { readonly message: NormalizedMessage; readonly arrivedMs: number }[] = []
  #lastMs = 0

  constructor(quietMs: number, mostMs: number) {
    this.#quietMs = quietMs
    this.#mostMs = mostMs
  }

  /** When the next of them has been held for long enough; undefined where none is held. */
  get dueMs(): number | undefined {
    const [first] = this.#held
    return first && Math.min(this.#lastMs + this.#quietMs, first.arrivedMs + this.#mostMs)
  }

  add(message: NormalizedMessage, nowMs: number): void {
    this.#held.push({ message, arrivedMs: nowMs })
    this.stir(nowMs)
  }

  /** It is not quiet yet: more may have come. */
  stir(nowMs: number): void {
    this.#lastMs = nowMs
  }

  /** Those whose time has come, and all that were said before them. */
  due(nowMs: number): NormalizedMessage[] {
    if (nowMs >= this.#lastMs + this.#quietMs) return this.all()
    const due = this.#held.filter(({ arrivedMs }) => arrivedMs + this.#mostMs <= nowMs)
    const last = due
      .map(({ message }) => timeOf(message))
      .sort()
      .at(-1)
    return last === undefined ? [] : this.#take((message) => timeOf(message) <= last)
  }

  all(): NormalizedMessage[] {
    return this.#take(() => true)
  }

  #take(isWanted: (message: NormalizedMessage) => boolean): NormalizedMessage[] {
    const taken = this.#held.filter(({ message }) => isWanted(message)).map(({ message }) => message)
    this.#held = this.#held.filter(({ message }) => !isWanted(message))
    return inOrder(taken)
  }
}

/** ISO 8601 in UTC with milliseconds: in order as text. */
const timeOf = ({ channel }: NormalizedMessage): string => channel?.time ?? ''

/** What has no time stays behind what it stood behind. */
export function inOrder(messages: readonly NormalizedMessage[]): NormalizedMessage[] {
  let time = ''
  const timed = messages.map((message) => ({ message, time: (time = timeOf(message) || time) }))
  return timed
    .sort((one, other) => (one.time < other.time ? -1 : one.time > other.time ? 1 : 0))
    .map(({ message }) => message)
}
