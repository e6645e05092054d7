import type { ConversationStore } from './conversation-store.ts'
import type { ConversationRecord } from './conversation.ts'
import { inTurn } from '../in-turn.ts'

/**
 * The record of one conversation as the store has it: a change holds once it is kept, and one is made after the other, so
 * that none undoes another. Where the cursor got to is known before it is kept: read again, nothing comes twice.
 */
export class KeptRecord {
  readonly #store: ConversationStore
  #current: ConversationRecord
  #keptCursor: string | undefined
  readonly #inTurn = inTurn()

  constructor(record: ConversationRecord, store: ConversationStore) {
    this.#store = store
    this.#current = record
    this.#keptCursor = record.cursor
  }

  get current(): ConversationRecord {
    return this.#current
  }

  moveCursor(cursor: string | undefined): void {
    if (cursor !== undefined) this.#current = { ...this.#current, cursor }
  }

  async keepCursor(): Promise<void> {
    if (this.#current.cursor !== this.#keptCursor) await this.change({})
  }

  /** Throws StoreError; then nothing has changed. */
  change(change: Partial<ConversationRecord>): Promise<void> {
    return this.#inTurn(() => this.#write(change))
  }

  async #write(change: Partial<ConversationRecord>): Promise<void> {
    const next = { ...this.#current, ...change }
    await this.#store.write(next)
    this.#keptCursor = next.cursor
    this.#current = { ...this.#current, ...change }
  }
}
