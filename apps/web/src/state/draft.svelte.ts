import * as v from 'valibot'
import type { TabStorage } from './tab-storage.ts'

/** What stands in the composer. Survives a reload; only sending it, or the guest, takes it away. */
export class Draft {
  readonly #storage: TabStorage
  #text = $state.raw('')

  constructor(storage: TabStorage) {
    this.#storage = storage
  }

  get text(): string {
    return this.#text
  }

  write(text: string): void {
    this.#text = text
    this.#storage.write('draft', text || undefined)
  }

  /** What was written before a reload, unless something was typed since. */
  restore(): void {
    this.#text ||= this.#storage.read('draft', v.string()) ?? ''
  }

  /** Puts texts that could not be sent back, before what was typed since. */
  takeBack(texts: readonly string[]): void {
    if (texts.length > 0) this.write([...texts, this.#text].filter(Boolean).join('\n'))
  }
}
