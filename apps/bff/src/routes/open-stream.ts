import type { ServerResponse } from 'node:http'
import type { LogEntry, PassingEntry } from '../event-log/event-log.ts'
import type { Kind, Sink } from '../event-log/replay-and-follow.ts'

/**
 * What may wait in a slow reader's socket before more is written (R22), or it is cut off; who asks `isFull` first never gets
 * near it. One event may be longer: whoever was cut off for it would meet it again.
 */
const MAX_QUEUED_BYTES = 1024 * 1024

const HEADERS = {
  'Content-Type': 'text/event-stream; charset=utf-8',
  'Cache-Control': 'no-store, no-transform',
  'X-Accel-Buffering': 'no',
}

export interface EventStream extends Sink {
  write(entries: readonly (LogEntry | PassingEntry)[], kind: Kind | 'reset'): void
  /** Aborts when the reader has gone, for whatever reason. */
  readonly signal: AbortSignal
}

/** Why a stream is over: its reader left, did not keep up, or we ended it. */
export type Ending = 'left' | 'slow' | 'life' | 'session' | 'drain' | 'failed'

/** What all streams have in common. */
export interface StreamKeeper {
  /** The connection is gone. */
  closed(stream: OpenStream): void
  failed(error: unknown): void
  readonly written: Record<Kind | 'reset', number>
}

export interface StreamPlace {
  readonly sessionId: string
  readonly address: string
  readonly endsAtTick: number
  readonly beatsAtTick: number
}

/** One stream, from its first word to the end of its connection. Ten thousand of these are held: mind what is added. */
export class OpenStream implements EventStream {
  readonly place: StreamPlace
  ending: Ending = 'left'
  readonly #response: ServerResponse
  readonly #keeper: StreamKeeper
  readonly #gone = new AbortController()
  #queuedBytes = 0
  #stalledTicks = 0

  constructor(response: ServerResponse, place: StreamPlace, keeper: StreamKeeper) {
    this.#response = response
    this.place = place
    this.#keeper = keeper
  }

  get signal(): AbortSignal {
    return this.#gone.signal
  }
  get isFull(): boolean {
    return this.#response.writableNeedDrain
  }

  begin(headers: Readonly<Record<string, string>>): void {
    // Who left while the request was looked at will not leave again.
    if (this.#response.destroyed) return this.#close()
    this.#response.once('close', () => this.#close())
    this.#response.writeHead(200, { ...headers, ...HEADERS })
    this.#response.write(': open\n\n')
  }

  write(entries: readonly (LogEntry | PassingEntry)[], kind: Kind | 'reset'): void {
    this.#keeper.written[kind] += entries.length
    this.tell(entries.map(frameOf).join(''))
  }

  beat(): void {
    if (!this.isFull) this.tell(':\n\n')
  }

  async ready(): Promise<void> {
    if (!this.isFull) return
    const { promise, resolve } = Promise.withResolvers<unknown>()
    this.#response.once('drain', resolve).once('close', resolve)
    await promise
    this.#response.off('drain', resolve).off('close', resolve)
  }

  /** Asked once a tick: whether for so many of them nothing was taken of what waits. */
  hasStalled(mostTicks: number): boolean {
    this.#stalledTicks++
    this.#notePace()
    return this.#stalledTicks >= mostTicks
  }

  /** The last word waits behind all that a slow reader has not taken yet. */
  end(ending: Ending, lastWord: string): void {
    this.ending = ending
    this.#response.end(lastWord)
  }

  cut(ending: Ending): void {
    this.ending = ending
    this.#response.destroy()
  }

  fail(error: unknown): void {
    this.#keeper.failed(error)
    this.cut('failed')
  }

  #close(): void {
    this.#keeper.closed(this)
    this.#gone.abort()
  }

  /** Writes one frame or several. */
  tell(frame: string): void {
    // After its end a response is there until it has gone out; to write to it then would be an error nobody catches.
    if (this.#response.writableEnded) return
    this.#notePace()
    if (this.#queuedBytes > MAX_QUEUED_BYTES) return this.cut('slow')
    this.#response.write(frame)
    this.#queuedBytes = this.#response.writableLength
  }

  /** Whether the reader has taken something of what was waiting when we looked last, or nothing waits. */
  #notePace(): void {
    const queuedBytes = this.#response.writableLength
    if (queuedBytes === 0 || queuedBytes < this.#queuedBytes) this.#stalledTicks = 0
    this.#queuedBytes = queuedBytes
  }
}

const frames = new WeakMap<LogEntry, string>()

/** Only what is logged has an id: it is what a reader resumes from. */
export function frameOf(entry: LogEntry | PassingEntry): string {
  const known = frames.get(entry)
  if (known !== undefined) return known
  const id = 'passing' in entry ? '' : `id: ${entry.seq}\n`
  const frame = `${id}event: ${entry.type}\ndata: ${entry.json}\n\n`
  frames.set(entry, frame)
  return frame
}
