import type { ServerResponse } from 'node:http'
import type { LogEntry, PassingEntry } from '../event-log/event-log.ts'
import type { Sink } from '../event-log/replay-and-follow.ts'
import { securityHeaders } from '../middleware/security-headers.ts'
import { RequestError } from '../problems.ts'

const HEARTBEAT_MS = 15_000
/** A tab each, and some to spare for reloads that have not let go yet. */
const MAX_PER_SESSION = 16
/** What may wait in a slow reader's socket, and for how long its replay may stand still, before it is cut off (R22). */
const MAX_QUEUED_BYTES = 1024 * 1024
const STALL_MS = 10_000

const HEADERS = {
  ...securityHeaders,
  'Content-Type': 'text/event-stream; charset=utf-8',
  'Cache-Control': 'no-store, no-transform',
  'X-Accel-Buffering': 'no',
}

export interface EventStream extends Sink {
  /** Aborts when the reader has gone, for whatever reason. */
  readonly signal: AbortSignal
}

/**
 * The open streams of this process, written straight to their sockets: one timer for all heartbeats, one string per event
 * for all readers, no work per stream but the write.
 */
export class EventStreams {
  /** By session: to open one, or to close a guest's, costs the same however many others there are. */
  readonly #open = new Map<string, Set<ServerResponse>>()
  readonly #heartbeat = setInterval(() => this.#beat(), HEARTBEAT_MS).unref()
  #closing = false

  get size(): number {
    return [...this.#open.values()].reduce((sum, { size }) => sum + size, 0)
  }

  /** Throws RequestError `too-many-streams` or `shutting-down` before anything is written. */
  open(response: ServerResponse, sessionId: string, headers: Record<string, string>): EventStream {
    if (this.#closing) throw new RequestError('shutting-down', undefined, { headers: { 'Retry-After': '1' } })
    const ofSession = this.#open.get(sessionId) ?? new Set()
    if (ofSession.size >= MAX_PER_SESSION)
      throw new RequestError('too-many-streams', undefined, { headers: { 'Retry-After': '5' } })

    const gone = new AbortController()
    this.#open.set(sessionId, ofSession.add(response))
    response.once('close', () => {
      this.#forget(sessionId, response)
      gone.abort()
    })
    response.writeHead(200, { ...HEADERS, ...headers })
    response.write(': open\n\n')
    return { signal: gone.signal, write: (entry) => write(response, frameOf(entry)), ready: () => ready(response) }
  }

  /** Ends the streams of a session, with a last word. */
  closeSession(sessionId: string, lastWord = ''): void {
    for (const response of this.#open.get(sessionId) ?? []) this.#end(sessionId, response, lastWord)
  }

  close(): void {
    this.#closing = true
    clearInterval(this.#heartbeat)
    for (const sessionId of this.#open.keys()) this.closeSession(sessionId, ': bye\n\n')
  }

  /** The last word waits behind all that a slow reader has not taken yet; but not for ever. */
  #end(sessionId: string, response: ServerResponse, lastWord: string): void {
    this.#forget(sessionId, response)
    response.end(lastWord)
    const cut = setTimeout(() => response.destroy(), STALL_MS).unref()
    response.once('close', () => clearTimeout(cut))
  }

  #forget(sessionId: string, response: ServerResponse): void {
    const ofSession = this.#open.get(sessionId)
    ofSession?.delete(response)
    if (ofSession?.size === 0) this.#open.delete(sessionId)
  }

  #beat(): void {
    for (const ofSession of this.#open.values()) for (const response of ofSession) write(response, ':\n\n')
  }
}

function write(response: ServerResponse, frame: string): void {
  // After its end a response is there until it has gone out; to write to it then would be an error nobody catches.
  if (response.writableEnded) return
  response.write(frame)
  if (response.writableLength > MAX_QUEUED_BYTES) response.destroy()
}

async function ready(response: ServerResponse): Promise<void> {
  if (!response.writableNeedDrain || response.destroyed) return
  const { promise, resolve } = Promise.withResolvers<unknown>()
  const stalled = setTimeout(() => response.destroy(), STALL_MS).unref()
  response.once('drain', resolve).once('close', resolve)
  await promise
  clearTimeout(stalled)
  response.off('drain', resolve).off('close', resolve)
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
