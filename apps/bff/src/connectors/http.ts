import { Pool } from 'undici'

/** Longest answer read from the platform; more is an answer we do not understand (S53). */
const MAX_ANSWER_BYTES = 1024 * 1024

const CONNECT_TIMEOUT_MS = 3_000
const HEADERS_TIMEOUT_MS = 8_000
const BODY_TIMEOUT_MS = 12_000

export interface HttpRequest {
  readonly method: 'GET' | 'POST' | 'PATCH' | 'DELETE'
  readonly path: string
  readonly accessToken?: string | undefined
  /** Sent as JSON, or as a form when it is URLSearchParams. */
  readonly body?: unknown
  /** How long the platform may take to begin its answer; longer where it was asked to wait. */
  readonly headersTimeoutMs?: number | undefined
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

/** No answer was had. `code` is the socket's or undici's; `sent` whether the request may have left. */
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

export interface HttpClientOptions {
  readonly connections?: number
  /** Sent with every request. */
  readonly headers?: Readonly<Record<string, string>>
}

export function createHttpClient(
  origin: string,
  { connections = 256, headers = {} }: HttpClientOptions = {},
): HttpClient {
  const calls = newPool(origin, connections)
  // Streams stay open: on connections of their own they cannot starve the calls.
  const streams = newPool(origin, null)

  return {
    async request(request) {
      const answer = await send(calls, headers, request, BODY_TIMEOUT_MS)
      const body = await readBounded(answer.body, request.signal)
      return { status: answer.statusCode, headers: flatten(answer.headers), body }
    },

    async stream(request, idleTimeoutMs) {
      const answer = await send(streams, headers, request, idleTimeoutMs)
      return {
        status: answer.statusCode,
        headers: flatten(answer.headers),
        lines: linesOf(answer.body, request.signal),
        // What breaks because we let go is nobody's concern.
        close: () => void answer.body.on('error', () => undefined).destroy(),
      }
    },

    async close() {
      await Promise.all([calls.destroy(), streams.destroy()])
    },
  }
}

function newPool(origin: string, connections: number | null): Pool {
  return new Pool(origin, {
    connections,
    pipelining: 1,
    connect: { timeout: CONNECT_TIMEOUT_MS },
    keepAliveTimeout: 30_000,
  })
}

async function send(
  pool: Pool,
  always: Readonly<Record<string, string>>,
  { method, path, accessToken, body, headersTimeoutMs, signal }: HttpRequest,
  bodyTimeout: number,
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
      headersTimeout: headersTimeoutMs ?? HEADERS_TIMEOUT_MS,
      bodyTimeout,
      signal: signal ?? null,
    })
  } catch (error) {
    throw toNoAnswer(error, signal)
  }
}

async function readBounded(body: AsyncIterable<Buffer>, signal: AbortSignal | undefined): Promise<string> {
  const chunks: Buffer[] = []
  let size = 0
  try {
    for await (const chunk of body) {
      size += chunk.length
      if (size > MAX_ANSWER_BYTES) throw new NoAnswerError('ANSWER_TOO_LARGE', true)
      chunks.push(chunk)
    }
  } catch (error) {
    throw toNoAnswer(error, signal)
  }
  return Buffer.concat(chunks).toString('utf8')
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
  if (signal?.aborted) return signal.reason
  if (error instanceof NoAnswerError) return error
  const code = codeOf(error)
  return new NoAnswerError(code, !NOT_SENT.has(code), { cause: error })
}

function codeOf(error: unknown): string {
  if (error instanceof AggregateError && error.errors[0] !== undefined) return codeOf(error.errors[0])
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : 'UNKNOWN'
}

function flatten(headers: Record<string, string | string[] | undefined>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) =>
      value === undefined ? [] : [[name.toLowerCase(), Array.isArray(value) ? value.join(', ') : value]],
    ),
  )
}
