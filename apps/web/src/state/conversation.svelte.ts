import type { Conversation } from '@foyer/shared/protocol/conversation'
import type { Rating } from '@foyer/shared/protocol/forms'
import type { TranscriptFormat } from '@foyer/shared/protocol/transcript'
import type { EventPage, LoggedEvent, StreamEvent } from '@foyer/shared/protocol/event'
import type { Client } from '../api/client.ts'
import type { Clock } from '../api/clock.ts'
import type { StreamState } from '../api/event-stream.ts'
import type { Network } from '../api/network.ts'
import { startSharedStream } from '../api/shared-stream.ts'
import type { Tabs } from '../api/tabs.ts'
import { applyEvents } from '../timeline/apply-event.ts'
import { presentParticipants } from '../timeline/present-participants.ts'
import { answersIn, emptyTimeline, isMessage, isOwn, type Entry } from '../timeline/timeline.ts'
import { Avatars } from './avatars.svelte.ts'
import type { Connection } from './connection.svelte.ts'
import { FormDrafts } from './form-drafts.svelte.ts'
import { persist } from './persist.ts'
import type { Settings } from './settings.svelte.ts'
import { uploadFile } from '../api/upload.ts'
import { createTabStorage } from './tab-storage.ts'
import { TypingParticipants } from './typing-participants.svelte.ts'
import { TypingSignal } from './typing-signal.ts'
import { Uploads } from './uploads.svelte.ts'

const PAGE_EVENTS = 100

/** The session ends at `at`; `extendable`: unless the guest says that they are still here. */
export interface Expiry {
  readonly at: string
  readonly extendable: boolean
}

/** Of history that has come: how many messages were said before. */
export interface Loaded {
  readonly messages: number
}

export interface ConversationOptions {
  client: Client
  clock: Clock
  network: Network
  connection: Connection
  settings: Settings
  /** The other tabs of this browser, with whom the stream is shared; undefined where that cannot be. */
  tabs: Tabs | undefined
  conversation: Conversation
  /** The timeline has something new. */
  onChanged(): void
  /** The session or the conversation is no more. */
  onGone(): void
}

/** One conversation as it is shown: its events so far, kept up to date by its stream until `close`. */
export class ConversationState {
  readonly conversationId: string
  readonly typing: TypingParticipants
  readonly typingSignal: TypingSignal
  readonly uploads: Uploads
  readonly avatars: Avatars
  readonly formDrafts: FormDrafts
  readonly #options: ConversationOptions
  readonly #closed = new AbortController()
  #stopStream = () => {}
  #timeline = $state.raw(emptyTimeline)
  #hasEarlier = $state(false)
  #isLoading = $state(true)
  #isEnded = $state(false)
  #expiry = $state.raw<Expiry>()
  #mayMiss = $state(false)
  #isCleared = $state(false)
  #arrivals = $state.raw<readonly Entry[]>([])
  #loaded = $state.raw<Loaded>()
  #reading: Promise<Loaded | undefined> | undefined

  readonly participants = $derived.by(() => {
    const { participants, lastSeq: seq } = this.#options.conversation
    return presentParticipants({ participants, seq }, this.#timeline.entries)
  })
  readonly answers = $derived(answersIn(this.#timeline.entries))
  readonly #lastState = $derived(this.#timeline.entries.findLast((entry) => entry.type === 'conversation'))
  readonly phase = $derived.by(() => {
    if (this.#isEnded) return 'ended'
    const { state, lastSeq } = this.#options.conversation
    const later = this.#lastState && this.#lastState.seq > lastSeq ? this.#lastState.state : state
    return later === 'cleared' ? 'ended' : later
  })

  constructor(options: ConversationOptions) {
    const { conversation, client, clock, settings } = options
    this.#options = options
    this.conversationId = conversation.conversationId
    this.typing = new TypingParticipants(clock)
    const storage = createTabStorage(() => sessionStorage)
    this.avatars = new Avatars((messageId, address) => this.readPicture(messageId, address))
    this.formDrafts = new FormDrafts(storage)
    this.uploads = new Uploads({
      storage,
      // A platform that did not answer when the page was loaded may do so now.
      readLimits: async () => settings.config?.limits.uploads ?? (await settings.load())?.limits.uploads,
      upload: (file, uploading) => uploadFile(this.conversationId, file, uploading),
      remove: (attachmentId) => client.removeAttachment(this.conversationId, attachmentId),
    })
    this.typingSignal = new TypingSignal(clock, async (typing) => {
      if (conversation.capabilities.typing && this.phase === 'open') await client.setTyping(this.conversationId, typing)
    })
  }

  get timeline() {
    return this.#timeline
  }
  get canEnd(): boolean {
    return this.#options.conversation.capabilities.end && this.phase === 'open'
  }
  get canClear(): boolean {
    return this.#options.conversation.capabilities.clear && this.phase === 'open'
  }
  get canAttach(): boolean {
    return this.#options.conversation.capabilities.attachments && this.phase === 'open'
  }
  get hasEarlier(): boolean {
    return this.#hasEarlier
  }
  /** The history has been asked for, and is not here yet. */
  get isLoading(): boolean {
    return this.#isLoading
  }
  /** How the session will end; undefined while that is far. */
  get expiry(): Expiry | undefined {
    return this.#expiry
  }
  /** Everything was deleted, for good. */
  get isCleared(): boolean {
    return this.#isCleared || this.#timeline.clearedSeq > 0
  }
  /** What was said while nobody could tell us may be missing from the timeline. */
  get mayMiss(): boolean {
    return this.#mayMiss
  }
  /** What others said or did last, as the stream told: what a guest who does not look should hear of. */
  get arrivals(): readonly Entry[] {
    return this.#arrivals
  }
  /** The history that was asked for last. */
  get loaded(): Loaded | undefined {
    return this.#loaded
  }

  /** Reads the history, then follows the stream. */
  async open(): Promise<void> {
    this.#loaded = await this.#readAnew()
  }

  /** Reads the history anew, as the guest asked: what may have been missing is there now, or nowhere. */
  async reload(): Promise<void> {
    await this.open()
    this.#mayMiss = false
  }

  /** The guest is still here: the session does not end yet. */
  async stay(): Promise<void> {
    const { client, clock, network, connection } = this.#options
    const { signal } = this.#closed
    try {
      await persist((within) => client.startSession({}, within), { clock, network, connection, signal })
      this.#expiry = undefined
    } catch {
      if (!signal.aborted) this.#options.onGone() // Refused: it has ended by now.
    }
  }

  /** One page of history before what is here. Resolves when it is on the timeline, or could not be had. */
  async loadEarlier(): Promise<void> {
    if (this.#isLoading || !this.#hasEarlier) return
    this.#isLoading = true
    const query = { before: this.#timeline.firstSeq, limit: PAGE_EVENTS }
    try {
      const page = await this.#options.client.readMessages(this.conversationId, query, this.#closed.signal)
      this.#hasEarlier = page.earlier && page.events.length > 0
      this.#apply(page.events)
      this.#loaded = toLoaded(page.events, page.lastSeq)
    } catch {
      // Scrolling up again asks again; the stream reports what is wrong with the line.
    }
    this.#isLoading = false
  }

  /** Ends the conversation on the platform. Throws what the client throws. */
  async end(): Promise<void> {
    await this.#options.client.endConversation(this.conversationId)
    this.#isEnded = true
    this.typing.clear()
  }

  /** Wipes what was said, on the platform and here, for good. Throws what the client throws. */
  async clear(): Promise<void> {
    await this.#options.client.clearConversation(this.conversationId)
    this.#isEnded = true
    this.#isCleared = true
    this.typing.clear()
  }

  /** The bytes of a file in this conversation. Throws what the client throws. */
  readAttachment(attachmentId: string): Promise<Blob> {
    return this.#options.client.readAttachment(this.conversationId, attachmentId, this.#closed.signal)
  }

  /** A picture that a message names. Throws what the client throws. */
  readPicture(messageId: string, url: string): Promise<Blob> {
    return this.#options.client.readMedia(this.conversationId, messageId, url, this.#closed.signal)
  }

  get isRated(): boolean {
    return this.#options.conversation.rated
  }

  /** Throws what the client throws. */
  async rate(score: Rating['score']): Promise<void> {
    await this.#options.client.rateConversation(this.conversationId, { score })
  }

  /** The conversation as a file. Throws what the client throws. */
  readTranscript(format: TranscriptFormat): Promise<Blob> {
    return this.#options.client.readTranscript(this.conversationId, format)
  }

  /** What can still be read, in short; undefined where nothing was said. */
  get summary(): { with: readonly string[]; startedAt: string; messages: number } | undefined {
    const messages = this.#timeline.entries.filter(isMessage)
    const others = messages.map(({ from }) => from).filter(({ role }) => role === 'agent' || role === 'bot')
    const names = others.flatMap(({ name }) => name ?? [])
    if (messages.length === 0) return undefined
    return {
      with: names.filter((name, at) => names.indexOf(name) === at),
      startedAt: this.#options.conversation.startedAt,
      messages: messages.length,
    }
  }

  /** The BFF said it is over before the stream did. */
  markEnded(): void {
    this.#isEnded = true
  }

  close(): void {
    this.#closed.abort()
    this.#stopStream()
    this.uploads.close()
    this.avatars.close()
    this.typing.clear()
    for (const line of ['stream', 'upstream'] as const) this.#options.connection.up(line)
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
    if (this.phase !== 'ended') this.#follow(page.lastSeq)
    return toLoaded(page.events, newsAfter)
  }

  #follow(after: number) {
    const { client, network, clock } = this.#options
    this.#stopStream = startSharedStream({
      name: `foyer.1.${this.conversationId}`,
      tabs: this.#options.tabs,
      onBehind: () => void this.#readAnew(),
      open: (seq, signal) => client.followEvents(this.conversationId, seq, signal),
      after,
      clock,
      network,
      onEvents: (events) => this.#receive(events),
      onState: (state) => this.#report(state),
      onRefused: () => this.#options.onGone(),
    })
  }

  async #readLatest(): Promise<EventPage | undefined> {
    const { client, network, clock, connection, onGone } = this.#options
    const { signal } = this.#closed
    const ask = () => client.readMessages(this.conversationId, { limit: PAGE_EVENTS }, signal)
    try {
      return await persist(ask, { clock, network, connection, signal })
    } catch {
      if (!signal.aborted) onGone() // Refused for good: there is nothing here for us.
      return undefined
    }
  }

  #receive(events: readonly StreamEvent[]) {
    const logged: LoggedEvent[] = []
    for (const event of events) {
      this.typing.apply(event)
      if (event.type === 'reset') return this.#resetTo()
      if (event.type === 'connection') this.#reportUpstream(event)
      else if (event.type === 'session' && event.state === 'expired') return this.#options.onGone()
      else if (event.type === 'session') this.#expiry = toExpiry(event)
      else if (event.type !== 'typing') logged.push(event)
    }
    if (logged.length === 0) return
    if (logged.some((event) => event.type === 'message' && event.from.role === 'guest')) this.#expiry = undefined
    const seenSeq = this.#timeline.lastSeq
    this.#apply(logged)
    this.#noteArrivals(seenSeq)
    if (this.phase === 'ended') this.#stopStream()
  }

  #noteArrivals(seenSeq: number) {
    const fresh = this.#timeline.entries.filter((entry) => entry.seq > seenSeq)
    const arrivals = fresh.filter((entry) => entry.type !== 'message' || !isOwn(entry))
    if (arrivals.length > 0) this.#arrivals = arrivals
  }

  /** What we were after is no longer kept: some of it may be gone for good. */
  #resetTo() {
    this.#mayMiss = true
    void this.#readAnew()
  }

  #apply(events: readonly LoggedEvent[]) {
    this.#timeline = applyEvents(this.#timeline, events)
    this.#options.onChanged()
  }

  #report(stream: StreamState) {
    const { connection } = this.#options
    if (stream.state === 'open') connection.up('stream')
    else connection.down('stream', stream.state === 'waiting' ? stream.retryAtMs : 0)
  }

  #reportUpstream({ state, retryAt }: StreamEvent & { type: 'connection' }) {
    const { connection } = this.#options
    // Without a history on the platform, what an agent said in between reaches nobody.
    if (state === 'down' && !this.#options.conversation.capabilities.history) this.#mayMiss = true
    if (state === 'up') connection.up('upstream')
    else connection.down('upstream', retryAt ? Date.parse(retryAt) : 0)
  }
}

function toLoaded(events: readonly LoggedEvent[], upToSeq: number): Loaded {
  return { messages: events.filter(({ type, seq }) => type === 'message' && seq <= upToSeq).length }
}

function toExpiry({ state, expiresAt, extendable = true }: StreamEvent & { type: 'session' }): Expiry | undefined {
  return state === 'expiring' && expiresAt ? { at: expiresAt, extendable } : undefined
}
