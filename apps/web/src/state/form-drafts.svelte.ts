import * as v from 'valibot'
import type { TabStorage } from './tab-storage.ts'

/** A form that is being filled in: the values by question, and the page it is open at (one past the last: the summary). */
const FormDraft = v.object({ filled: v.record(v.string(), v.array(v.string())), page: v.number() })
export type FormDraft = v.InferOutput<typeof FormDraft>
const Drafts = v.record(v.string(), FormDraft)

/** Forms begun and not sent, by the message that brought them. Survive a reload, and being scrolled out of sight. */
export class FormDrafts {
  readonly #storage: TabStorage
  #drafts = $state.raw<Readonly<Record<string, FormDraft>>>({})

  constructor(storage: TabStorage) {
    this.#storage = storage
    this.#drafts = storage.read('forms', Drafts) ?? {}
  }

  /** Undefined while the form has not been begun. */
  of(messageId: string): FormDraft | undefined {
    return this.#drafts[messageId]
  }

  write(messageId: string, draft: FormDraft): void {
    this.#change({ ...this.#drafts, [messageId]: draft })
  }

  discard(messageId: string): void {
    this.#change(Object.fromEntries(Object.entries(this.#drafts).filter(([id]) => id !== messageId)))
  }

  #change(drafts: Readonly<Record<string, FormDraft>>) {
    this.#drafts = drafts
    this.#storage.write('forms', Object.keys(drafts).length > 0 ? drafts : undefined)
  }
}
