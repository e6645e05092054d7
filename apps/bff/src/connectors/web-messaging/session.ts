import type { NormalizedMessage } from '@foyer/shared/platform/web-messaging/message'
import type { ServerFrame, SessionResponse } from '@foyer/shared/platform/web-messaging/server-frames'
import type { UploadLimits } from '@foyer/shared/protocol/config'
import { backOffMs } from '../../clock.ts'
import type { ConnectorEvent, IncomingFile, OutgoingMessage, UpstreamSession } from '../connector.ts'
import { UpstreamError } from '../upstream-error.ts'
import { Attachments } from './attachments.ts'
import { changeCredential, readCredential } from './credential.ts'
import { isAfter, laterOf, readCursor, withMargin, writeCursor, type Place } from './cursor.ts'
import { lostSession, refusalIn, refusalOf, silenceOf, type WebMessagingOperation } from './error-codes.ts'
import { EventQueue } from './event-queue.ts'
import { History } from './history.ts'
import { InOrder, inOrder } from './in-order.ts'
import { openLink, type Link } from './link.ts'
import { clearMessage, joinMessage, toPlatformMessage, typingMessage } from './outgoing.ts'
import { Pace, TypingPace } from './pacing.ts'
import { next, START, type SessionInput, type SessionState } from './session-state.ts'
import type { SessionParts } from './session-parts.ts'
import { HandshakeRefused } from './socket.ts'
import { isReadOnly, translate, upstreamIdOf } from './translate.ts'
import { limitsIn } from './upload-limits.ts'

/** How long a command waits for the line. */
const READY_MS = 10_000
const TYPING_READY_MS = 3_000
/** The first attempt after a loss comes at once, later ones ever more rarely (web-messaging.md §12). */
const AT_ONCE = { baseMs: 200, capMs: 200 }
const RETRY = { baseMs: 1_000, capMs: 30_000 }
/** After so long without a line the session says so, and ends; whoever iterates it may begin again. */
const GIVE_UP_MS = 5 * 60_000
/** How long a live message is held for one that it overtook. */
const HOLD_MS = 100
/** So many messages are known again when they repeat; the log knows the rest. */
const MAX_SEEN = 1_000

/** One conversation over Web Messaging: one socket at a time, any number one after the other (§10, §12). */
export class Session implements UpstreamSession {
  readonly #parts: SessionParts
  readonly #queue = new EventQueue()
  readonly #history: History
  #attachments: Attachments | undefined
  readonly #messages: Pace
  readonly #typing: TypingPace
  readonly #arriving = new InOrder(HOLD_MS)
  readonly #seen = new Set<string>()
  #state: SessionState = START
  #link: Link | undefined
  #ready = Promise.withResolvers<Link>()
  #running: Promise<void> | undefined
  #place: Place | undefined
  /** The session's own, where it told any; `none`: no files. */
  #limits: UploadLimits | 'none' | undefined
  #isCatchingUp = false
  #flushing: NodeJS.Timeout | undefined
  #lastUpMs: number
  #lastRefusal: UpstreamError | undefined

  constructor(parts: SessionParts) {
    const { clock, limits, http, logger } = parts
    this.#parts = parts
    this.#place = readCursor(parts.cursor)
    this.#lastUpMs = clock.monotonic()
    this.#ready.promise.catch(() => undefined)
    this.#messages = new Pace(clock, limits.messagesPerSecond, 1_000)
    this.#typing = new TypingPace(clock)
    const getJwt = async (signal?: AbortSignal) => {
      const frame = await this.#ask({ action: 'getJwt' }, 'history', signal)
      if (frame.class === 'JwtResponse') return frame.body
      throw refusalIn(frame, 'history') ?? refusalOf('history', 5000)
    }
    this.#history = new History({ http, getJwt, pace: new Pace(clock, limits.historyPerMinute, 60_000), clock, logger })
  }

  get files(): Attachments | undefined {
    if (!this.#parts.deployment.known?.uploads) return undefined
    this.#attachments ??= new Attachments({
      ask: (frame, signal) => this.#askReady(frame, 'file', signal),
      limits: () => (this.#limits === 'none' ? undefined : (this.#limits ?? this.#parts.deployment.known?.uploads)),
      media: this.#parts.media,
    })
    return this.#attachments
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<ConnectorEvent> {
    this.#start()
    yield* this.#queue.read(() => this.#running === undefined)
  }

  async send(message: OutgoingMessage, signal?: AbortSignal): Promise<{ upstreamId?: string | undefined }> {
    const { messageId } = message
    await this.#untilReady('send', READY_MS, signal)
    await this.#messages.turn(signal)
    const link = await this.#untilReady('send', READY_MS, signal)
    if (this.#state.name === 'read-only') throw refusalOf('send', 409)
    const { attributes } = await readCredential(this.#parts.slot)
    const body = toPlatformMessage(message, attributes)
    const answer = await link.ask({ action: 'onMessage', message: body }, 'send', { tracingId: messageId, signal })
    const refusal = refusalIn(answer, 'send')
    if (refusal) throw await this.#refused(refusal, answer)
    if (attributes) await changeCredential(this.#parts.slot, { attributes: undefined })
    this.#typing.reset()
    return answer.class === 'StructuredMessage' ? { upstreamId: upstreamIdOf(answer.body) } : {}
  }

  async readRecord(cursor: string | undefined, signal?: AbortSignal): Promise<ConnectorEvent[]> {
    await this.#untilReady('history', READY_MS, signal)
    const from = readCursor(cursor)
    const messages = await this.#history.readFrom(from?.time, signal)
    return messages.filter((message) => !from || isAfter(message, from)).flatMap((message) => this.#toEvents(message))
  }

  async typing(typing: boolean, signal?: AbortSignal): Promise<void> {
    // There is no word for typing no more; the indicator goes by itself (§8.1).
    if (!typing || !this.#parts.deployment.known?.showsUserTyping) return
    const link = await this.#untilReady('send', TYPING_READY_MS, signal).catch(() => undefined)
    if (!link || this.#state.name !== 'configured' || !this.#typing.isDue()) return
    await this.#messages.turn(signal)
    await link.tell({ action: 'onMessage', message: typingMessage })
  }

  readonly readPicture = (address: string, signal?: AbortSignal): Promise<IncomingFile> =>
    this.#parts.media.fetch(address, signal)

  /** Leaves for good (§4.9). */
  async end(signal?: AbortSignal): Promise<void> {
    if (this.#state.name === 'over') return
    const answer = await this.#askReady({ action: 'closeSession', closeAllConnections: true }, 'end', signal)
    const refusal = refusalIn(answer, 'end')
    if (refusal && refusal.code !== 'conversation-ended') throw refusal
    this.#finish({ type: 'left' })
  }

  /** Wipes what was said, for good (§9.7). */
  readonly clear = async (signal?: AbortSignal): Promise<void> => {
    const answer = await this.#askReady({ action: 'onMessage', message: clearMessage }, 'clear', signal)
    const refusal = refusalIn(answer, 'clear')
    if (refusal) throw refusal
    // Its echo is the platform's word that it is done; the news of it ends the session.
    this.#finish({ type: 'cleared' })
  }

  attend(): void {
    // A socket costs the same whether anybody looks or not.
  }

  #start(): void {
    if (this.#running || this.#parts.signal.aborted) return
    if (this.#state.name === 'over' && this.#state.why.by === 'refusal') this.#state = START
    if (this.#state.name === 'over') return this.#queue.push({ type: 'closed' })
    this.#state = START
    this.#lastUpMs = this.#parts.clock.monotonic()
    this.#running = this.#run().finally(() => {
      this.#running = undefined
      this.#ready.reject(this.#lastRefusal ?? silenceOf('open', 'SESSION_CLOSED', 'not-sent'))
      this.#ready = Promise.withResolvers()
      this.#ready.promise.catch(() => undefined)
      this.#queue.stir()
    })
  }

  async #run(): Promise<void> {
    const { signal, clock, logger } = this.#parts
    while (!signal.aborted && this.#state.name !== 'over') {
      try {
        await this.#live()
      } catch (error) {
        if (!signal.aborted && !(error instanceof UpstreamError)) logger.error({ event: 'session-failed', err: error })
        this.#fail(error)
      }
      if (signal.aborted || this.#isOver()) break
      const error = this.#lastRefusal ?? silenceOf('open', 'SOCKET_LOST', 'not-sent')
      this.#lastRefusal = undefined
      if (clock.monotonic() - this.#lastUpMs > GIVE_UP_MS) return this.#queue.push({ type: 'closed', error })
      const failures = 'failures' in this.#state ? this.#state.failures : 1
      const retryInMs = error.retryAfterMs ?? 100 + backOffMs(failures - 1, failures > 1 ? RETRY : AT_ONCE)
      this.#queue.push({ type: 'down', error, retryInMs })
      await clock.sleep(retryInMs, signal).catch(() => undefined)
      this.#input({ type: 'retry' })
    }
    if (!signal.aborted) this.#tellEnd()
  }

  /** One socket, from its opening to its loss. Throws UpstreamError, HandshakeRefused, or what broke the line. */
  async #live(): Promise<void> {
    const { slot, conversationId, deployment, signal } = this.#parts
    const facts = await deployment.read()
    const { token, isFresh, conversationId: current } = await readCredential(slot)
    if (current !== conversationId) {
      this.#lastRefusal = lostSession('conversation-not-found', 'the guest is in another conversation by now')
      return this.#finish({ type: 'expired' })
    }
    const lost = Promise.withResolvers<undefined>()
    const link = await openLink(
      { ...this.#parts.linkParts(token) },
      {
        onFrame: (frame) => this.#take(frame),
        onLost: () => {
          this.#link = undefined
          this.#input({ type: 'lost' })
          lost.resolve(undefined)
        },
      },
      signal,
    )
    this.#link = link
    try {
      this.#input({ type: 'opened' })
      this.#isCatchingUp = true
      const session = await this.#configure(link, isFresh ?? false)
      if (session) await this.#settleIn(session, facts.startsByItself)
      if (this.#isOver()) return
      await lost.promise
    } finally {
      this.#link = undefined
      link.close()
    }
  }

  /** Undefined when the platform will not have it; the state says what follows from that. */
  async #configure(link: Link, startNew: boolean): Promise<SessionResponse | undefined> {
    const { deploymentId, slot } = this.#parts
    const { token } = await readCredential(slot)
    const customer = { customer: { id: token, idType: 'cookie' }, customerSession: { id: '', type: 'web' } }
    const frame = { action: 'configureSession', deploymentId, startNew, journeyContext: customer }
    const answer = await link.ask(frame, 'configure')
    if (answer.class !== 'SessionResponse') {
      const refusal = refusalIn(answer, 'configure') ?? refusalOf('configure', 5000)
      this.#lastRefusal = refusal
      this.#input({ type: 'error', code: codeOf(answer) })
      if (!this.#isOver()) throw refusal
      return undefined
    }
    const { newSession, readOnly, connected } = answer.body
    if (newSession && !startNew) {
      // The platform has forgotten the session; what it offers is another, in which nothing was said (§9.2).
      this.#finish({ type: 'expired' })
      return undefined
    }
    if (startNew) await changeCredential(slot, { isFresh: false })
    this.#input({ type: 'session', connected, readOnly: readOnly ?? false, newSession: newSession ?? false })
    return answer.body
  }

  async #settleIn(session: SessionResponse, startsByItself: boolean): Promise<void> {
    this.#limits = limitsIn(session)
    this.#history.forgetJwt()
    if (session.newSession && startsByItself) await this.#join()
    if (!session.newSession) await this.#catchUp()
    this.#isCatchingUp = false
    this.#emitAll(this.#arriving.all())
    if (session.readOnly && !this.#isOver()) this.#tellReadOnly()
    if (!this.#link || this.#isOver()) return
    this.#lastUpMs = this.#parts.clock.monotonic()
    this.#queue.push({ type: 'up' })
    this.#ready.resolve(this.#link)
  }

  /** Begins the conversation before anything is said, and tells of the guest (§8.2, §15). */
  async #join(): Promise<void> {
    const { slot, logger } = this.#parts
    const { attributes } = await readCredential(slot)
    const answer = await this.#ask({ action: 'onMessage', message: joinMessage(attributes) }, 'send')
    const refusal = refusalIn(answer, 'send')
    if (refusal) logger.warn({ event: 'join-refused', cause: refusal.code })
    if (attributes) await changeCredential(slot, { attributes: undefined })
  }

  /** What was said while there was no line: live frames wait until it is told (§13). */
  async #catchUp(): Promise<void> {
    const messages = await this.#history.readFrom(this.#place && withMargin(this.#place))
    this.#emitAll(inOrder(messages))
  }

  #take(frame: ServerFrame): void {
    this.#attachments?.take(frame)
    switch (frame.class) {
      case 'StructuredMessage':
        return this.#takeMessage(frame.body)
      case 'string':
        return this.#input({ type: 'error', code: frame.code })
      case 'SessionExpiredEvent':
        return this.#finish({ type: 'expired' })
      case 'SessionClearedEvent':
        return this.#finish({ type: 'cleared' })
      case 'LogoutEvent':
        return this.#finish({ type: 'logged-out' })
      case 'ConnectionClosedEvent':
        this.#finish({ type: 'evicted', reason: frame.body.reason ?? frame.body.reasonCode ?? undefined })
    }
  }

  #takeMessage(message: NormalizedMessage): void {
    const { clock } = this.#parts
    const events = translate(message)
    const isTyping = events.some(({ type }) => type === 'typing')
    if (isTyping) for (const event of events) this.#queue.push(event)
    if (isTyping) return
    this.#arriving.add(message, clock.monotonic())
    if (!this.#isCatchingUp) this.#flushSoon()
  }

  #flushSoon(): void {
    if (this.#flushing) return
    this.#flushing = setTimeout(() => {
      this.#flushing = undefined
      this.#emitAll(this.#arriving.due(this.#parts.clock.monotonic() + 1))
      if (!this.#arriving.isEmpty && !this.#isCatchingUp) this.#flushSoon()
    }, HOLD_MS)
  }

  #emitAll(messages: readonly NormalizedMessage[]): void {
    for (const message of messages) {
      for (const event of this.#toEvents(message)) {
        if ('upstreamId' in event && this.#isKnown(event.upstreamId)) continue
        this.#queue.push(event)
        if (event.type === 'ended') this.#input({ type: 'disconnected', readOnly: isReadOnly(message) })
      }
    }
  }

  /** What a message means, with the place it moves the reader to. */
  #toEvents(message: NormalizedMessage): ConnectorEvent[] {
    this.files?.noteLinks(message)
    this.#place = laterOf(this.#place, message)
    const cursor = this.#place && writeCursor(this.#place)
    return translate(message).map((event) => ('upstreamId' in event ? { ...event, cursor } : event))
  }

  #isKnown(upstreamId: string): boolean {
    if (this.#seen.has(upstreamId)) return true
    this.#seen.add(upstreamId)
    const [oldest] = this.#seen
    if (this.#seen.size > MAX_SEEN && oldest !== undefined) this.#seen.delete(oldest)
    return false
  }

  async #ask(frame: object, operation: WebMessagingOperation, signal?: AbortSignal): Promise<ServerFrame> {
    if (!this.#link) throw silenceOf(operation, 'SOCKET_LOST', 'not-sent')
    return this.#link.ask(frame, operation, { signal })
  }

  async #askReady(frame: object, operation: WebMessagingOperation, signal?: AbortSignal): Promise<ServerFrame> {
    const link = await this.#untilReady(operation, READY_MS, signal)
    return link.ask(frame, operation, { signal })
  }

  /** The line, once it is up. Throws UpstreamError: `not-sent` when it does not come up in time, or never will. */
  async #untilReady(operation: WebMessagingOperation, timeoutMs: number, signal?: AbortSignal): Promise<Link> {
    if (this.#state.name === 'over') throw this.#lastRefusal ?? lostSession('conversation-ended', 'the session is over')
    this.#start()
    const timeout = Promise.withResolvers<never>()
    const timer = setTimeout(() => timeout.reject(silenceOf(operation, 'NOT_CONNECTED', 'not-sent')), timeoutMs)
    const abort = () => timeout.reject(signal?.reason as Error)
    signal?.addEventListener('abort', abort, { once: true })
    try {
      return await Promise.race([this.#ready.promise, timeout.promise])
    } finally {
      clearTimeout(timer)
      signal?.removeEventListener('abort', abort)
    }
  }

  /** What a refused message means for the session. Its words are gone; the session may stay. */
  async #refused(refusal: UpstreamError, frame: ServerFrame): Promise<UpstreamError> {
    if (refusal.retryAfterMs !== undefined) this.#messages.pause(refusal.retryAfterMs)
    if (codeOf(frame) === 4013) await changeCredential(this.#parts.slot, { attributes: undefined })
    return refusal
  }

  #fail(error: unknown): void {
    if (error instanceof HandshakeRefused) {
      this.#lastRefusal = refusalOf('open', error.status)
      return this.#input({ type: 'refused', status: error.status })
    }
    if (error instanceof UpstreamError) {
      this.#lastRefusal = error
      if (!error.retryable) return this.#input({ type: 'refused', status: 403 })
    }
    this.#input({ type: 'lost' })
  }

  #finish(input: SessionInput): void {
    this.#input(input)
    this.#link?.close()
  }

  #input(input: SessionInput): void {
    const before = this.#state
    this.#state = next(before, input)
    const isUp = (state: SessionState) => state.name === 'configured' || state.name === 'read-only'
    if (isUp(before) && !isUp(this.#state)) {
      this.#ready = Promise.withResolvers()
      this.#ready.promise.catch(() => undefined)
    }
  }

  #isOver(): boolean {
    return this.#state.name === 'over'
  }

  /** The platform says that nothing more can be said, and its record does not say since when. */
  #tellReadOnly(): void {
    const upstreamId = `read-only-${this.#parts.conversationId}`
    if (this.#isKnown(upstreamId)) return
    this.#queue.push({ type: 'ended', upstreamId, by: 'system', readOnly: true })
  }

  #tellEnd(): void {
    if (this.#state.name !== 'over') return
    const { why } = this.#state
    const error = why.by === 'refusal' || this.#lastRefusal ? (this.#lastRefusal ?? refusalOf('open', 403)) : undefined
    this.#queue.push({ type: 'closed', ...(error && { error }) })
  }
}

const codeOf = (frame: ServerFrame): number =>
  'errorCode' in Object(frame.body) ? Number((frame.body as { errorCode?: number }).errorCode) : frame.code
