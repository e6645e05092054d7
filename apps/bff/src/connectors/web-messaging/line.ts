import type { ServerFrame, SessionResponse } from '@foyer/shared/platform/web-messaging/server-frames'
import { backOffMs } from '../../clock.ts'
import type { ConnectorEvent } from '../connector.ts'
import { UpstreamError } from '../upstream-error.ts'
import { configure } from './configure.ts'
import { readUsable, replaceToken } from './credential.ts'
import { lostSession, refusalOf, silenceOf, type WebMessagingOperation } from './error-codes.ts'
import { LinkGate } from './link-gate.ts'
import { openLink, type Link } from './link.ts'
import type { SessionParts } from './session-parts.ts'
import { inputIn, isUp, next, START, type Ending, type SessionInput, type SessionState } from './session-state.ts'
import { HandshakeRefused } from './socket.ts'

/** The first attempt after a loss comes at once, later ones ever more rarely (web-messaging.md §12). */
const AT_ONCE = { baseMs: 200, capMs: 200 }
const RETRY = { baseMs: 1_000, capMs: 30_000 }
const LEAST_WAIT_MS = 100
/** After so long without a line the session says so, and ends; whoever iterates it may begin again. */
const GIVE_UP_MS = 5 * 60_000

export type LineEvent = Extract<ConnectorEvent, { type: 'up' | 'down' | 'closed' }>

export interface LineListener {
  /** A session was configured: what has to be done before commands may use the line. */
  readonly onSession: (session: SessionResponse) => Promise<void>
  readonly onFrame: (frame: ServerFrame) => void
  readonly onEvent: (event: LineEvent) => void
  /** Nothing more comes until it is started again. */
  readonly onStopped: () => void
}

/** A session's way to the platform: one socket at a time, any number one after the other (§10, §12). */
export class Line {
  readonly #parts: SessionParts
  readonly #listener: LineListener
  readonly #gate = new LinkGate()
  #state: SessionState = START
  #link: Link | undefined
  #running: Promise<void> | undefined
  #lastUpMs = 0
  /** Why there is no line, where the platform said so. */
  #refusal: UpstreamError | undefined

  constructor(parts: SessionParts, listener: LineListener) {
    this.#parts = parts
    this.#listener = listener
  }

  get state(): SessionState {
    return this.#state
  }
  get isRunning(): boolean {
    return this.#running !== undefined
  }

  /** Goes on until its end; after a refusal, and after giving up, it may be started again. */
  start(): void {
    const { signal, clock } = this.#parts
    if (this.#running || signal.aborted) return
    if (this.#state.name === 'over' && this.#state.why.by !== 'refusal') return this.#tellEnd(this.#state.why)
    this.#state = START
    this.#lastUpMs = clock.monotonic()
    this.#running = this.#run().finally(() => {
      this.#running = undefined
      this.#gate.fail(this.#refusal ?? silenceOf('open', 'SESSION_CLOSED', 'not-sent'))
      this.#listener.onStopped()
    })
  }

  /** The line, once commands may use it. Throws UpstreamError: `not-sent` when it does not come up in time, or never will. */
  async ready(operation: WebMessagingOperation, timeoutMs: number, signal?: AbortSignal): Promise<Link> {
    if (this.#state.name === 'over') throw this.#errorOf(this.#state.why)
    this.start()
    return this.#gate.pass(operation, timeoutMs, signal)
  }

  /** Asks over the socket there is, also while nobody else may use it yet. */
  async ask(frame: object, operation: WebMessagingOperation, signal?: AbortSignal): Promise<ServerFrame> {
    if (!this.#link) throw silenceOf(operation, 'SOCKET_LOST', 'not-sent')
    return this.#link.ask(frame, operation, { signal })
  }

  /** Something happened to the session; a socket that it has no use for any more is closed. */
  input(input: SessionInput): void {
    this.#state = next(this.#state, input)
    if (isUp(this.#state)) return
    this.#gate.shut()
    if (this.#state.name === 'over' || this.#state.name === 'waiting') this.#link?.close()
  }

  async #run(): Promise<void> {
    const { signal, clock, slot } = this.#parts
    for (;;) {
      await this.#live().catch((error: unknown) => this.#fail(error))
      if (signal.aborted) return
      if (this.#state.name === 'over') {
        const { why } = this.#state
        if (why.by === 'sign-in') await replaceToken(slot).catch((error: unknown) => this.#tellNotReplaced(error))
        return this.#tellEnd(why)
      }
      const error = this.#refusal ?? silenceOf('open', 'SOCKET_LOST', 'not-sent')
      this.#refusal = undefined
      if (clock.monotonic() - this.#lastUpMs > GIVE_UP_MS) {
        return this.#listener.onEvent({ type: 'closed', error })
      }
      // Many lines are told the same time by an open breaker, or by a platform that is short of breath.
      const retryInMs = Math.max(error.retryAfterMs ?? 0, this.#backOffMs())
      this.#listener.onEvent({ type: 'down', error, retryInMs })
      await clock.sleep(retryInMs, signal).catch(() => undefined)
      if (signal.aborted) return
      this.input({ type: 'retry' })
    }
  }

  #backOffMs(): number {
    const failures = 'failures' in this.#state ? this.#state.failures : 1
    return LEAST_WAIT_MS + backOffMs(failures - 1, failures > 1 ? RETRY : AT_ONCE)
  }

  /** One socket, from its opening to its loss. Throws UpstreamError, HandshakeRefused, or what broke the line. */
  async #live(): Promise<void> {
    const { slot, conversationId, deploymentId, deployment, linkParts, signal, clock } = this.#parts
    const { startsByItself } = await deployment.read()
    const { token, isFresh = false, conversationId: current } = await readUsable(slot)
    if (current !== conversationId) return this.input({ type: 'displaced' })
    const lost = Promise.withResolvers<undefined>()
    let isLeft = false
    const link = await openLink(
      linkParts(token),
      {
        onFrame: (frame) => {
          if (isLeft) return
          this.#listener.onFrame(frame)
          const input = inputIn(frame)
          if (input) this.input(input)
        },
        onLost: () => {
          // By then another may have taken its place.
          if (isLeft) return
          this.#link = undefined
          this.input({ type: 'lost' })
          lost.resolve(undefined)
        },
      },
      signal,
    )
    this.#link = link
    try {
      this.input({ type: 'opened' })
      const session = await configure(link, { token, conversationId, deploymentId, isFresh, startsByItself, slot })
      if (session === 'forgotten') return this.input({ type: 'expired' })
      const { connected, readOnly, newSession } = session
      this.input({ type: 'session', connected, readOnly: readOnly ?? false, newSession: newSession ?? false })
      await this.#listener.onSession(session)
      if (this.#link && isUp(this.#state)) {
        this.#lastUpMs = clock.monotonic()
        this.#listener.onEvent({ type: 'up' })
        this.#gate.open(link)
      }
      await lost.promise
    } finally {
      isLeft = true
      this.#link = undefined
      link.close()
    }
  }

  /** The session is over all the same, and says so. */
  #tellNotReplaced(error: unknown): void {
    this.#parts.logger.error({ event: 'token-not-replaced', err: error })
  }

  #fail(error: unknown): void {
    const { signal, logger } = this.#parts
    if (signal.aborted) return
    if (error instanceof HandshakeRefused) {
      this.#refusal = refusalOf('open', error.status)
      return this.input({ type: 'refused', status: error.status })
    }
    if (error instanceof UpstreamError) {
      this.#refusal = error
      return this.input(error.retryable ? { type: 'lost' } : { type: 'refused', status: 403 })
    }
    logger.error({ event: 'session-failed', err: error })
    this.input({ type: 'lost' })
  }

  #tellEnd(why: Ending): void {
    const isError = why.by === 'refusal' || why.by === 'displaced'
    this.#listener.onEvent({ type: 'closed', ...(isError && { error: this.#errorOf(why) }) })
  }

  #errorOf(why: Ending): UpstreamError {
    if (why.by === 'refusal') return this.#refusal ?? refusalOf(why.operation, why.code)
    return why.by === 'displaced'
      ? lostSession('conversation-not-found', 'the guest is in another conversation by now')
      : lostSession('conversation-ended', 'the session is over')
  }
}
