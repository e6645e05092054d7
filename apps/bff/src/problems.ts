import type { FileRefusal, Problem, ProblemCode } from '@foyer/shared/protocol/problem'
import type { Context, ErrorHandler, NotFoundHandler } from 'hono'
import { HTTPException } from 'hono/http-exception'
import type { ContentfulStatusCode } from 'hono/utils/http-status'
import { UpstreamError } from './connectors/upstream-error.ts'
import { ConversationError } from './conversations/conversation-error.ts'
import { problemType, toUpstreamProblem } from './conversations/upstream-problem.ts'
import type { Logger } from './logger.ts'
import { SealingError } from './storage/sealing.ts'
import { toStoreError } from './storage/store-error.ts'
import type { SecurityEvent } from './telemetry/security-events.ts'

/** A request that is refused at the door. `errors` say where the input was wrong. */
export class RequestError extends Error {
  override readonly name = 'RequestError'
  readonly code: ProblemCode
  readonly errors: Problem['errors']
  readonly headers: Record<string, string>
  readonly retryAfterSeconds: number | undefined
  /** Which check refused, for the log and the metrics alone: whoever is refused is not told. */
  readonly reason: string | undefined
  readonly fileRefusal: FileRefusal | undefined

  constructor(
    code: ProblemCode,
    detail?: string,
    more: {
      errors?: Problem['errors']
      headers?: Record<string, string>
      retryAfterSeconds?: number
      reason?: string
      fileRefusal?: FileRefusal
    } = {},
  ) {
    super(detail ?? sentences[code].detail)
    this.code = code
    this.errors = more.errors
    this.headers = more.headers ?? {}
    this.retryAfterSeconds = more.retryAfterSeconds
    this.reason = more.reason
    this.fileRefusal = more.fileRefusal
  }
}

type Sentence = Pick<Problem, 'status' | 'title' | 'detail'>

/** Every problem this server itself can have; those of the platform are told in conversations/upstream-problem.ts. */
const sentences: Record<ProblemCode, Sentence> = {
  'attachment-not-found': { status: 404, title: 'No such file', detail: 'This file is not available any more.' },
  'attachment-refused': { status: 422, title: 'The file was not accepted', detail: 'This file cannot be sent.' },
  'blocked-cross-site': {
    status: 403,
    title: 'Request from another site',
    detail: 'This request did not come from the chat page itself.',
  },
  'conversation-ended': { status: 409, title: 'The conversation has ended', detail: 'You can start a new one.' },
  'conversation-not-found': {
    status: 404,
    title: 'No such conversation',
    detail: 'There is no conversation of this id for you.',
  },
  'guest-scope-missing': {
    status: 502,
    title: 'The chat lacks a permission',
    detail: 'The chat is not set up completely.',
  },
  'internal-error': {
    status: 500,
    title: 'Something went wrong',
    detail: 'The server made a mistake. It has been logged.',
  },
  'invalid-request': {
    status: 400,
    title: 'The request is not valid',
    detail: 'Something in the request is not as it should be.',
  },
  'message-id-reused': {
    status: 422,
    title: 'Message id used before',
    detail: 'This messageId was used before with another content.',
  },
  'message-refused': {
    status: 422,
    title: 'The message was not accepted',
    detail: 'The chat service did not accept it.',
  },
  'messages-missing': {
    status: 502,
    title: 'Messages may be missing',
    detail: 'Messages of the last while may be missing here, or appear late.',
  },
  'method-not-allowed': { status: 405, title: 'Method not allowed', detail: 'This address does not know that method.' },
  'misdirected-request': { status: 421, title: 'Wrong address', detail: 'The chat has another address.' },
  'not-found': { status: 404, title: 'Not found', detail: 'There is nothing at this address.' },
  'not-supported': { status: 501, title: 'Not possible here', detail: 'The chat service of this site cannot do that.' },
  overloaded: {
    status: 503,
    title: 'Too much to do',
    detail: 'The server has too much to do right now. Please try again in a moment.',
  },
  'payload-too-large': { status: 413, title: 'Too large', detail: 'The body of the request is too large.' },
  'platform-refused': { status: 502, title: 'The chat service refused', detail: 'The chat is not set up correctly.' },
  'platform-unavailable': {
    status: 503,
    title: 'The chat service cannot be reached',
    detail: 'Please try again shortly.',
  },
  'rate-limited': { status: 429, title: 'Too many requests', detail: 'Please try again in a moment.' },
  'request-timeout': { status: 408, title: 'Too slow', detail: 'The request took too long to arrive.' },
  'session-required': { status: 401, title: 'No session', detail: 'Start a session first.' },
  'shutting-down': {
    status: 503,
    title: 'Restarting',
    detail: 'The server is restarting. Please try again in a moment.',
  },
  'store-unavailable': {
    status: 503,
    title: 'Nothing can be kept',
    detail: 'The server cannot keep messages right now. Please try again in a moment.',
  },
  'too-many-streams': { status: 429, title: 'Too many streams', detail: 'This session has too many open streams.' },
  'unsupported-media-type': {
    status: 415,
    title: 'Unsupported media type',
    detail: 'The body must be application/json.',
  },
}

const conversationCodes: Record<ConversationError['code'], ProblemCode> = {
  ended: 'conversation-ended',
  'message-id-reused': 'message-id-reused',
  'not-found': 'conversation-not-found',
  'not-supported': 'not-supported',
  'too-many-unsent': 'rate-limited',
}

/** A problem in its own words, but for what is said otherwise. */
export const toProblem = (code: ProblemCode, more: Partial<Problem> = {}): Problem => ({
  type: problemType(code),
  code,
  ...sentences[code],
  ...more,
})

/** A full disk or a lock is seldom gone at once. */
const STORE_RETRY_SECONDS = 5
/** A platform that has not taken so many messages will not have taken them in a moment. */
const UNSENT_RETRY_SECONDS = 30

/** The problem an error becomes. What nobody expected becomes a bare `internal-error`. */
function problemOf(error: unknown, showDiagnosis: boolean): Problem {
  if (error instanceof UpstreamError) return toUpstreamProblem(error, showDiagnosis)
  if (error instanceof ConversationError) {
    const isFull = error.code === 'too-many-unsent'
    return toProblem(conversationCodes[error.code], isFull ? { retryAfterSeconds: UNSENT_RETRY_SECONDS } : {})
  }
  if (error instanceof RequestError) {
    const { message: detail, errors, retryAfterSeconds, fileRefusal } = error
    return toProblem(error.code, {
      detail,
      ...(errors && { errors }),
      ...(retryAfterSeconds !== undefined && { retryAfterSeconds }),
      ...(fileRefusal && { fileRefusal }),
    })
  }
  if (toStoreError(error)) return toProblem('store-unavailable', { retryAfterSeconds: STORE_RETRY_SECONDS })
  if (error instanceof HTTPException && error.status === 413) return toProblem('payload-too-large')
  return toProblem('internal-error')
}

/** The only place where an error becomes an answer. */
export function createErrorHandler({
  logger,
  showDiagnosis,
}: {
  logger: Logger
  showDiagnosis: boolean
}): ErrorHandler {
  return (error, c) => {
    const problem = problemOf(error, showDiagnosis)
    if (error instanceof RequestError) for (const [name, value] of Object.entries(error.headers)) c.header(name, value)
    logProblem(logger, c, problem, error)
    return answerProblem(c, problem)
  }
}

export const answerNotFound: NotFoundHandler = (c) => answerProblem(c, toProblem('not-found'))

/** Whoever cannot be served now is told when to try again, each at another time (RFC 9110 §15.6.4). */
function answerProblem(c: Context, problem: Problem): Response {
  const requestId: unknown = c.get('requestId')
  const retryAfterSeconds = problem.retryAfterSeconds ?? (problem.status === 503 ? 5 + jitterSeconds() : undefined)
  if (retryAfterSeconds !== undefined) c.header('Retry-After', String(retryAfterSeconds))
  c.header('Content-Type', 'application/problem+json')
  c.header('Cache-Control', 'no-store')
  const body = {
    ...problem,
    retryAfterSeconds,
    ...(typeof requestId === 'string' ? { requestId, instance: `urn:uuid:${requestId}` } : {}),
  }
  return c.body(JSON.stringify(body), problem.status as ContentfulStatusCode)
}

const jitterSeconds = () => Math.ceil(5 * Math.random())

function logProblem(logger: Logger, c: Context, { code, status }: Problem, error: unknown): void {
  const security = securityEventOf(code, error)
  const entry = {
    event: 'request-refused',
    ...security,
    requestId: c.get('requestId') as unknown,
    method: c.req.method,
    code,
    status,
  }
  if (error instanceof UpstreamError) {
    const { cause, detail, requested, granted, missing, evidence, fix } = error.verdict
    const line = { ...entry, diagnosis: { cause, detail, requested, granted, missing, evidence, fix } }
    // What the platform refuses of a guest (a type of file) is no failure of ours to mend.
    if (status < 500) logger.info(line)
    else logger.error(line)
  } else if (security) logger.warn(entry)
  else if (status < 500) logger.info(error instanceof RequestError ? { ...entry, reason: error.reason } : entry)
  else if (c.req.raw.signal.aborted) logger.info({ ...entry, event: 'request-aborted' })
  else logger.error({ ...entry, err: error })
}

/** Refusals that are security events, under their own name (telemetry/security-events.ts). */
function securityEventOf(
  code: ProblemCode,
  error: unknown,
): { event: SecurityEvent; reason?: string | undefined; limit?: string | undefined } | undefined {
  if (error instanceof SealingError) return { event: 'store-decrypt-failed', reason: error.code }
  if (code === 'guest-scope-missing') return { event: 'guest-scope-missing' }
  if (!(error instanceof RequestError)) return undefined
  const { reason } = error
  if (code === 'blocked-cross-site') return { event: 'csrf-refused', reason }
  if (code === 'rate-limited' || code === 'too-many-streams') {
    // Signs of typing are a courtesy: who gives too many harms nobody, and loses nothing.
    return reason === 'typing' ? undefined : { event: 'rate-limited', reason: code, limit: reason }
  }
  return code === 'conversation-not-found' && reason !== undefined ? { event: 'session-mismatch', reason } : undefined
}
