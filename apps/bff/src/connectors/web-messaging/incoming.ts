import type { NormalizedMessage } from '@foyer/shared/platform/web-messaging/message'
import type { Clock } from '../../clock.ts'
import type { ConnectorEvent } from '../connector.ts'
import { laterOf, readCursor, writeCursor, type Place } from './cursor.ts'
import { InOrder, inOrder } from './in-order.ts'
import { isReadOnly, translate, type Bot } from './translate.ts'

/** How long a live message is held for one that it overtook. */
const HOLD_MS = 100
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
  readonly #arriving = new InOrder(HOLD_MS)
  readonly #seen = new Set<string>()
  #place: Place | undefined
  #isHolding = false
  #isFlushing = false

  constructor(parts: IncomingParts) {
    this.#parts = parts
    this.#place = readCursor(parts.cursor)
  }

  /** How far it got. */
  get place(): Place | undefined {
    return this.#place
  }

  /** From now on what is live waits: what was said before it is being read. */
  hold(): void {
    this.#isHolding = true
  }

  release(): void {
    this.#isHolding = false
    this.#tell(this.#arriving.all())
  }

  takeLive(message: NormalizedMessage): void {
    const events = this.#translate(message)
    if (events.some(({ type }) => type === 'typing')) return events.forEach(this.#parts.push)
    this.#arriving.add(message, this.#parts.clock.monotonic())
    if (!this.#isHolding) this.#flushSoon()
  }

  takeRecord(messages: readonly NormalizedMessage[]): void {
    this.#tell(inOrder(messages))
  }

  /** What a message means, with the place it moves the reader to. */
  toEvents(message: NormalizedMessage): ConnectorEvent[] {
    this.#parts.onMessage(message)
    this.#place = laterOf(this.#place, message)
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

  #translate(message: NormalizedMessage): ConnectorEvent[] {
    return translate(message, this.#parts.bot())
  }

  #flushSoon(): void {
    if (this.#isFlushing) return
    this.#isFlushing = true
    const { clock } = this.#parts
    void clock.sleep(HOLD_MS).then(() => {
      this.#isFlushing = false
      if (this.#isHolding) return
      // A timer may be early by less than a millisecond.
      this.#tell(this.#arriving.due(clock.monotonic() + 1))
      if (!this.#arriving.isEmpty) this.#flushSoon()
    })
  }

  #tell(messages: readonly NormalizedMessage[]): void {
    for (const message of messages) {
      for (const event of this.toEvents(message)) {
        if ('upstreamId' in event && this.isKnown(event.upstreamId)) continue
        this.#parts.push(event)
        if (event.type === 'ended') this.#parts.onDisconnect(isReadOnly(message))
      }
    }
  }
}
