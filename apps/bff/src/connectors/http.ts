import type { Readable } from 'node:stream'
import { Pool, type Dispatcher } from 'undici'
import { traceCall } from '../telemetry/trace-call.ts'
import { untraced, type Tracing } from '../telemetry/tracing.ts'
import { DeadlineError, within } from './deadline.ts'

/** Longest answer read from the platform; more is an answer we do not understand (S53). */
const MAX_ANSWER_BYTES = 1024 * 1024

/** How long the platform may take (R7), and how much may be asked of it at once (R10). Times in milliseconds. */
export interface HttpLimits {
  readonly connectMs: number
  /** Until an answer begins. */
  readonly headersMs: number
  /** For a whole call, waiting for a connection included. */
  readonly totalMs: number
  /** Calls at once; each has a connection of its own. */
  readonly connections: number
  /** Calls that may wait for one. */
  readonly queued: number
  /** Streams, and calls that the platform was asked to hold. */
  readonly streams: number
}

const LIMITS: HttpLimits = {
  ...{ connectMs: 3_000, headersMs: 8_000, totalMs: 12_000 },
  ...{ connections: 256, queued: 1_024, streams: 16_384 },
}

export interface HttpRequest {
  readonly method: 'GET' | 'POST' | 'PATCH' | 'DELETE'
  readonly path: string
  readonly accessToken?: string | undefined
  /** Sent as JSON, or as a form when it is URLSearchParams. */
  readonly body?: unknown
  /** How long the platform was asked to hold its answer: it may take so much longer. */
  readonly holdMs?: number | undefined
  readonly signal?: AbortSignal | undefined
}

export interface HttpAnswer {
  readonly status: number
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

export interface StreamAnswer {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly lines: AsyncIterable<string>
  /** Lets go of the connection, read or not. */
  close(): void
}

/**
 * No answer was had. `code` is the socket's, undici's, or one of ours: `ANSWER_TOO_LARGE`, `DEADLINE`, `QUEUE_FULL`; `sent`
 * whether the request may have left.
 */
export class NoAnswerError extends Error {
  override readonly name = 'NoAnswerError'
  readonly code: string
  readonly sent: boolean
  constructor(code: string, sent: boolean, options?: ErrorOptions) {
    super(`no answer: ${code}`, options)
    this.code = code
    this.sent = sent
  }
}

/** Calls to one origin over kept-alive connections. Redirects are not followed: a token must not travel (S5). */
export interface HttpClient {
  /** Throws NoAnswerError, or the signal's reason. */
  request(request: HttpRequest): Promise<HttpAnswer>
  /** The answer's body line by line, for as long as it comes; at most `idleTimeoutMs` of silence. Throws as `request`. */
  stream(request: HttpRequest, idleTimeoutMs: number): Promise<StreamAnswer>
  close(): Promise<void>
}

export interface HttpClientOptions extends Partial<HttpLimits> {
  /** Sent with every request. */
  readonly headers?: Readonly<Record<string, string>>
  readonly tracing?: Tracing | undefined
}

export function createHttpClient(
  origin: string,
  { headers = {}, tracing = untraced, ...changed }: HttpClientOptions = {},
): HttpClient {
  const limits = { ...LIMITS, ...changed }
  const calls = newDoor(origin, limits, limits.connections, limits.queued)
  // What stays open has connections of its own: it cannot starve the calls.
  const streams = newDoor(origin, limits, limits.streams, 0)
  const { host } = new URL(origin)
  const send = (pool: Pool, request: HttpRequest, timeouts: Timeouts) =>
    traceCall(tracing, { host, method: request.method }, (trace) =>
      sendWith(pool, request, { headers: { ...headers, ...trace }, ...timeouts }),
    )

  return {
    async request(request) {
      const { holdMs = 0, signal } = request
      const { pool, enter } = holdMs > 0 ? streams : calls
      const leave = enter()
      try {
        return await within(limits.totalMs + holdMs, signal, async (limit) => {
          const timeouts = { headersTimeout: limits.headersMs + holdMs, bodyTimeout: 0 }
          const answer = await send(pool, { ...request, signal: limit }, timeouts)
          const body = await readBounded(answer.body, limit)
          return { status: answer.statusCode, headers: flatten(answer.headers), body }
        })
      } catch (error) {
        // What was sent says so itself: here the time was over before.
        throw error instanceof DeadlineError ? late(error, false) : error
      } finally {
        leave()
      }
    },

    async stream(request, idleTimeoutMs) {
      const { signal } = request
      const leave = streams.enter()
      try {
        const timeouts = { headersTimeout: limits.headersMs, bodyTimeout: idleTimeoutMs }
        const answer = await send(streams.pool, request, timeouts)
        answer.body.once('close', leave)
        return {
          status: answer.statusCode,
          headers: flatten(answer.headers),
          lines: linesOf(answer.body, signal),
          // What breaks because we let go is nobody's concern.
          close: () => void answer.body.on('error', () => undefined).destroy(),
        }
      } catch (error) {
        leave()
        throw error
      }
    },

    async close() {
      await Promise.all([calls.pool.destroy(), streams.pool.destroy()])
    },
  }
}

/** A pool that takes no more than it can serve, and those few that may wait: the rest is told at once (R10). */
function newDoor(origin: string, { connectMs }: HttpLimits, connections: number, queued: number) {
  const pool = new Pool(origin, {
    connections,
    pipelining: 1,
    connect: { timeout: connectMs },
    keepAliveTimeout: 30_000,
  })
  let inside = 0
  const enter = () => {
    if (inside >= connections + queued) throw new NoAnswerError('QUEUE_FULL', false)
    inside++
    return () => void inside--
  }
  return { pool, enter }
}

async function sendWith(
  pool: Pool,
  { method, path, accessToken, body, signal }: HttpRequest,
  { headers: always, ...timeouts }: Timeouts & { headers: Readonly<Record<string, string>> },
) {
  const headers: Record<string, string> = { accept: 'application/json', ...always }
  if (accessToken !== undefined) headers['authorization'] = `Bearer ${accessToken}`
  const form = body instanceof URLSearchParams
  if (body !== undefined) headers['content-type'] = form ? 'application/x-www-form-urlencoded' : 'application/json'
  try {
    return await pool.request({
      method,
      path,
      headers,
      body: body === undefined ? null : form ? body.toString() : JSON.stringify(body),
      ...timeouts,
      signal: signal ?? null,
    })
  } catch (error) {
    throw toNoAnswer(error, signal)
  }
}

type Timeouts = Pick<Dispatcher.RequestOptions, 'headersTimeout' | 'bodyTimeout'>

/** By events: to iterate over a stream costs several times what there is to read of most answers. */
function readBounded(body: Readable, signal: AbortSignal | undefined): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>()
  const chunks: Buffer[] = []
  let size = 0
  body
    .on('data', (chunk: Buffer) => {
      chunks.push(chunk)
      size += chunk.length
      if (size > MAX_ANSWER_BYTES) body.destroy(new NoAnswerError('ANSWER_TOO_LARGE', true))
    })
    .once('end', () => resolve(Buffer.concat(chunks).toString('utf8')))
    .once('error', (error) => reject(toNoAnswer(error, signal) as Error))
    .once('close', () => {
      if (!body.readableEnded) reject(toNoAnswer(new Error('closed early'), signal) as Error)
    })
  return promise
}

async function* linesOf(body: AsyncIterable<Buffer>, signal: AbortSignal | undefined): AsyncGenerator<string> {
  const decoder = new TextDecoder()
  let rest = ''
  try {
    for await (const chunk of body) {
      const lines = (rest + decoder.decode(chunk, { stream: true })).split('\n')
      rest = lines.pop() ?? ''
      if (rest.length > MAX_ANSWER_BYTES) throw new NoAnswerError('ANSWER_TOO_LARGE', true)
      yield* lines
    }
    if (rest !== '') yield rest
  } catch (error) {
    throw toNoAnswer(error, signal)
  }
}

/** Failures of connecting: the request never left. Everything else may have. */
const NOT_SENT = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'UND_ERR_CONNECT_TIMEOUT',
  'EHOSTUNREACH',
  'ENETUNREACH',
])

function toNoAnswer(error: unknown, signal: AbortSignal | undefined): unknown {
  if (signal?.aborted) return signal.reason instanceof DeadlineError ? late(signal.reason, true) : signal.reason
  if (error instanceof NoAnswerError) return error
  const code = codeOf(error)
  return new NoAnswerError(code, !NOT_SENT.has(code), { cause: error })
}

const late = (cause: DeadlineError, sent: boolean) => new NoAnswerError('DEADLINE', sent, { cause })

function codeOf(error: unknown): string {
  if (error instanceof AggregateError && error.errors[0] !== undefined) return codeOf(error.errors[0])
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : 'UNKNOWN'
}

function flatten(headers: Record<string, string | string[] | undefined>): Record<string, string> {
  const flat: Record<string, string> = {}
  for (const [name, value] of Object.entries(headers)) {
    if (value !== undefined) flat[name.toLowerCase()] = Array.isArray(value) ? value.join(', ') : value
  }
  return flat
}
