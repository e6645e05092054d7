import * as v from 'valibot'
import type { IncomingMessage } from 'node:http'
import { isJsonObject, mediaTypeOf, parseJson } from '../rest/read-body.ts'
import { OAuthError } from './oauth-error.ts'

/** Body of a token request, whatever way it came (platform-api.md §5.2). */
const TokenRequest = v.object({
  grant_type: v.optional(v.string()),
  client_id: v.optional(v.string()),
  client_secret: v.optional(v.string()),
  scope: v.optional(
    v.union([
      v.string(),
      v.pipe(
        v.array(v.string()),
        v.transform((names) => names.join(' ')),
      ),
    ]),
  ),
  refresh_token: v.optional(v.string()),
  guest_hint: v.optional(v.pipe(v.string(), v.maxLength(256))),
})
export type TokenRequest = v.InferOutput<typeof TokenRequest>

/** Throws OAuthError `invalid_request` for a body that is neither a JSON object nor a form, or repeats a parameter. */
export function parseTokenRequest(request: IncomingMessage, body: string): TokenRequest {
  const parsed = v.safeParse(TokenRequest, parseFields(mediaTypeOf(request), body))
  if (parsed.success) return parsed.output
  const field = v.getDotPath(parsed.issues[0]) ?? 'body'
  throw new OAuthError('invalid_request', `malformed parameter: ${field}`)
}

function parseFields(mediaType: string, body: string): unknown {
  if (body === '') return {}
  if (mediaType === 'application/x-www-form-urlencoded') return parseForm(body)
  if (mediaType !== 'application/json') {
    throw new OAuthError('invalid_request', 'content type must be JSON or form-encoded', { status: 415 })
  }
  const value = parseJson(body)
  if (!isJsonObject(value)) throw new OAuthError('invalid_request', 'the body is not a JSON object')
  return value
}

function parseForm(body: string): Record<string, string> {
  const fields = new Map<string, string>()
  for (const [name, value] of new URLSearchParams(body)) {
    // RFC 6749 §3.2: parameters must not be sent more than once, and one without a value counts as not sent.
    if (fields.has(name)) throw new OAuthError('invalid_request', `repeated parameter: ${name.slice(0, 64)}`)
    if (value !== '') fields.set(name, value)
  }
  return Object.fromEntries(fields)
}
