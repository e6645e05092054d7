import type { NormalizedMessage } from '@foyer/shared/platform/web-messaging/message'
import type { Clock } from '../../clock.ts'
import type { ConnectorEvent } from '../connector.ts'
import { laterOf, readCursor, writeCursor, type Place } from './cursor.ts'
import { InOrder, inOrder } from './in-order.ts'
import { isReadOnly, translate, type Bot } from './translate.ts'

/** How long it must have been quiet before a live message is told, for one that it overtook; and the longest it waits. */
const QUIET_MS = 100
const MOST_MS = 1_000
/** A timer that is so late tells of a busy machine: what came meanwhile may not have been read yet. */
const LATE_MS = 50
/** So many messages are known again when they repeat; the log knows the rest. */
const MAX_SEEN = 1_000

export interface IncomingParts {
  readonly clock: Clock
  /** Where an earlier session got to. */
  readonly cursor: string | undefined
  readonly push: (event: ConnectorEvent) => void
  /** Each message, however it came, and however often. */
  readonly onMessage: (message: NormalizedMessage) => void
  /** Somebody on the other side ended it. */
  readonly onDisconnect: (readOnly: boolean) => void
  readonly bot: () => Bot | undefined
}

/** What comes in, live and from the record, as events: each once, in the order it was said, with the place it moves to. */
export class Incoming {
  readonly #parts: IncomingParts
  readonly #arriving = new InOrder(QUIET_MS, MOST_MS)
  readonly #seen = new Set<string>()
  #place: Place | undefined
  /** Live words pass freely, wait for what the record holds from before them, or pass although it could not be read. */
  #mode: 'level' | 'holding' | 'behind' = 'holding'
  #isFlushing = false

  constructor(parts: IncomingParts) {
    this.#parts = parts
    this.#place = readCursor(parts.cursor)
  }

  /** Everything that was said is told, as far as the platform says. */
  get isLevel(): boolean {
    return this.#mode === 'level'
  }

  /** Up to here everything was told. */
  get place(): Place | undefined {
    return this.#place
  }

  /** From now on what is live waits: something may have been said that did not come over the line. */
  hold(): void {
    this.#mode = 'holding'
  }

  /** Nobody knows when what was said before can be read: what is live waits no longer, and the place stays where it is. */
  pass(): void {
    this.#mode = 'behind'
    this.#tell(this.#arriving.all())
  }

  /** What was said while there was no line; after that everything live may pass. */
  catchUp(messages: readonly NormalizedMessage[]): void {
    this.#mode = 'level'
    this.#tell(inOrder(messages))
    this.#tell(this.#arriving.all())
  }

  takeLive(message: NormalizedMessage): void {
    const events = this.#translate(message)
    if (events.some(({ type }) => type === 'typing')) return events.forEach(this.#parts.push)
    this.#arriving.add(message, this.#parts.clock.monotonic())
    if (!this.#isFlushing) void this.#flush()
  }

  /** What a message means, with the place up to which everything was told. */
  toEvents(message: NormalizedMessage): ConnectorEvent[] {
    this.#parts.onMessage(message)
    const cursor = this.#place && writeCursor(this.#place)
    return this.#translate(message).map((event) => ('upstreamId' in event ? { ...event, cursor } : event))
  }

  /** Whether it was told before; from now on it was. */
  isKnown(upstreamId: string): boolean {
    if (this.#seen.has(upstreamId)) return true
    this.#seen.add(upstreamId)
    const [oldest] = this.#seen
    if (this.#seen.size > MAX_SEEN && oldest !== undefined) this.#seen.delete(oldest)
    return false
  }

  get #isHolding(): boolean {
    return this.#mode === 'holding'
  }

  #translate(message: NormalizedMessage): ConnectorEvent[] {
    return translate(message, this.#parts.bot())
  }

  /** Tells what is live when its time has come; what waits for the record is told with it. */
  async #flush(): Promise<void> {
    const { clock } = this.#parts
    this.#isFlushing = true
    while (!this.#isHolding) {
      const { dueMs } = this.#arriving
      if (dueMs === undefined) break
      await clock.sleep(Math.max(0, dueMs - clock.monotonic()))
      const nowMs = clock.monotonic()
      if (nowMs - dueMs > LATE_MS) this.#arriving.stir(nowMs)
      // A timer may be early by less than a millisecond.
      if (!this.#isHolding) this.#tell(this.#arriving.due(nowMs + 1))
    }
    this.#isFlushing = false
  }

  #tell(messages: readonly NormalizedMessage[]): void {
    for (const message of messages) {
      if (this.#mode !== 'behind') this.#place = laterOf(this.#place, message)
      for (const event of this.toEvents(message)) {
        if ('upstreamId' in event && this.isKnown(event.upstreamId)) continue
        this.#parts.push(event)
        if (event.type === 'ended') this.#parts.onDisconnect(isReadOnly(message))
      }
    }
  }
}
