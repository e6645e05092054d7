import type { ServerResponse } from 'node:http'
import type { StreamLimits } from '../limits.ts'
import type { Logger } from '../logger.ts'
import { RequestError } from '../problems.ts'
import type { Metrics } from '../telemetry/metrics.ts'
import { OpenStream, type Ending, type EventStream, type StreamKeeper } from './open-stream.ts'

export interface EventStreamsParts {
  readonly limits: StreamLimits
  readonly metrics: Pick<Metrics, 'streamsOpen' | 'streamsClosed' | 'streamEvents' | 'rateLimited'>
  readonly logger: Logger
  readonly random?: () => number
}

export interface Opening {
  readonly sessionId: string
  readonly address: string
  readonly headers: Readonly<Record<string, string>>
}

const TICK_MS = 1_000
const HEARTBEAT_TICKS = 15
/** For how long nothing may be taken of what waits, before and after the last word (R22). */
const STALL_TICKS = 10
/** A life lasts this much more or less, so that streams opened together do not end together. */
const LIFE_SPREAD = 0.2

/**
 * The open streams of this process, written straight to their sockets: one timer for all heartbeats, ends and stalled
 * readers, one string per event for all readers, no work per stream but the write.
 */
export class EventStreams {
  readonly #parts: EventStreamsParts
  readonly #random: () => number
  readonly #keeper: StreamKeeper
  readonly #open = new Set<OpenStream>()
  readonly #bySession = new Map<string, Set<OpenStream>>()
  readonly #byAddress = new Map<string, Set<OpenStream>>()
  /** Ended, but not yet taken by their readers; and at which tick. */
  readonly #ending = new Map<OpenStream, number>()
  readonly #timer = setInterval(() => this.#turn(), TICK_MS).unref()
  #tick = 0

  constructor(parts: EventStreamsParts) {
    this.#parts = parts
    this.#random = parts.random ?? Math.random
    this.#keeper = {
      closed: (stream) => this.#forget(stream),
      failed: (error) => parts.logger.error({ event: 'stream-failed', err: error }),
      written: { live: 0, replayed: 0, reset: 0 },
    }
  }

  get size(): number {
    return this.#open.size
  }

  /** Throws RequestError `too-many-streams` or `overloaded` before anything is written. */
  open(response: ServerResponse, { sessionId, address, headers }: Opening): EventStream {
    this.#refuseSurplus(sessionId, address)
    const lifeTicks = (this.#parts.limits.lifeMs / TICK_MS) * (1 + LIFE_SPREAD * (2 * this.#random() - 1))
    const place = {
      sessionId,
      address,
      endsAtTick: this.#tick + Math.max(1, Math.round(lifeTicks)),
      // Each beats at its own tick of the round: ten thousand heartbeats at once would hold up everything else.
      beatsAtTick: Math.floor(this.#random() * HEARTBEAT_TICKS),
    }
    const stream = new OpenStream(response, place, this.#keeper)
    this.#open.add(stream)
    addTo(this.#bySession, sessionId, stream)
    addTo(this.#byAddress, address, stream)
    this.#parts.metrics.streamsOpen.inc()
    stream.begin(headers)
    return stream
  }

  /** Writes a frame to every stream of a session. */
  tellSession(sessionId: string, frame: string): void {
    for (const stream of this.#bySession.get(sessionId) ?? []) stream.tell(frame)
  }

  /** Ends the streams of a session, with a last word. */
  closeSession(sessionId: string, lastWord = ''): void {
    for (const stream of [...(this.#bySession.get(sessionId) ?? [])]) this.#end(stream, 'session', lastWord)
  }

  /**
   * Ends the `count` oldest. Each reader is told to come again after a wait of its own (`retry`, WHATWG HTML §9.2.6), of
   * one to `withinMs` milliseconds: a whole server's readers must not come back as one.
   */
  sendAway(count: number, withinMs: number): void {
    for (const stream of [...this.#open].slice(0, count)) {
      this.#end(stream, 'drain', `: bye\nretry: ${Math.ceil(withinMs * this.#random())}\n\n`)
    }
  }

  /** Cuts off whoever is still there. */
  close(): void {
    clearInterval(this.#timer)
    for (const stream of [...this.#open, ...this.#ending.keys()]) stream.cut('drain')
    this.#count()
  }

  #refuseSurplus(sessionId: string, address: string): void {
    const { perSession, perAddress, inAll } = this.#parts.limits
    if ((this.#bySession.get(sessionId)?.size ?? 0) >= perSession) this.#refuse('session-streams', 'too-many-streams')
    if ((this.#byAddress.get(address)?.size ?? 0) >= perAddress) this.#refuse('address-streams', 'too-many-streams')
    if (this.#open.size >= inAll) this.#refuse('all-streams', 'overloaded')
  }

  #refuse(limit: string, code: 'too-many-streams' | 'overloaded'): never {
    this.#parts.metrics.rateLimited.inc({ limit })
    throw new RequestError(code, undefined, { retryAfterSeconds: Math.ceil(5 + 5 * this.#random()), reason: limit })
  }

  #end(stream: OpenStream, ending: Ending, lastWord: string): void {
    this.#release(stream)
    this.#ending.set(stream, this.#tick)
    stream.end(ending, lastWord)
  }

  /** Its places are free again, though its reader may still be taking what is left. */
  #release(stream: OpenStream): void {
    this.#open.delete(stream)
    removeFrom(this.#bySession, stream.place.sessionId, stream)
    removeFrom(this.#byAddress, stream.place.address, stream)
  }

  #forget(stream: OpenStream): void {
    this.#release(stream)
    this.#ending.delete(stream)
    this.#parts.metrics.streamsOpen.dec()
    this.#parts.metrics.streamsClosed.inc({ reason: stream.ending })
  }

  #turn(): void {
    const tick = ++this.#tick
    const beat = tick % HEARTBEAT_TICKS
    for (const stream of this.#open) {
      if (stream.hasStalled(STALL_TICKS)) stream.cut('slow')
      else if (tick >= stream.place.endsAtTick) this.#end(stream, 'life', '')
      else if (stream.place.beatsAtTick === beat) stream.beat()
    }
    for (const [stream, sinceTick] of this.#ending) if (tick - sinceTick >= STALL_TICKS) stream.cut(stream.ending)
    this.#count()
  }

  /** What is written is counted by hand and told once a tick: to move an instrument costs as much as a write. */
  #count(): void {
    const { written } = this.#keeper
    for (const kind of ['live', 'replayed', 'reset'] as const) {
      if (written[kind] > 0) this.#parts.metrics.streamEvents.inc({ kind }, written[kind])
      written[kind] = 0
    }
  }
}

function addTo(index: Map<string, Set<OpenStream>>, key: string, stream: OpenStream): void {
  const all = index.get(key) ?? new Set()
  index.set(key, all.add(stream))
}

function removeFrom(index: Map<string, Set<OpenStream>>, key: string, stream: OpenStream): void {
  const all = index.get(key)
  all?.delete(stream)
  if (all?.size === 0) index.delete(key)
}
