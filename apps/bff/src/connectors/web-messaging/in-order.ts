import type { NormalizedMessage } from '@foyer/shared/platform/web-messaging/message'

/**
 * Live messages put in the order of their `channel.time`: the platform guarantees none (web-messaging.md §6). One is held
 * for `holdMs`, so that one that overtook it on the way can be put behind it; one that is later than that stays late.
 */
export class InOrder {
  readonly #holdMs: number
  readonly #held: { readonly message: NormalizedMessage; readonly dueMs: number }[] = []

  constructor(holdMs: number) {
    this.#holdMs = holdMs
  }

  get isEmpty(): boolean {
    return this.#held.length === 0
  }

  add(message: NormalizedMessage, nowMs: number): void {
    this.#held.push({ message, dueMs: nowMs + this.#holdMs })
  }

  /** Those whose time has come, and all that were said before them. */
  due(nowMs: number): NormalizedMessage[] {
    const due = this.#held.filter(({ dueMs }) => dueMs <= nowMs)
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
    const rest = this.#held.filter(({ message }) => !isWanted(message))
    this.#held.splice(0, this.#held.length, ...rest)
    return inOrder(taken)
  }
}

/** ISO 8601 in UTC with milliseconds: in order as text. */
const timeOf = ({ channel }: NormalizedMessage): string => channel?.time ?? ''

export const inOrder = (messages: readonly NormalizedMessage[]): NormalizedMessage[] =>
  [...messages].sort((one, other) => (timeOf(one) < timeOf(other) ? -1 : timeOf(one) > timeOf(other) ? 1 : 0))
