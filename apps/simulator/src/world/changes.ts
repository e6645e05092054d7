import type { Conversation } from './conversation.ts'
import type { Entity } from './entity.ts'

/** What happened in the world, for those who watch all of it: the agent console and the scenarios. */
export type Change =
  | { readonly type: 'opened' | 'updated'; readonly conversation: Conversation }
  | { readonly type: 'entity'; readonly conversation: Conversation; readonly entity: Entity }
  | {
      readonly type: 'typing'
      readonly conversation: Conversation
      readonly by: 'guest' | 'agent'
      readonly typing: boolean
    }
  | { readonly type: 'reset' }

export type ChangeListener = (change: Change) => void

export class Changes {
  readonly #listeners = new Set<ChangeListener>()

  /** Nobody watching costs a message nothing. */
  publish(change: Change): void {
    for (const listener of this.#listeners) listener(change)
  }

  /** Returns what stops it. */
  watch(listener: ChangeListener): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }
}
