import type { Conversation } from '@foyer/shared/protocol/conversation'
import type { Problem } from '@foyer/shared/protocol/problem'
import type { StartSession } from '@foyer/shared/protocol/session'
import type { Client } from '../api/client.ts'
import type { Clock } from '../api/clock.ts'
import type { Network } from '../api/network.ts'
import type { Tabs } from '../api/tabs.ts'
import { isRetryable, ProblemError, UnreachableError } from '../api/problem-error.ts'
import type { ChatForms } from './chat-forms.svelte.ts'
import type { Connection } from './connection.svelte.ts'
import type { ConversationState } from './conversation.svelte.ts'
import type { Draft } from './draft.svelte.ts'
import type { Outbox } from './outbox.svelte.ts'
import { persist } from './persist.ts'
import type { SessionHint } from './session-hint.ts'
import type { Settings } from './settings.svelte.ts'

/*
 *   idle ──▶ starting ──▶ open ──▶ gone        resuming: a reload finds out whether there is a session
 *    ▲        │ ▲ │ ▲               │          asking: there is none, and the organisation wants to know something first
 *    │        ▼ │ ▼ └──── start ────┘          refused, blocked: there is none, and why
 * resuming  asking refused | blocked             from each of them back to idle: the guest left for good
 */
export type SessionPhase = 'idle' | 'resuming' | 'asking' | 'starting' | 'open' | 'refused' | 'blocked' | 'gone'

export interface SessionOptions {
  client: Client
  clock: Clock
  network: Network
  connection: Connection
  draft: Draft
  outbox: Outbox
  settings: Settings
  /** Whether there may be a session already. */
  hint: SessionHint
  forms: ChatForms
  /** What the guest reads: a BCP 47 tag. */
  locale: string
  tabs: Tabs | undefined
  /** The code of a conversation comes after the first script. */
  loadConversation(): Promise<{ ConversationState: typeof ConversationState }>
}

/** The guest's session, from nothing to its end, and the conversation in it. No typed text is lost but by `forget`. */
export class GuestSession {
  readonly #options: SessionOptions
  #attempt = new AbortController()
  #phase = $state.raw<SessionPhase>('idle')
  #problem = $state.raw<Problem>()
  #conversation = $state.raw<ConversationState>()

  constructor(options: SessionOptions) {
    this.#options = options
  }

  get phase(): SessionPhase {
    return this.#phase
  }
  /** Why the start was refused. */
  get problem(): Problem | undefined {
    return this.#problem
  }
  get conversation(): ConversationState | undefined {
    return this.#conversation
  }
  /** Whether what the guest writes can be sent, now or as soon as the start has succeeded. */
  get canWrite(): boolean {
    const isOpen = !this.#conversation || this.#conversation.phase === 'open'
    return (
      isOpen &&
      this.#phase !== 'asking' &&
      this.#phase !== 'refused' &&
      this.#phase !== 'blocked' &&
      this.#phase !== 'gone'
    )
  }

  /** Takes up what an earlier load of the page began. Creates nothing, and asks nothing where there was none. */
  async resume(): Promise<void> {
    const { client, draft, outbox, hint } = this.#options
    if (!hint.isSet) return draft.takeBack(outbox.takeBack())
    const signal = this.#begin('resuming')
    try {
      const { conversationId } = await this.#persist(client.readSession, signal)
      this.#hasSession = true
      if (!conversationId) return this.#leave('idle')
      const read = (within: AbortSignal) => client.readConversation(conversationId, within)
      await this.#show(await this.#persist(read, signal), signal)
    } catch (error) {
      if (signal.aborted) return
      draft.takeBack(outbox.takeBack())
      if (error instanceof ProblemError && error.problem.status === 401) hint.write(false)
      this.#leave('idle')
      if (!(error instanceof ProblemError)) throw error
    }
  }

  /** Opens the chat, if it is not open yet: the guest turned to the composer, or asked for a new chat. */
  async start(): Promise<void> {
    if (this.#phase === 'resuming') return void (this.#isWanted = true)
    if (this.#phase === 'starting' || this.#phase === 'asking' || (this.#phase === 'open' && this.canWrite)) return
    const { client, hint } = this.#options
    this.#conversation?.close()
    this.#conversation = undefined
    const signal = this.#begin('starting')
    if ((await this.#mustAsk(signal)) || signal.aborted) return
    hint.write(true) // Before there is one: the answer may come when this page is gone.
    try {
      await this.#ask((within) => this.#startAlone(within), signal)
      this.#hasSession = true
      if (await this.#isCookieLost(signal)) return this.#refuse('blocked')
      await this.#show(await this.#ask(client.openConversation, signal), signal)
    } catch (error) {
      if (signal.aborted) return
      if (!(error instanceof ProblemError)) throw error
      this.#problem = error.problem
      this.#refuse('refused')
    }
  }

  /** What was asked before the chat is answered, or passed over (empty): now it starts. */
  async answer(profile: Pick<StartSession, 'name' | 'attributes'>): Promise<void> {
    this.#profile = profile
    this.#phase = 'idle'
    await this.start()
  }

  /** The outbox or the stream was told that nothing more can be said here. */
  close(error?: ProblemError): void {
    const { draft, outbox, hint } = this.#options
    draft.takeBack(outbox.takeBack())
    if (error && !error.isGone) return this.#conversation?.markEnded()
    hint.write(false)
    this.#hasSession = false
    this.#conversation?.close()
    this.#phase = 'gone'
  }

  /** The guest left for good: as if the page had just been loaded, and nothing been written. */
  forget(): void {
    const { draft, outbox } = this.#options
    this.#attempt.abort()
    outbox.takeBack()
    draft.write('')
    this.#isWanted = false
    this.#hasSession = false
    this.#profile = undefined
    this.#conversation?.close()
    this.#conversation = undefined
    this.#phase = 'idle'
  }

  #isWanted = false
  #hasSession = false
  /** What the guest told of themselves; undefined before they were asked. */
  #profile: Pick<StartSession, 'name' | 'attributes'> | undefined

  /** Only who is not known yet is asked: what they told goes with the session. */
  async #mustAsk(signal: AbortSignal): Promise<boolean> {
    if (this.#hasSession || this.#profile) return false
    const { preChat } = await this.#options.forms.load()
    if (preChat && !signal.aborted) this.#phase = 'asking'
    return !!preChat
  }

  /** Of two tabs that start at once the second finds the session of the first: two sessions would have one cookie. */
  async #startAlone(signal: AbortSignal) {
    const { client, locale, tabs } = this.#options
    const start = () => client.startSession({ ...this.#profile, locale }, signal)
    let started: ReturnType<typeof start> | undefined // by us, whether or not it succeeds
    await tabs?.lead('foyer.session', () => (started = start()), { signal: AbortSignal.timeout(ALONE_MS) })
    return started ?? start()
  }

  #begin(phase: 'resuming' | 'starting'): AbortSignal {
    this.#attempt.abort()
    this.#attempt = new AbortController()
    this.#phase = phase
    this.#problem = undefined
    return this.#attempt.signal
  }

  #leave(phase: 'idle') {
    this.#phase = phase
    if (this.#isWanted) void this.start()
    this.#isWanted = false
  }

  #refuse(phase: 'refused' | 'blocked') {
    const { draft, outbox } = this.#options
    draft.takeBack(outbox.takeBack())
    this.#phase = phase
  }

  async #show(conversation: Conversation, signal: AbortSignal) {
    const { client, clock, network, connection, draft, outbox, settings, tabs } = this.#options
    const { ConversationState } = await this.#options.loadConversation()
    if (signal.aborted) return
    const shown: ConversationState = new ConversationState({
      client,
      clock,
      network,
      connection,
      settings,
      tabs,
      conversation,
      onChanged: () => {
        outbox.settle(shown.timeline.entries)
        if (shown.phase !== 'open') draft.takeBack(outbox.takeBack())
      },
      onGone: () => this.close(),
    })
    this.#conversation = shown
    this.#phase = 'open'
    if (conversation.state === 'open') draft.takeBack(outbox.attach(conversation.conversationId))
    else draft.takeBack(outbox.takeBack())
    void shown.open()
  }

  /** The browser may have turned the cookie down: then the session is there, and is not ours. */
  async #isCookieLost(signal: AbortSignal): Promise<boolean> {
    try {
      await this.#ask(this.#options.client.readSession, signal)
      return false
    } catch (error) {
      if (error instanceof ProblemError && error.problem.status === 401) return true
      throw error
    }
  }

  /** For a start: what got no answer is tried again, and what was put off; a refusal is for the guest to see. */
  #ask<T>(request: (signal: AbortSignal) => Promise<T>, signal: AbortSignal): Promise<T> {
    return persist(request, { ...this.#options, signal, isWorthIt: isPutOff })
  }

  #persist<T>(request: (signal: AbortSignal) => Promise<T>, signal: AbortSignal): Promise<T> {
    return persist(request, { ...this.#options, signal, isWorthIt: isRetryable })
  }
}

/** The BFF answers within 15 s: a tab that starts for longer may be frozen, and is not waited for. */
const ALONE_MS = 20_000

/** Nothing is wrong but the moment: there was no answer, or one that says when to come again. */
function isPutOff(error: unknown): boolean {
  if (!(error instanceof ProblemError)) return error instanceof UnreachableError
  const { status, code } = error.problem
  return status === 429 || code === 'overloaded' || code === 'shutting-down'
}
