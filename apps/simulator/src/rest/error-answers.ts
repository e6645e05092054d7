import { jsonAnswer, withHeaders, type Answer } from './answer.ts'

/** Name of the protection space in `WWW-Authenticate` (RFC 9110 §11.5). */
export const REALM = 'genesys-sandbox'

export interface ErrorDetail {
  readonly errorCode: string
  readonly fieldName?: string
  readonly entityId?: string
}

export interface ErrorParts {
  readonly messageWithParams?: string
  readonly messageParams?: Readonly<Record<string, string>>
  readonly details?: readonly ErrorDetail[]
  readonly errors?: readonly unknown[]
  readonly limit?: { readonly key: string; readonly namespace: string; readonly value: number }
}

/**
 * A refusal an operation throws to end itself; its answer is the platform's `ErrorBody` (platform-api.md §2.3). Empty
 * lists are sent, as the platform does.
 */
export class Refusal extends Error {
  readonly status: number
  readonly code: string
  readonly parts: ErrorParts
  readonly headers: Readonly<Record<string, string>>

  constructor(status: number, code: string, message: string, parts: ErrorParts = {}, headers = {}) {
    super(message)
    this.name = 'Refusal'
    this.status = status
    this.code = code
    this.parts = parts
    this.headers = headers
  }

  toAnswer(contextId: string): Answer {
    const { messageWithParams, messageParams = {}, details = [], errors = [], limit } = this.parts
    const body = {
      message: this.message,
      code: this.code,
      status: this.status,
      ...(messageWithParams === undefined ? {} : { messageWithParams }),
      messageParams,
      contextId,
      details,
      errors,
      ...(limit && { limit }),
    }
    return withHeaders(jsonAnswer(this.status, JSON.stringify(body)), this.headers)
  }
}

const challenge = (parameters: string) => ({ 'www-authenticate': `Bearer realm="${REALM}"${parameters}` })

/** No token: nothing more is said than where one is wanted (RFC 6750 §3.1). */
export const tokenMissing = () =>
  new Refusal(
    401,
    'authentication.required',
    'No authentication bearer token specified in authorization header.',
    {},
    challenge(''),
  )

export const tokenUnknown = () =>
  new Refusal(
    401,
    'bad.credentials',
    'Invalid login credentials.',
    {},
    challenge(', error="invalid_token", error_description="The access token is unknown or was revoked"'),
  )

export const tokenExpired = () =>
  new Refusal(
    401,
    'credentials.expired',
    'The supplied credentials are expired and cannot be used.',
    {},
    challenge(', error="invalid_token", error_description="The access token expired"'),
  )

export const notFound = () => new Refusal(404, 'not.found', 'The requested resource was not found.')

/** The same for a conversation that is not, and for one that is somebody else's. */
export const conversationNotFound = () =>
  new Refusal(404, 'conversation.error.conversation.not.found', 'Conversation not found.')

export const bodyTooLarge = (maxBytes: number) =>
  new Refusal(
    413,
    'request.entity.too.large',
    `The request is over the size limit. Maximum bytes: ${maxBytes}`,
    {},
    // What is left of the body is not worth reading, so the line cannot be used again.
    { connection: 'close' },
  )

export const unsupportedMediaType = () =>
  new Refusal(
    415,
    'unsupported.media.type',
    'Unsupported Media Type - Unsupported or incorrect media type, such as an incorrect Content-Type value in the header.',
  )

export const badRequest = (message: string, detail?: ErrorDetail) =>
  new Refusal(400, 'bad.request', message, detail ? { details: [detail] } : {})

export const invalidValue = (fieldName: string, message: string) =>
  new Refusal(400, 'invalid.value', message, { details: [{ errorCode: 'invalid.value', fieldName }] })

export const invalidQuery = (fieldName: string, message: string, errorCode = 'invalid.query.param.value') =>
  new Refusal(400, 'invalid.query.param.value', message, { details: [{ errorCode, fieldName }] })

/** `retryAfterSeconds` undefined: the caller is not told how long to wait. */
export function tooManyRequests(limit: { key: string; value: number }, retryAfterSeconds: number | undefined): Refusal {
  const parts = { limit: { key: limit.key, namespace: 'platform.api', value: limit.value } }
  if (retryAfterSeconds === undefined) {
    const message = `Rate limit exceeded the maximum [${limit.value}] requests within [60] seconds`
    return new Refusal(429, 'too.many.requests', message, parts)
  }
  const message = `Rate limit exceeded the maximum. Retry the request in [${retryAfterSeconds}] seconds`
  const headers = { 'retry-after': String(retryAfterSeconds) }
  return new Refusal(429, 'too.many.requests.retry.after', message, parts, headers)
}

export const internalError = () =>
  new Refusal(500, 'internal.server.error', 'The server encountered an unexpected condition.')

export const serviceUnavailable = (headers = {}) =>
  new Refusal(503, 'service.unavailable', 'Too many active requests.  Try again later.', {}, headers)
