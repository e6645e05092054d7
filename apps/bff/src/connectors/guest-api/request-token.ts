import { DEFAULT_SCOPES, guestApiPaths, GuestTokenResponse } from '@foyer/shared/platform/guest-api'
import * as oauth from 'openid-client'
import * as v from 'valibot'
import type { Secret } from '../../secret.ts'
import { diagnose } from '../diagnosis/diagnose.ts'
import type { FailureContext, Operation, PlatformResponse } from '../diagnosis/failure.ts'
import type { Cause, Verdict } from '../diagnosis/verdict.ts'
import { NoAnswerError, type HttpAnswer, type HttpClient } from '../http.ts'
import type { PlatformCalls } from '../platform-calls.ts'
import type { Metrics } from '../../telemetry/metrics.ts'
import { UpstreamError } from '../upstream-error.ts'

/** The OAuth client that asks for guest tokens. `clientSecret` is absent for a public client. */
export interface TokenClient {
  readonly origin: string
  readonly clientId: string
  readonly clientSecret?: Secret | undefined
  readonly scopes: readonly string[]
  /** The platform's domain as the operator knows it; for the diagnosis only. */
  readonly region?: string | undefined
}

export interface IssuedToken {
  readonly accessToken: string
  readonly refreshToken?: string | undefined
  /** Absent where the platform does not say. */
  readonly lifetimeMs?: number | undefined
  readonly granted: readonly string[]
  /** What conversing needs and was not granted, as a verdict. */
  readonly shortfall?: Verdict | undefined
}

export interface TokenRequests {
  /**
   * A new token, with every scope spelled out. `guestHint` is the same for the same guest: a platform that knows it
   * gives the new token to the old guest. Throws UpstreamError, also when a scope is missing from the grant.
   */
  ask(guestHint: string, signal?: AbortSignal): Promise<IssuedToken>
  /**
   * A new token for the same guest, who was `granted` these scopes. Throws UpstreamError; but a grant that has become too
   * small is answered, with its `shortfall`: the refresh token is used up, and the one that came with it must be kept.
   */
  refresh(refreshToken: string, granted: readonly string[]): Promise<IssuedToken>
}

export interface TokenRequestParts {
  readonly client: TokenClient
  readonly http: HttpClient
  readonly calls: PlatformCalls
  readonly metrics: TokenMetrics
}

export type TokenMetrics = Pick<Metrics, 'tokenRequests' | 'scopeMissing'>

/**
 * Token requests through openid-client (RFC 6749 §4.4, §6). The platform documents a JSON body, the standard a form: JSON
 * is sent until the platform refuses the media type, the form from then on.
 */
export function createTokenRequests({ client, http, calls, metrics }: TokenRequestParts): TokenRequests {
  const accepted = { body: 'json' as BodyFormat }

  async function exchangeFor(
    operation: TokenOperation,
    grantedIfSilent: readonly string[],
    { request, signal }: { request: Request; signal?: AbortSignal | undefined },
  ): Promise<IssuedToken> {
    const context = {
      requested: client.scopes,
      required: requiredScopes(client.scopes),
      clientId: client.clientId,
      region: client.region,
    }
    const exchange: Exchange = {}
    try {
      const response = await request(configure(client, { http, accepted, exchange, signal }))
      const issued = toIssuedToken(v.parse(GuestTokenResponse, response), grantedIfSilent)
      const verdict = diagnose({
        operation,
        context: { ...context, granted: issued.granted },
        response: toResponse(exchange),
      })
      return verdict.cause === 'ok' ? issued : { ...issued, shortfall: verdict }
    } catch (error) {
      if (exchange.lost) throw exchange.lost
      if (!exchange.answer) throw error
      throw new UpstreamError(calls.pace(diagnoseUnusable(operation, context, toResponse(exchange))), 'refused')
    }
  }

  /** Counted, and under the breaker: both grants ask the same endpoint. */
  async function run(
    operation: TokenOperation,
    grantedIfSilent: readonly string[],
    how: { request: Request; signal?: AbortSignal | undefined },
  ): Promise<IssuedToken> {
    const note = (outcome: Cause) => metrics.tokenRequests.inc({ grant: GRANTS[operation], outcome })
    try {
      const issued = await calls.run('token', () => exchangeFor(operation, grantedIfSilent, how))
      note(issued.shortfall?.cause ?? 'ok')
      if (issued.shortfall?.cause === 'scope-missing') metrics.scopeMissing.inc()
      return issued
    } catch (thrown) {
      const error = thrown instanceof NoAnswerError ? lostToken(operation, thrown) : thrown
      if (error instanceof UpstreamError) note(error.code)
      throw error
    }
  }

  function lostToken(operation: TokenOperation, error: NoAnswerError): UpstreamError {
    const context = { requested: client.scopes, clientId: client.clientId, region: client.region }
    const verdict = diagnose({ operation, context, networkError: { code: error.code } })
    return new UpstreamError(calls.pace(verdict), error.sent ? 'unknown' : 'not-sent', { cause: error })
  }

  return {
    async ask(guestHint, signal) {
      const parameters = { scope: client.scopes.join(' '), guest_hint: guestHint }
      const request: Request = (to) => oauth.clientCredentialsGrant(to, parameters)
      const issued = await run('token', client.scopes, { request, signal })
      if (issued.shortfall) throw new UpstreamError(issued.shortfall, 'refused')
      return issued
    },
    refresh: (refreshToken, granted) =>
      run('refresh', granted, { request: (to) => oauth.refreshTokenGrant(to, refreshToken) }),
  }
}

type TokenOperation = 'token' | 'refresh'
type Request = (configuration: oauth.Configuration) => Promise<unknown>
const GRANTS: Record<TokenOperation, string> = { token: 'client_credentials', refresh: 'refresh_token' }

/** Why an answer could not be used. One that is good but for what the library or our schema refused in it is unreadable. */
function diagnoseUnusable(operation: Operation, context: FailureContext, response: PlatformResponse): Verdict {
  const verdict = diagnose({ operation, context, response })
  return verdict.cause === 'ok' ? diagnose({ operation, context, response: { ...response, body: '' } }) : verdict
}

/** What a guest must be granted: everything asked for, and of the contract's own scopes those that conversing needs. */
function requiredScopes(asked: readonly string[]): string[] {
  const speaksContract = asked.some((scope) => scope.startsWith('messaging:'))
  return [...new Set([...asked, ...(speaksContract ? DEFAULT_SCOPES : [])])]
}

type BodyFormat = 'json' | 'form'
/** What was seen on the wire, kept because the library's errors do not always let the body be read. */
interface Exchange {
  answer?: HttpAnswer
  lost?: Error
}

interface Wire {
  readonly http: HttpClient
  readonly accepted: { body: BodyFormat }
  readonly exchange: Exchange
  readonly signal: AbortSignal | undefined
}

function configure(client: TokenClient, { http, accepted, exchange, signal }: Wire) {
  const server = { issuer: client.origin, token_endpoint: `${client.origin}${guestApiPaths.token}` }
  const authentication = client.clientSecret ? oauth.ClientSecretPost(client.clientSecret.reveal()) : oauth.None()
  const configuration = new oauth.Configuration(server, client.clientId, {}, authentication)
  // Whether plain http is allowed at all was settled when the configuration was read.
  if (client.origin.startsWith('http:')) oauth.allowInsecureRequests(configuration)
  configuration[oauth.customFetch] = async (_url, { body }) => {
    const fields = new URLSearchParams(body instanceof URLSearchParams ? body : String(body))
    try {
      exchange.answer = await post(http, fields, { format: accepted.body, signal })
      if (exchange.answer.status === 415 && accepted.body === 'json') {
        accepted.body = 'form'
        exchange.answer = await post(http, fields, { format: 'form', signal })
      }
    } catch (error) {
      // The library would wrap it.
      exchange.lost = error as Error
      throw error
    }
    return toFetchResponse(exchange.answer)
  }
  return configuration
}

const post = (
  http: HttpClient,
  fields: URLSearchParams,
  { format, signal }: { format: BodyFormat; signal: AbortSignal | undefined },
): Promise<HttpAnswer> =>
  http.request({
    method: 'POST',
    path: guestApiPaths.token,
    body: format === 'json' ? Object.fromEntries(fields) : fields,
    signal,
  })

function toFetchResponse({ status, headers, body }: HttpAnswer): Response {
  // The challenge would make the library leave the body unread (platform-api.md §5.2).
  const { 'www-authenticate': _challenge, 'content-length': _length, 'content-encoding': _encoding, ...rest } = headers
  const empty = status === 204 || status === 205 || status === 304
  return new Response(empty ? null : body, { status, headers: rest })
}

const toResponse = ({ answer }: Exchange) => ({
  status: answer?.status ?? 0,
  headers: answer?.headers ?? {},
  body: answer?.body ?? '',
})

function toIssuedToken(response: GuestTokenResponse, grantedIfSilent: readonly string[]): IssuedToken {
  const { access_token, refresh_token, expires_in, scope } = response
  return {
    accessToken: access_token,
    refreshToken: refresh_token,
    lifetimeMs: expires_in === undefined ? undefined : expires_in * 1000,
    // RFC 6749 §5.1: no scope in the answer means that what was asked for was granted.
    granted: scope === undefined ? grantedIfSilent : scope.split(' ').filter((name) => name !== ''),
  }
}
