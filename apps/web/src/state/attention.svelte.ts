import * as v from 'valibot'
import type { PageFocus } from '../api/page-focus.ts'
import type { Tabs } from '../api/tabs.ts'
import { isMessage, messagesAfter, type Entry, type MessageEntry } from '../timeline/timeline.ts'
import type { Chime } from './chime.ts'
import type { DesktopNotice } from './desktop-notice.ts'
import type { GuestPreferences } from './preferences.svelte.ts'
import type { SharedValue } from './shared-value.ts'

/** Up to where this browser has shown the conversation to the guest. */
export const Seen = v.object({ conversationId: v.string(), seq: v.number() })
export type Seen = v.InferOutput<typeof Seen>

interface Followed {
  readonly conversationId: string
  readonly isLoading: boolean
  readonly timeline: { readonly entries: readonly Entry[]; readonly lastSeq: number }
}

export interface AttentionOptions {
  conversation: Followed
  pageFocus: PageFocus
  tabs: Tabs | undefined
  seen: SharedValue<Seen>
  preferences: GuestPreferences
  chime: Chime
  desktopNotice: DesktopNotice
  /** What a notification says of a message. */
  describe(message: MessageEntry): { title: string; body: string }
}

const LOOKING = 'foyer.1.looking'

/**
 * What a guest who is elsewhere should hear of. In all tabs of a browser a message is seen once it was seen in one; it
 * sounds, and notifies, in one tab, and in none while the guest is looking at any.
 */
export class Attention {
  readonly #options: AttentionOptions
  #seenSeq = $state<number>()
  #lower = () => {}

  readonly unread = $derived.by(() => {
    const { isLoading, timeline } = this.#options.conversation
    if (isLoading || this.#seenSeq === undefined) return 0
    return messagesAfter(timeline.entries, this.#seenSeq).length
  })

  constructor(options: AttentionOptions) {
    this.#options = options
    this.#recall()
  }

  /** Starts to follow the guest and the other tabs. Returns what stops it. */
  follow(): () => void {
    const { pageFocus, seen } = this.#options
    const stops = [pageFocus.subscribe(() => this.look()), seen.subscribe(() => this.#recall())]
    this.look()
    return () => {
      this.#lower()
      for (const stop of stops) stop()
    }
  }

  /** Call when the timeline or the guest has moved: what stands there is seen by who looks. */
  look(): void {
    const { conversation, pageFocus, tabs, seen } = this.#options
    this.#lower()
    this.#lower = pageFocus.isLooking && tabs ? tabs.raise(LOOKING) : () => {}
    if (conversation.isLoading || (!pageFocus.isLooking && this.#seenSeq !== undefined)) return
    const { lastSeq } = conversation.timeline
    if (lastSeq <= (this.#seenSeq ?? -1)) return
    this.#seenSeq = lastSeq
    seen.write({ conversationId: conversation.conversationId, seq: lastSeq })
  }

  /** Others said something, or something happened. */
  async arrived(arrivals: readonly Entry[]): Promise<void> {
    const message = arrivals.filter(isMessage).at(-1)
    if (!message || (await this.#isLookedAt())) return
    const { preferences, chime, desktopNotice, conversation, describe } = this.#options
    const { sound, notifications } = preferences.now
    if (sound && chime.isReady && (await this.#isMine('sound', message))) chime.play()
    if (!notifications || desktopNotice.permission !== 'granted') return
    if (await this.#isMine('notice', message))
      desktopNotice.show({ ...describe(message), tag: conversation.conversationId })
  }

  async #isLookedAt(): Promise<boolean> {
    const { pageFocus, tabs } = this.#options
    return pageFocus.isLooking || ((await tabs?.isRaised(LOOKING)) ?? false)
  }

  #isMine(what: string, { messageId }: MessageEntry): Promise<boolean> {
    return this.#options.tabs?.claim(`foyer.1.${what}.${messageId}`) ?? Promise.resolve(true)
  }

  #recall() {
    const { conversation, seen } = this.#options
    const known = seen.read()
    if (known?.conversationId === conversation.conversationId) this.#seenSeq = Math.max(known.seq, this.#seenSeq ?? 0)
  }
}
