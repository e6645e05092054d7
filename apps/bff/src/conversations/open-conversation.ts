import type { Problem } from '@foyer/shared/protocol/problem'
import type { Clock } from '../clock.ts'
import type {
  ConnectorEvent,
  IncomingFile,
  OutgoingMessage,
  UpstreamFiles,
  UpstreamGuest,
  UpstreamSession,
} from '../connectors/connector.ts'
import { unlessAborted, within } from '../connectors/deadline.ts'
import type { UpstreamError } from '../connectors/upstream-error.ts'
import type { EventLog, NewEvent } from '../event-log/event-log.ts'
import type { Logger } from '../logger.ts'
import { insist } from '../storage/insist.ts'
import type { Metrics } from '../telemetry/metrics.ts'
import type { Tracing } from '../telemetry/tracing.ts'
import { currentWork } from '../telemetry/work.ts'
import type { ConnectionStatus, ConversationRecord } from './conversation.ts'
import { ConversationError } from './conversation-error.ts'
import { toOutgoing } from './guest-message.ts'
import { AskingAgain } from './asking-again.ts'
import { Ending, isGone } from './ending.ts'
import { createIngest, type StoredConnectorEvent } from './ingest.ts'
import type { KeptRecord } from './kept-record.ts'
import { LineStatus } from './line-status.ts'
import { Outbox } from './outbox.ts'
import { internalProblem, logRefusal, sessionOverProblem, toGapProblem, toUpstreamProblem } from './upstream-problem.ts'

/** Without anybody looking, a conversation stays open this long: a reload comes back to it. */
const LINGER_MS = 30_000
/** Messages that may wait for the platform. */
const MAX_UNSENT = 200
/** Somebody who looked, wrote or was written to within this time is attended closely. */
const ATTEND_MS = 60_000
/** What is on its way when the session ends gets so long: whoever ends others waits for it. */
const ABANDON_MS = 15_000
/** What an earlier process left unsent is left to the next one, if the store cannot read it for so long. */
const PATIENCE_MS = 10 * 60_000

export interface ConversationParts {
  readonly guest: UpstreamGuest
  readonly log: EventLog
  readonly clock: Clock
  readonly logger: Logger
  readonly metrics: Pick<Metrics, 'eventLogLag' | 'messageDelivery' | 'messages'>
  readonly tracing: Tracing
  readonly showDiagnosis: boolean
  /** Resolves when who had the conversation before has let go of the platform. */
  readonly alone: Promise<void> | undefined
  /** Called once, as soon as the conversation begins to let go of the platform: whoever comes now needs another. */
  readonly closing: (conversation: OpenConversation) => void
}

/**
 * A conversation with a live upstream session: what comes in goes to the log, what the guest writes goes out. Closes by
 * itself when nobody looks and nothing is left to send.
 */
export class OpenConversation {
  readonly #parts: ConversationParts
  readonly #stop = new AbortController()
  readonly #upstream: UpstreamSession
  readonly #outbox: Outbox
  readonly #askingAgain: AskingAgain
  readonly #ending: Ending
  readonly #ingest: (event: StoredConnectorEvent) => Promise<boolean>
  readonly #line: LineStatus
  readonly #begun: Promise<void>
  readonly #ended: Promise<void>
  readonly kept: KeptRecord
  #watchers = 0
  #lingering: NodeJS.Timeout | undefined
  #attending: NodeJS.Timeout | undefined
  #lastNotice: string | undefined
  #isResumed = false
  #closed: Promise<void> | undefined
  /** Resolves when the messages an earlier process left pending are queued: what comes now goes after them. */
  readonly resumed: Promise<void>

  constructor(kept: KeptRecord, parts: ConversationParts) {
    const { upstreamConversationId, cursor } = kept.current
    const signal = this.#stop.signal
    this.#parts = parts
    this.kept = kept
    this.#ending = new Ending(parts.log, kept)
    this.#ingest = createIngest({ log: parts.log, kept, ending: this.#ending, signal })
    this.#line = new LineStatus(kept.current.conversationId, parts)
    this.#upstream = parts.guest.openConversation({ upstreamConversationId, cursor, signal })
    this.#outbox = new Outbox({
      upstream: { send: async (message, signal) => this.#upstream.send(await this.#withOrigin(message), signal) },
      clock: parts.clock,
      logger: parts.logger,
      signal,
      sent: (message, upstreamId, waitedMs) => {
        parts.metrics.messageDelivery.observe(waitedMs / 1000)
        return this.#confirm(message, upstreamId)
      },
      failed: (message, error) => this.#fail(message, error),
      reconcile: (message, signal) => this.#reconcile(message, signal),
      waiting: (error, retryInMs) => {
        if (error.outcome === 'unknown') parts.metrics.messages.inc({ direction: 'guest', state: 'unknown' })
        this.#line.down(error, retryInMs)
      },
    })
    this.#askingAgain = new AskingAgain(parts.clock)
    this.#begun = this.#begin()
    this.resumed = this.#resume()
    this.#ended = this.#receive()
    this.#linger()
  }

  get record(): ConversationRecord {
    return this.#ending.record
  }
  get status(): ConnectionStatus {
    return this.#line.current
  }

  /** What the guest thought of it. */
  async rate(rating: number): Promise<void> {
    await this.kept.change({ rating })
  }

  /** Somebody looks, until the returned function is called. */
  watch(): () => void {
    this.#watchers++
    clearTimeout(this.#lingering)
    this.#guestActs()
    return () => {
      this.#watchers--
      this.#linger()
    }
  }

  /** More than this waits with the guest: the platform takes nothing at the moment. */
  get isFull(): boolean {
    return this.#outbox.size >= MAX_UNSENT
  }

  /** Something is still to be sent, or may be: what an earlier process left is not read yet. */
  get isSending(): boolean {
    return !this.#isResumed || this.#outbox.size > 0
  }

  send(message: OutgoingMessage, mayHaveArrived: boolean): void {
    this.#guestActs()
    this.#outbox.add(message, mayHaveArrived)
  }

  async typing(typing: boolean): Promise<void> {
    this.#guestActs()
    await this.#upstream.typing(typing)
  }

  /** Throws ConversationError `not-supported`. */
  get files(): UpstreamFiles {
    const { files } = this.#upstream
    if (!files) throw new ConversationError('not-supported')
    return files
  }

  /** A picture named by a message. Throws ConversationError `not-supported`, UpstreamError. */
  readPicture(address: string, signal?: AbortSignal): Promise<IncomingFile> {
    if (!this.#upstream.readPicture) throw new ConversationError('not-supported')
    return this.#upstream.readPicture(address, signal)
  }

  /** What was said is wiped, on the platform first: where that fails nothing is. Nothing can be said here any more. */
  async clear(signal?: AbortSignal): Promise<void> {
    const { clear } = this.#upstream
    if (!clear) throw new ConversationError('not-supported')
    await this.#ending.part('cleared', () => clear(signal))
    await this.#ending.wipe()
  }

  /** The guest leaves for good. */
  async end(signal?: AbortSignal): Promise<void> {
    if (this.#ending.isOver) return
    await this.#ending.part('ended', () => this.#endUpstream(signal))
    await this.#finish('guest')
  }

  /** Nothing more is sent; resolves when what is on its way has arrived or failed. */
  park(): Promise<void> {
    return this.#outbox.park()
  }

  /** What is still to be sent is not sent any more, and the guest is told so. */
  async abandon(): Promise<void> {
    await within(ABANDON_MS, undefined, (signal) => unlessAborted(this.park(), signal)).catch(() => undefined)
    for (const { event, state } of await this.#parts.log.unconfirmed(this.record.conversationId)) {
      const { messageId } = event
      const receipt = { type: 'receipt', messageId, state: 'failed', problem: sessionOverProblem } as const
      if (state === 'pending') await this.#append(receipt)
    }
  }

  /** Lets go of the platform; what is pending stays so in the log. */
  close(): Promise<void> {
    if (this.#closed) return this.#closed
    clearTimeout(this.#lingering)
    clearTimeout(this.#attending)
    this.#closed = this.#ended
    this.#stop.abort(new Error('conversation closed'))
    this.#parts.closing(this)
    return this.#closed
  }

  async #endUpstream(signal: AbortSignal | undefined): Promise<void> {
    try {
      await this.#upstream.end(signal)
    } catch (error) {
      if (!isGone(error)) throw error
    }
  }

  /** Once nobody else has it any more: an end that was logged only is kept before all else. */
  async #begin(): Promise<void> {
    await this.#parts.alone
    try {
      await this.#insist('end-not-kept', () => this.#ending.takeUp(), PATIENCE_MS)
      if (this.#ending.isOver) this.#line.tell({ state: 'up' })
    } catch (error) {
      if (!this.#stop.signal.aborted) this.#parts.logger.error({ event: 'end-not-kept', err: error })
    }
  }

  /** Takes up what an earlier process left pending; any of it may have arrived. */
  async #resume(): Promise<void> {
    await this.#begun
    const unconfirmed = () => this.#parts.log.unconfirmed(this.record.conversationId)
    try {
      for (const { event, state } of await this.#insist('resume-failed', unconfirmed, PATIENCE_MS)) {
        if (state === 'pending') this.#outbox.add(toOutgoing(event), true)
      }
    } catch (error) {
      if (!this.#stop.signal.aborted) this.#parts.logger.error({ event: 'resume-failed', err: error })
    }
    this.#isResumed = true
  }

  /** A choice is told to the platform by its own id of the message that offered it. */
  async #withOrigin(message: OutgoingMessage): Promise<OutgoingMessage> {
    await this.#askingAgain.asked
    this.#ending.refuseLate()
    const { reply } = message
    if (!reply) return message
    const offered = await this.#parts.log.readMessage(this.record.conversationId, reply.to)
    return { ...message, reply: { ...reply, upstreamId: offered?.upstreamId } }
  }

  /** Receives until the conversation is over or let go of; a refusal is asked about again, in case it was mended. */
  async #receive(): Promise<void> {
    await this.#begun
    const { signal } = this.#stop
    while (!signal.aborted && !this.#ending.isOver) {
      let refusal: UpstreamError | undefined
      try {
        for await (const event of this.#upstream) {
          if (event.type === 'up') this.#askingAgain.admitted()
          if (event.type === 'closed') refusal = event.error
          await this.#keep(event)
        }
        await this.kept.keepCursor()
      } catch (error) {
        if (!signal.aborted) this.#parts.logger.error({ event: 'receiver-failed', err: error })
      }
      if (this.#ending.isOver) break
      await this.#askingAgain.wait(refusal, signal).catch(() => undefined)
    }
  }

  /** What the store fails at waits here, and what comes after it behind it: nothing is passed over. */
  #keep(event: ConnectorEvent): Promise<void> {
    return this.#insist('event-not-kept', () => this.#take(event))
  }

  #insist<Result>(event: string, work: () => Promise<Result>, forMs?: number): Promise<Result> {
    return insist({ ...this.#parts, signal: this.#stop.signal, forMs }, event, work)
  }

  /** Wiped: whatever still comes of it (a late echo, a page of the record, a receipt) is not logged any more. */
  get #isCleared(): boolean {
    return this.#ending.parting === 'cleared'
  }

  async #take(event: ConnectorEvent): Promise<void> {
    switch (event.type) {
      case 'up':
        await this.kept.keepCursor()
        this.#line.isListening = true
        return this.#line.tell({ state: 'up' })
      case 'down':
        this.#line.isListening = false
        return this.#line.down(event.error, event.retryInMs)
      case 'typing':
        return this.#parts.log.tell(this.record.conversationId, event)
      case 'gap':
        return this.#tellNotice(event.error, toGapProblem(event.error, this.#parts.showDiagnosis))
      case 'closed':
        this.#line.isListening = false
        return this.#closedUpstream(event.error)
      default:
        return this.#takeNew(event)
    }
  }

  /** Told and measured from its arrival until it was stored and pushed. */
  async #takeNew(event: StoredConnectorEvent): Promise<void> {
    const { clock, metrics, tracing } = this.#parts
    const arrivedAtMs = clock.monotonic()
    await tracing.span(`receive ${event.type}`, { kind: 'consumer', begins: true }, () => this.#takeStored(event))
    metrics.eventLogLag.observe((clock.monotonic() - arrivedAtMs) / 1000)
  }

  async #takeStored(event: StoredConnectorEvent): Promise<void> {
    if (await this.#ingest(event)) this.#attend()
  }

  async #closedUpstream(error: UpstreamError | undefined): Promise<void> {
    const { parting, isOver, endedBy } = this.#ending
    // Whoever leaves or clears says so, once the platform has answered; only where the store failed them is it said here.
    if (parting === 'asked') return
    if (parting === 'cleared') return isOver ? undefined : this.#ending.wipe()
    if (parting === 'ended' || !error || isGone(error)) return this.#finish(endedBy)
    this.#line.tell({ state: 'down' })
    await this.#tellNotice(error, toUpstreamProblem(error, this.#parts.showDiagnosis))
  }

  async #tellNotice(error: UpstreamError, problem: Problem): Promise<void> {
    logRefusal(this.#parts.logger, error)
    if (this.#lastNotice === problem.code) return
    this.#lastNotice = problem.code
    await this.#append({ type: 'notice', problem })
  }

  async #finish(endedBy: 'guest' | 'agent' | 'system'): Promise<void> {
    // A late answer must not bring back what was forgotten meanwhile.
    if (this.#closed) return
    await this.#ending.finish({ type: 'conversation', state: 'ended', endedBy })
  }

  /** What became of it is known: once the store works again it is kept, and the platform need not be asked. */
  async #confirm({ messageId }: OutgoingMessage, upstreamId: string | undefined): Promise<void> {
    const receipt = { type: 'receipt', messageId, state: 'sent', upstreamId } as const
    await this.#insist('receipt-not-kept', () => this.#append(receipt))
    this.#line.answered()
  }

  async #fail(message: OutgoingMessage, error: UpstreamError | undefined): Promise<void> {
    if (error) logRefusal(this.#parts.logger, error)
    // By it the guest's words find the lines of the log.
    const { requestId } = currentWork() ?? {}
    const told = error ? toUpstreamProblem(error, this.#parts.showDiagnosis) : internalProblem
    const problem = { ...told, requestId }
    // First: a message that has failed is not asked about again, and the end would be passed over with it.
    if (isGone(error)) await this.#finish(this.#ending.endedBy)
    await this.#append({ type: 'receipt', messageId: message.messageId, state: 'failed', problem })
    if (error?.outcome === 'refused') this.#line.answered()
  }

  async #reconcile({ messageId }: OutgoingMessage, signal: AbortSignal): Promise<boolean> {
    for (const event of await this.#upstream.readRecord(this.record.cursor, signal))
      if ('upstreamId' in event) await this.#takeStored(event)
    this.#line.answered()
    const message = await this.#parts.log.readMessage(this.record.conversationId, messageId)
    return message?.state === 'pending'
  }

  async #append(event: NewEvent): Promise<void> {
    if (this.#isCleared) return
    await this.#parts.log.append(this.record.conversationId, [event])
  }

  #guestActs(): void {
    this.#askingAgain.guestActed()
    this.#attend()
  }

  #attend(): void {
    this.#upstream.attend('active')
    clearTimeout(this.#attending)
    this.#attending = setTimeout(() => this.#upstream.attend('idle'), ATTEND_MS).unref()
  }

  #linger(): void {
    if (this.#watchers > 0 || this.#closed) return
    clearTimeout(this.#lingering)
    const isDone = () => !this.isSending && (this.#ending.parting === 'no' || this.#ending.isOver)
    this.#lingering = setTimeout(() => (isDone() ? void this.close() : this.#linger()), LINGER_MS).unref()
  }
}
