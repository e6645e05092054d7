import type { Conversation } from '@foyer/shared/protocol/conversation'
import type { EventPage, LoggedEvent, StreamEvent } from '@foyer/shared/protocol/event'
import type { Client } from '../api/client.ts'
import type { Clock } from '../api/clock.ts'
import type { StreamState } from '../api/event-stream.ts'
import type { Network } from '../api/network.ts'
import { startSharedStream } from '../api/shared-stream.ts'
import type { Tabs } from '../api/tabs.ts'
import { applyEvents } from '../timeline/apply-event.ts'
import { emptyTimeline, isMessage, isOwn, type Entry } from '../timeline/timeline.ts'
import type { Connection } from './connection.svelte.ts'
import { persist } from './persist.ts'

const PAGE_EVENTS = 100

/** Of history that has come: how many messages were said before. */
export interface Loaded {
  readonly messages: number
}

export interface ConversationLogOptions {
  client: Client
  clock: Clock
  network: Network
  connection: Connection
  /** The other tabs of this browser, with whom the stream is shared; undefined where that cannot be. */
  tabs: Tabs | undefined
  conversation: Conversation
  /** Nothing more will be told. */
  isOver(): boolean
  /** Each event, in order, as the stream tells it; those of the log are on the timeline right after. */
  onEvent(event: StreamEvent): void
  /** The timeline has something new. */
  onChanged(): void
  /** The session or the conversation is no more. */
  onGone(): void
}

/** The events of one conversation: its history, read from the end, and what its stream tells until `close`. */
export class ConversationLog {
  readonly #options: ConversationLogOptions
  readonly #closed = new AbortController()
  #stopStream = () => {}
  #reading: Promise<Loaded | undefined> | undefined
  #timeline = $state.raw(emptyTimeline)
  #hasEarlier = $state(false)
  #isLoading = $state(true)
  #arrivals = $state.raw<readonly Entry[]>([])
  #loaded = $state.raw<Loaded>()

  constructor(options: ConversationLogOptions) {
    this.#options = options
  }

  get timeline() {
    return this.#timeline
  }
  get hasEarlier(): boolean {
    return this.#hasEarlier
  }
  /** The history has been asked for, and is not here yet. */
  get isLoading(): boolean {
    return this.#isLoading
  }
  /** What others said or did last, as the stream told: what a guest who does not look should hear of. */
  get arrivals(): readonly Entry[] {
    return this.#arrivals
  }
  /** The history that was asked for last. */
  get loaded(): Loaded | undefined {
    return this.#loaded
  }

  /** Reads the history, in place of what is here, then follows the stream. */
  async open(): Promise<void> {
    this.#loaded = await this.#readAnew()
  }

  /** One page of history before what is here. Resolves when it is on the timeline, or could not be had. */
  async loadEarlier(): Promise<void> {
    if (this.#isLoading || !this.#hasEarlier) return
    this.#isLoading = true
    const { firstSeq } = this.#timeline
    const query = { before: firstSeq, limit: PAGE_EVENTS }
    // Refused or not answered: scrolling up again asks again; the stream reports what is wrong with the line.
    const page = await this.#read(query, this.#closed.signal).catch(() => undefined)
    // Read anew meanwhile: what came before the timeline that was would leave a gap before the one that is.
    if (this.#reading || this.#timeline.firstSeq !== firstSeq) return
    this.#isLoading = false
    if (!page) return
    this.#hasEarlier = page.earlier && page.events.length > 0
    this.#apply(page.events)
    this.#loaded = toLoaded(page.events, page.lastSeq)
  }

  close(): void {
    this.#closed.abort()
    this.#stopStream()
  }

  /** Resolves to how much of it had been said before. Whoever asks meanwhile gets what is being read already. */
  #readAnew(): Promise<Loaded | undefined> {
    return (this.#reading ??= this.#readFromEnd().finally(() => (this.#reading = undefined)))
  }

  async #readFromEnd(): Promise<Loaded | undefined> {
    this.#stopStream()
    this.#isLoading = true
    const page = await this.#readLatest()
    if (!page) return undefined
    // News is what the timeline did not have; to a page just loaded, what was said while the history was on its way.
    const newsAfter = Math.max(this.#options.conversation.lastSeq, this.#timeline.lastSeq)
    this.#timeline = emptyTimeline
    this.#hasEarlier = page.earlier
    this.#apply(page.events)
    this.#noteArrivals(newsAfter)
    this.#isLoading = false
    if (!this.#options.isOver()) this.#follow(page.lastSeq)
    return toLoaded(page.events, newsAfter)
  }

  async #readLatest(): Promise<EventPage | undefined> {
    const { network, clock, connection, onGone } = this.#options
    const { signal } = this.#closed
    try {
      const ask = () => this.#read({ limit: PAGE_EVENTS }, signal)
      return await persist(ask, { clock, network, connection, signal })
    } catch {
      if (!signal.aborted) onGone() // Refused for good: there is nothing here for us.
      return undefined
    }
  }

  #read(query: Parameters<Client['readMessages']>[1], signal: AbortSignal): Promise<EventPage> {
    const { client, conversation } = this.#options
    return client.readMessages(conversation.conversationId, query, signal)
  }

  #follow(after: number) {
    const { client, network, clock, tabs } = this.#options
    const { conversationId } = this.#options.conversation
    this.#stopStream = startSharedStream({
      name: `foyer.1.${conversationId}`,
      ...{ after, tabs, clock, network },
      open: (seq, signal) => client.followEvents(conversationId, seq, signal),
      onBehind: () => void this.#readAnew(),
      onEvents: (events) => this.#receive(events),
      onState: (state) => this.#report(state),
      onRefused: () => this.#options.onGone(),
    })
  }

  #receive(events: readonly StreamEvent[]) {
    const logged: LoggedEvent[] = []
    for (const event of events) {
      this.#options.onEvent(event)
      if (this.#closed.signal.aborted) return
      // What we were after is no longer kept: some of it may be gone for good.
      if (event.type === 'reset') return void this.#readAnew()
      if (event.type !== 'typing' && event.type !== 'connection' && event.type !== 'session') logged.push(event)
    }
    if (logged.length === 0) return
    const seenSeq = this.#timeline.lastSeq
    this.#apply(logged)
    this.#noteArrivals(seenSeq)
    if (this.#options.isOver()) this.#stopStream()
  }

  #apply(events: readonly LoggedEvent[]) {
    this.#timeline = applyEvents(this.#timeline, events)
    this.#options.onChanged()
  }

  #noteArrivals(seenSeq: number) {
    const fresh = this.#timeline.entries.filter((entry) => entry.seq > seenSeq)
    const arrivals = fresh.filter((entry) => !isMessage(entry) || !isOwn(entry))
    if (arrivals.length > 0) this.#arrivals = arrivals
  }

  #report(stream: StreamState) {
    const { connection } = this.#options
    if (stream.state === 'open') connection.up('stream')
    else connection.down('stream', stream.state === 'waiting' ? stream.retryAtMs : 0)
  }
}

function toLoaded(events: readonly LoggedEvent[], upToSeq: number): Loaded {
  return { messages: events.filter(({ type, seq }) => type === 'message' && seq <= upToSeq).length }
}
