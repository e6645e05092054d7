import { DEFAULT_SCOPES, guestApiPaths, GuestTokenResponse } from '@foyer/shared/platform/guest-api'
import * as oauth from 'openid-client'
import * as v from 'valibot'
import { diagnose } from '../diagnosis/diagnose.ts'
import type { FailureContext, Operation, PlatformResponse } from '../diagnosis/failure.ts'
import type { Verdict } from '../diagnosis/verdict.ts'
import { UpstreamError } from '../upstream-error.ts'
import { NoAnswerError, type HttpAnswer, type HttpClient } from '../http.ts'

/** The OAuth client that asks for guest tokens. `clientSecret` is absent for a public client. */
export interface TokenClient {
  readonly origin: string
  readonly clientId: string
  readonly clientSecret?: string | undefined
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
  ask(guestHint: string): Promise<IssuedToken>
  /**
   * A new token for the same guest, who was `granted` these scopes. Throws UpstreamError; but a grant that has become too
   * small is answered, with its `shortfall`: the refresh token is used up, and the one that came with it must be kept.
   */
  refresh(refreshToken: string, granted: readonly string[]): Promise<IssuedToken>
}

/**
 * Token requests through openid-client (RFC 6749 §4.4, §6). The platform documents a JSON body, the standard a form: JSON
 * is sent until the platform refuses the media type, the form from then on.
 */
export function createTokenRequests(client: TokenClient, http: HttpClient): TokenRequests {
  const accepted = { body: 'json' as BodyFormat }

  async function run(
    operation: 'token' | 'refresh',
    grantedIfSilent: readonly string[],
    request: (configuration: oauth.Configuration) => Promise<unknown>,
  ): Promise<IssuedToken> {
    const context = {
      requested: client.scopes,
      required: requiredScopes(client.scopes),
      clientId: client.clientId,
      region: client.region,
    }
    const exchange: Exchange = {}
    try {
      const response = await request(configure(client, http, accepted, exchange))
      const issued = toIssuedToken(v.parse(GuestTokenResponse, response), grantedIfSilent)
      const verdict = diagnose({
        operation,
        context: { ...context, granted: issued.granted },
        response: toResponse(exchange),
      })
      return verdict.cause === 'ok' ? issued : { ...issued, shortfall: verdict }
    } catch (error) {
      if (error instanceof UpstreamError) throw error
      if (exchange.answer)
        throw new UpstreamError(diagnoseUnusable(operation, context, toResponse(exchange)), 'refused')
      const lost = exchange.lost ?? { code: 'UNKNOWN', sent: true }
      const verdict = diagnose({ operation, context, networkError: { code: lost.code } })
      throw new UpstreamError(verdict, lost.sent ? 'unknown' : 'not-sent', { cause: error })
    }
  }

  return {
    async ask(guestHint) {
      const parameters = { scope: client.scopes.join(' '), guest_hint: guestHint }
      const issued = await run('token', client.scopes, (to) => oauth.clientCredentialsGrant(to, parameters))
      if (issued.shortfall) throw new UpstreamError(issued.shortfall, 'refused')
      return issued
    },
    refresh: (refreshToken, granted) => run('refresh', granted, (to) => oauth.refreshTokenGrant(to, refreshToken)),
  }
}

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
  lost?: { code: string; sent: boolean }
}

function configure(client: TokenClient, http: HttpClient, accepted: { body: BodyFormat }, exchange: Exchange) {
  const server = { issuer: client.origin, token_endpoint: `${client.origin}${guestApiPaths.token}` }
  const authentication = client.clientSecret === undefined ? oauth.None() : oauth.ClientSecretPost(client.clientSecret)
  const configuration = new oauth.Configuration(server, client.clientId, {}, authentication)
  // Whether plain http is allowed at all was settled when the configuration was read.
  if (client.origin.startsWith('http:')) oauth.allowInsecureRequests(configuration)
  configuration[oauth.customFetch] = async (_url, { body }) => {
    const fields = new URLSearchParams(body instanceof URLSearchParams ? body : String(body))
    try {
      exchange.answer = await post(http, fields, accepted.body)
      if (exchange.answer.status === 415 && accepted.body === 'json') {
        accepted.body = 'form'
        exchange.answer = await post(http, fields, 'form')
      }
    } catch (error) {
      if (error instanceof NoAnswerError) exchange.lost = error
      throw error
    }
    return toFetchResponse(exchange.answer)
  }
  return configuration
}

const post = (http: HttpClient, fields: URLSearchParams, format: BodyFormat): Promise<HttpAnswer> =>
  http.request({
    method: 'POST',
    path: guestApiPaths.token,
    body: format === 'json' ? Object.fromEntries(fields) : fields,
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
