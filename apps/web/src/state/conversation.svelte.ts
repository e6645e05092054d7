import type { StreamEvent } from '@foyer/shared/protocol/event'
import type { Rating } from '@foyer/shared/protocol/forms'
import type { TranscriptFormat } from '@foyer/shared/protocol/transcript'
import { ProblemError } from '../api/problem-error.ts'
import { uploadFile } from '../api/upload.ts'
import { presentParticipants } from '../timeline/present-participants.ts'
import { answersIn, isMessage } from '../timeline/timeline.ts'
import { Avatars } from './avatars.svelte.ts'
import { ConversationLog, type ConversationLogOptions } from './conversation-log.svelte.ts'
import { FormDrafts } from './form-drafts.svelte.ts'
import { persist } from './persist.ts'
import type { Settings } from './settings.svelte.ts'
import { createTabStorage } from './tab-storage.ts'
import { TypingParticipants } from './typing-participants.svelte.ts'
import { TypingSignal } from './typing-signal.ts'
import { Uploads } from './uploads.svelte.ts'

/** The session ends at `at`; `extendable`: unless the guest says that they are still here. */
export interface Expiry {
  readonly at: string
  readonly extendable: boolean
}

export interface ConversationOptions extends Omit<ConversationLogOptions, 'isOver' | 'onEvent'> {
  settings: Settings
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
  readonly #log: ConversationLog
  readonly #closed = new AbortController()
  #isEnded = $state(false)
  #expiry = $state.raw<Expiry>()
  #mayMiss = $state(false)
  #isCleared = $state(false)

  readonly participants = $derived.by(() => {
    const { participants, lastSeq: seq } = this.#options.conversation
    return presentParticipants({ participants, seq }, this.timeline.entries)
  })
  readonly answers = $derived(answersIn(this.timeline.entries))
  readonly #lastState = $derived(this.timeline.entries.findLast((entry) => entry.type === 'conversation'))
  readonly phase = $derived.by(() => {
    if (this.#isEnded) return 'ended'
    // What the log says of its end holds, whatever was said of the conversation meanwhile.
    const state = this.#lastState?.state ?? this.#options.conversation.state
    return state === 'cleared' ? 'ended' : state
  })

  constructor(options: ConversationOptions) {
    const { conversation, client, clock, settings } = options
    this.#options = options
    this.conversationId = conversation.conversationId
    this.#log = new ConversationLog({
      ...options,
      isOver: () => this.phase === 'ended',
      onEvent: (event) => this.#hear(event),
    })
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
    return this.#log.timeline
  }
  get hasEarlier() {
    return this.#log.hasEarlier
  }
  get isLoading() {
    return this.#log.isLoading
  }
  get arrivals() {
    return this.#log.arrivals
  }
  get loaded() {
    return this.#log.loaded
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
  /** How the session will end; undefined while that is far. */
  get expiry(): Expiry | undefined {
    return this.#expiry
  }
  /** Everything was deleted, for good. */
  get isCleared(): boolean {
    return this.#isCleared || this.timeline.clearedSeq > 0
  }
  /** What was said while nobody could tell us may be missing from the timeline. */
  get mayMiss(): boolean {
    return this.#mayMiss
  }

  /** Reads the history, then follows the stream. */
  open(): Promise<void> {
    return this.#log.open()
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

  loadEarlier(): Promise<void> {
    return this.#log.loadEarlier()
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

  /** Ends the session. False where another tab has begun a new chat since: that goes on. Throws what the client throws. */
  async leave(): Promise<boolean> {
    const { client } = this.#options
    try {
      const { conversationId = this.conversationId } = await client.readSession()
      if (conversationId !== this.conversationId) return false
      await client.endSession()
    } catch (error) {
      const isOver = error instanceof ProblemError && error.problem.status === 401
      if (!isOver) throw error
    }
    return true
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
    const messages = this.timeline.entries.filter(isMessage)
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
    this.#log.close()
    this.uploads.close()
    this.avatars.close()
    this.typing.clear()
    for (const line of ['stream', 'upstream'] as const) this.#options.connection.up(line)
  }

  #hear(event: StreamEvent) {
    this.typing.apply(event)
    if (event.type === 'reset') this.#mayMiss = true
    else if (event.type === 'connection') this.#reportUpstream(event)
    else if (event.type === 'session' && event.state === 'expired') this.#options.onGone()
    else if (event.type === 'session') this.#expiry = toExpiry(event)
    else if (event.type === 'message' && event.from.role === 'guest') this.#expiry = undefined
  }

  #reportUpstream({ state, retryAt }: StreamEvent & { type: 'connection' }) {
    const { connection } = this.#options
    // Without a history on the platform, what an agent said in between reaches nobody.
    if (state === 'down' && !this.#options.conversation.capabilities.history) this.#mayMiss = true
    if (state === 'up') connection.up('upstream')
    else connection.down('upstream', retryAt ? Date.parse(retryAt) : 0)
  }
}

function toExpiry({ state, expiresAt, extendable = true }: StreamEvent & { type: 'session' }): Expiry | undefined {
  return state === 'expiring' && expiresAt ? { at: expiresAt, extendable } : undefined
}
