import { inspect } from 'node:util'

const REDACTED = '[redacted]'

/** A secret of ours (S2): printed, serialised or put into a text it says nothing; only who asks for it by name has it. */
export class Secret {
  readonly #value: string
  constructor(value: string) {
    this.#value = value
  }

  reveal(): string {
    return this.#value
  }
  toString(): string {
    return REDACTED
  }
  toJSON(): string {
    return REDACTED
  }
  [inspect.custom](): string {
    return REDACTED
  }
}
