import type { Config } from '@foyer/shared/protocol/config'

/** What the organisation set for its chat, as far as the page may know. The page works without it, too. */
export class Settings {
  readonly #read: () => Promise<Config>
  #config = $state.raw<Config>()
  #underWay: Promise<Config | undefined> | undefined

  constructor(read: () => Promise<Config>) {
    this.#read = read
  }

  /** Undefined until it has been read. */
  get config(): Config | undefined {
    return this.#config
  }

  /** Reads it, once for all who ask at a time. Resolves to what is known then; never rejects. */
  load(): Promise<Config | undefined> {
    this.#underWay ??= this.#ask().finally(() => (this.#underWay = undefined))
    return this.#underWay
  }

  async #ask() {
    try {
      this.#config = await this.#read()
    } catch {
      // No answer, or none for us: what was known serves on.
    }
    return this.#config
  }
}
