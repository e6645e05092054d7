import type { NormalizedMessage } from '@foyer/shared/platform/web-messaging/message'
import type { ServerFrame, SessionResponse } from '@foyer/shared/platform/web-messaging/server-frames'
import type { UploadLimits } from '@foyer/shared/protocol/config'
import type { Attention, ConnectorEvent, IncomingFile, OutgoingMessage, UpstreamSession } from '../connector.ts'
import { DeadlineError, within } from '../deadline.ts'
import { isKnownEvent } from '../ignored.ts'
import { UpstreamError } from '../upstream-error.ts'
import { asWhole } from './as-whole.ts'
import { Attachments } from './attachments.ts'
import { keepCaughtUp } from './catch-up.ts'
import { changeConversation, readCredential } from './credential.ts'
import { readCursor, withMargin } from './cursor.ts'
import { withAttributes, type DeliveryParts } from './delivery.ts'
import { refusalIn, refusalOf, type WebMessagingOperation } from './error-codes.ts'
import { EventQueue } from './event-queue.ts'
import { History } from './history.ts'
import { Incoming } from './incoming.ts'
import { Line, type LineEvent } from './line.ts'
import { clearMessage, joinMessage, toPlatformMessage, typingMessage } from './outgoing.ts'
import { Pace, TypingPace } from './pacing.ts'
import type { SessionParts } from './session-parts.ts'
import { isCleared } from './session-state.ts'
import { upstreamIdOf, withMessageId } from './translate.ts'
import { limitsIn } from './upload-limits.ts'

/** How long a command waits for the line, within its deadline as a whole. */
const READY_MS = 10_000
/** What left later would have no time for its answer. */
const LEAVES_BY_MS = 10_000
/** Typing is not worth more, its turn included. */
const TYPING_MS = 3_000
/** A message is looked for in the record for as long as it is tried: what others said meanwhile has moved the cursor past it. */
const RECORD_MARGIN_MS = 15 * 60_000

/** One conversation over Web Messaging: what the guest does goes out over the line, what comes in becomes events. */
export class Session implements UpstreamSession {
  readonly #parts: SessionParts
  readonly #line: Line
  readonly #incoming: Incoming
  readonly #history: History
  readonly #delivery: DeliveryParts
  readonly #queue = new EventQueue()
  readonly #messages: Pace
  readonly #typing: TypingPace
  #attachments: Attachments | undefined
  /** As the platform told it when the session was configured last. */
  #told: SessionResponse | undefined
  /** Stops reading the record of a line that is gone. */
  #lineEnded = new AbortController()
  #isAttended = false

  constructor(parts: SessionParts) {
    const { clock, limits, http, logger, ignored, slot, conversationId, deployment, cursor } = parts
    this.#parts = parts
    this.#messages = new Pace(clock, limits.messagesPerSecond, 1_000)
    this.#typing = new TypingPace(clock)
    this.#line = new Line(parts, {
      onSession: (session) => this.#settleIn(session),
      onFrame: (frame) => this.#take(frame),
      onEvent: (event) => this.#pass(event),
      onStopped: () => this.#queue.stir(),
    })
    this.#incoming = new Incoming({
      ...{ clock, cursor, bot: () => deployment.known?.bot },
      push: (event) => this.#queue.push(event),
      onMessage: (message) => this.files.noteLinks(message),
      onDisconnect: (readOnly) => this.#line.input({ type: 'disconnected', readOnly }),
    })
    this.#delivery = { slot, conversationId, logger, maxBytes: () => this.#told?.maxCustomDataBytes ?? undefined }
    const pace = new Pace(clock, limits.historyPerMinute, 60_000)
    this.#history = new History({ http, getJwt: (signal) => this.#getJwt(signal), pace, clock, ignored })
  }

  /** Also where guests may send none: an agent's are to be had all the same. */
  get files(): Attachments {
    this.#attachments ??= new Attachments({
      ask: (frame, signal) => this.#ask(frame, 'file', signal),
      limits: () => this.#limits(),
      media: this.#parts.media,
    })
    return this.#attachments
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<ConnectorEvent> {
    this.#line.start()
    yield* this.#queue.read(() => !this.#line.isRunning)
  }

  async send(message: OutgoingMessage, signal?: AbortSignal): Promise<{ upstreamId?: string | undefined }> {
    const answer = await asWhole('send', undefined, (whole) =>
      within(LEAVES_BY_MS, signal, (soon) => {
        const untilSent = AbortSignal.any([soon, whole])
        return withAttributes(this.#delivery, async (attributes) => {
          await this.#line.ready('send', READY_MS, untilSent)
          await this.#turnToSpeak(untilSent)
          const link = await this.#line.ready('send', READY_MS, untilSent)
          if (this.#line.state.name === 'read-only') throw refusalOf('send', 409)
          const frame = { action: 'onMessage', message: toPlatformMessage(message, attributes) }
          return link.ask(frame, 'send', { tracingId: message.messageId, signal: whole, untilSent })
        })
      }),
    )
    const refusal = refusalIn(answer, 'send')
    if (refusal) throw refusal
    this.#typing.reset()
    return answer.class === 'StructuredMessage' ? { upstreamId: upstreamIdOf(answer.body) } : {}
  }

  async readRecord(cursor: string | undefined, signal?: AbortSignal): Promise<ConnectorEvent[]> {
    await this.#line.ready('history', READY_MS, signal)
    const from = readCursor(cursor)
    const messages = await this.#history.readFrom(from && withMargin(from, RECORD_MARGIN_MS), signal)
    return messages.flatMap((message) => this.#incoming.toEvents(message))
  }

  async typing(typing: boolean, signal?: AbortSignal): Promise<void> {
    // There is no word for typing no more; the indicator goes by itself (§8.1).
    if (!typing || !this.#parts.deployment.known?.showsUserTyping) return
    // What there is no line for, or no turn, is not told: it would be news of long ago.
    await within(TYPING_MS, signal, (limit) => this.#tellTyping(limit)).catch((error: unknown) => {
      if (!(error instanceof DeadlineError || error instanceof UpstreamError)) throw error
    })
  }

  async #tellTyping(signal: AbortSignal): Promise<void> {
    const link = await this.#line.ready('send', TYPING_MS, signal)
    if (this.#line.state.name !== 'configured') return
    // After a pause it would go before what was said.
    if (this.#messages.pausedMs > 0 || !this.#typing.isDue()) return
    await this.#messages.turn(signal)
    await link.tell({ action: 'onMessage', message: typingMessage }, signal)
  }

  readonly readPicture = (address: string, signal?: AbortSignal): Promise<IncomingFile> =>
    this.#parts.media.fetch(address, signal)

  /** Leaves for good (§4.9). */
  async end(signal?: AbortSignal): Promise<void> {
    if (this.#line.state.name === 'over') return
    const answer = await this.#ask({ action: 'closeSession', closeAllConnections: true }, 'end', signal)
    const refusal = refusalIn(answer, 'end')
    if (refusal && refusal.code !== 'conversation-ended') throw refusal
    this.#line.input({ type: 'left' })
  }

  /** Wipes what was said, for good (§9.7). */
  readonly clear = async (signal?: AbortSignal): Promise<void> => {
    try {
      const answer = await this.#ask({ action: 'onMessage', message: clearMessage }, 'clear', signal)
      const refusal = refusalIn(answer, 'clear')
      if (refusal) throw refusal
    } catch (error) {
      // The news of it may have come, and the socket gone, before the echo did.
      if (!isCleared(this.#line.state)) throw error
    }
    // Its echo is the platform's word that it is done; the news of it ends the session.
    this.#line.input({ type: 'cleared' })
  }

  /** A socket costs the same whether anybody looks or not; reading the record again does not. */
  attend(attention: Attention): void {
    this.#isAttended = attention === 'active'
  }

  /** A session was configured: what was said meanwhile is told before anything else is. */
  async #settleIn(session: SessionResponse): Promise<void> {
    this.#told = session
    this.#history.forgetJwt()
    const isLevel = session.newSession ?? false
    if (isLevel) this.#incoming.catchUp([])
    this.#lineEnded = new AbortController()
    const { clock, logger, signal } = this.#parts
    const read = async (stop: AbortSignal) => {
      const { place } = this.#incoming
      const messages = await this.#history.readFrom(place && withMargin(place), stop)
      // A line that is gone by now may have lost more than was read.
      stop.throwIfAborted()
      this.#incoming.catchUp(messages)
    }
    const giveUpOrder = (error: UpstreamError) => {
      this.#incoming.pass()
      this.#queue.push({ type: 'gap', error })
    }
    const isAttended = () => this.#isAttended
    await keepCaughtUp(
      { read, isLevel, giveUpOrder, isAttended, clock, logger },
      AbortSignal.any([signal, this.#lineEnded.signal]),
    )
    await this.#joinIfDue()
    if (session.readOnly && this.#line.state.name === 'read-only') this.#tellReadOnly()
  }

  /** Begins the conversation before anything is said, and tells of the guest (§8.2, §15): once, however often the line breaks. */
  async #joinIfDue(): Promise<void> {
    const { slot, conversationId, logger } = this.#parts
    // Whether it is known to have begun cannot be told while its record is not read.
    if (!this.#incoming.isLevel || !(await readCredential(slot)).isJoinDue) return
    if (this.#incoming.place === undefined && this.#line.state.name === 'configured') {
      const answer = await withAttributes(this.#delivery, async (attributes) => {
        await this.#messages.turn(this.#parts.signal)
        return this.#line.ask({ action: 'onMessage', message: joinMessage(attributes) }, 'send')
      })
      const refusal = refusalIn(answer, 'send')
      if (refusal) logger.warn({ event: 'join-refused', cause: refusal.code })
    }
    await changeConversation(slot, conversationId, { isJoinDue: false })
  }

  #pass(event: LineEvent): void {
    const isLost = event.type !== 'up'
    if (isLost) this.#lineEnded.abort()
    // Of a session that is over no record will be read.
    if (event.type === 'closed') this.#incoming.pass()
    this.#queue.push(event)
    if (isLost) this.#incoming.hold()
  }

  #take(frame: ServerFrame): void {
    this.#attachments?.take(frame)
    if (frame.class === 'StructuredMessage') this.#takeMessage(withMessageId(frame.body, frame.tracingId))
    // Whatever it was that was too much: what comes next waits (§17).
    if (frame.class === 'TooManyRequestsErrorMessage') this.#messages.pause(frame.body.retryAfter * 1000)
  }

  /** Throws UpstreamError where the platform wants a pause that is longer than a command waits: who sends knows what to do. */
  async #turnToSpeak(signal: AbortSignal | undefined): Promise<void> {
    const { pausedMs } = this.#messages
    if (pausedMs > READY_MS) throw refusalOf('send', 429, { retryAfterMs: pausedMs, outcome: 'not-sent' })
    await this.#messages.turn(signal)
  }

  #takeMessage(message: NormalizedMessage): void {
    for (const event of message.events ?? []) if (!isKnownEvent(event)) this.#parts.ignored('event')
    this.#incoming.takeLive(message)
  }

  /** The platform says that nothing more can be said, and its record does not say since when. */
  #tellReadOnly(): void {
    const upstreamId = `read-only-${this.#parts.conversationId}`
    if (this.#incoming.isKnown(upstreamId)) return
    this.#queue.push({ type: 'ended', upstreamId, by: 'system', readOnly: true })
  }

  /** The session's own, where it told any. */
  #limits(): UploadLimits | undefined {
    const limits = this.#told && limitsIn(this.#told)
    return limits === 'none' ? undefined : (limits ?? this.#parts.deployment.known?.uploads)
  }

  async #getJwt(signal?: AbortSignal) {
    const frame = await this.#line.ask({ action: 'getJwt' }, 'history', signal)
    if (frame.class === 'JwtResponse') return frame.body
    throw refusalIn(frame, 'history') ?? refusalOf('history', 5000)
  }

  async #ask(frame: object, operation: WebMessagingOperation, signal?: AbortSignal): Promise<ServerFrame> {
    return asWhole(operation, signal, async (whole) => {
      const link = await this.#line.ready(operation, READY_MS, whole)
      return link.ask(frame, operation, { signal: whole })
    })
  }
}
