import * as v from 'valibot'
import type { TabChannel, Tabs } from '../api/tabs.ts'
import { eraseStorage } from './erase-storage.ts'
import type { GuestSession } from './session.svelte.ts'

/** The guest left; `deleted`: after what was said had been deleted on the platform, too. */
const How = v.picklist(['left', 'deleted'])
export type How = v.InferOutput<typeof How>
/** What the tab in which the guest left tells the others. Parsed: one of them may have an older version of the page. */
const Word = v.object({ how: How, conversationId: v.string(), isOver: v.boolean() })
type Word = v.InferOutput<typeof Word>

export interface DepartureOptions {
  session: GuestSession
  tabs: Tabs | undefined
  /** Where the page keeps what is of this tab, and what all tabs share. */
  tabStorage?: () => Storage
  browserStorage?: () => Storage
}

const CHANNEL = 'foyer.1.departure'

/** Leaving for good, as one does on a device that others use: nothing of the guest stays in this browser (S13, S34). */
export class Departure {
  readonly #options: DepartureOptions
  #channel: TabChannel | undefined
  #how = $state.raw<How>()

  constructor(options: DepartureOptions) {
    this.#options = options
  }

  /** How the guest left, here or in another tab; undefined once somebody turned to the chat again. */
  get how(): How | undefined {
    return this.#options.session.phase === 'idle' ? this.#how : undefined
  }

  /** Starts to follow the other tabs. Returns what stops it. */
  follow(): () => void {
    const channel = this.#options.tabs?.join(CHANNEL, (message) => this.#hear(message))
    this.#channel = channel
    return () => channel?.leave()
  }

  /**
   * Ends the session, then erases. Throws what the client throws, and has erased nothing then: with the cookie still good,
   * a reload would bring all of it back.
   */
  async leave(how: How = 'left'): Promise<void> {
    const { conversation } = this.#options.session
    if (!conversation) return // Another tab was first.
    const isOver = await conversation.leave()
    const word: Word = { how, conversationId: conversation.conversationId, isOver }
    this.#channel?.say(word)
    this.#erase(word)
  }

  /** A tab without a conversation may still hold words of the guest; one with another conversation is of a later session. */
  #hear(message: unknown) {
    const word = v.safeParse(Word, message)
    if (!word.success) return
    const { conversation } = this.#options.session
    if (!conversation || conversation.conversationId === word.output.conversationId) this.#erase(word.output)
  }

  /** Each tab erases what all share, too, once it writes there no more: the last to do so leaves nothing. */
  #erase({ how, isOver }: Word) {
    const { session, tabStorage = () => sessionStorage, browserStorage = () => localStorage } = this.#options
    session.forget()
    eraseStorage(tabStorage)
    if (isOver) eraseStorage(browserStorage)
    this.#how = how
  }
}
