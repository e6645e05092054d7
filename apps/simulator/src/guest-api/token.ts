import type { GuestTokenResponse } from '@foyer/shared/platform/guest-api'
import type { Client } from '../options.ts'
import type { Answer } from '../rest/answer.ts'
import type { Exchange } from '../rest/exchange.ts'
import { readBody } from '../rest/read-body.ts'
import type { IssuedGrant, Lifetimes } from '../world/grants.ts'
import type { World } from '../world/world.ts'
import { authenticateClient } from './authenticate-client.ts'
import { grantScopes, narrowScopes } from './grant-scopes.ts'
import { OAuthError, TOKEN_HEADERS } from './oauth-error.ts'
import { parseTokenRequest, type TokenRequest } from './token-request.ts'

/** Grants that begin with a client alone: absent is the seed's, `client_credentials` is what OAuth libraries send. */
const FIRST_GRANTS: readonly (string | undefined)[] = [undefined, 'client_credentials', 'guest']

/**
 * `POST /api/v2/oauth/guest/token` (platform-api.md §5.2). `admit` is told the client as soon as it is known, and may
 * refuse it. Throws OAuthError or Refusal.
 */
export async function issueToken(exchange: Exchange, world: World, admit: (client: Client) => void): Promise<Answer> {
  exchange.body = await readBody(exchange.request)
  const request = parseTokenRequest(exchange.request, exchange.body)
  exchange.clientId = request.client_id
  const client = authenticateClient(exchange.request.headers.authorization, request, (id) => world.findClient(id))
  exchange.clientId = client.id
  admit(client)
  const issued = issueFor(client, request, world)
  exchange.grant = issued.grant
  return { status: 200, headers: TOKEN_HEADERS, body: JSON.stringify(toResponse(issued)) }
}

function issueFor(client: Client, request: TokenRequest, world: World): IssuedGrant {
  if (FIRST_GRANTS.includes(request.grant_type)) return issueFirst(client, request, world)
  if (request.grant_type === 'refresh_token') return refresh(client, request, world)
  throw new OAuthError('unsupported_grant_type', 'grant type not supported')
}

function issueFirst(client: Client, request: TokenRequest, world: World): IssuedGrant {
  const scopes = grantScopes(request.scope, client, world.behaviour.scopePolicy)
  const guest = world.admitGuest(client.id, request.guest_hint)
  const family = { clientId: client.id, guestId: guest.id, scopes, grants: new Set<never>(), isRevoked: false }
  return world.grants.issue(family, scopes, lifetimesFor(client, world))
}

/** The used refresh token is spent only once nothing can be refused any more: a mistake in `scope` must not cost it. */
function refresh(client: Client, request: TokenRequest, world: World): IssuedGrant {
  if (request.refresh_token === undefined) throw new OAuthError('invalid_request', 'refresh_token is missing')
  const family = world.grants.familyOf(request.refresh_token)
  if (family?.clientId !== client.id) {
    throw new OAuthError('invalid_grant', 'refresh token is unknown, expired or already used')
  }
  const scopes = narrowScopes(request.scope, family.scopes)
  world.grants.useUp(request.refresh_token)
  return world.grants.issue(family, scopes, lifetimesFor(client, world))
}

function lifetimesFor(client: Client, { behaviour }: World): Lifetimes {
  const accessSeconds = Math.min(behaviour.guestTtlSeconds, client.guestTtlSeconds ?? Infinity)
  return {
    accessMs: accessSeconds * 1000,
    refreshMs: behaviour.issueRefreshToken ? behaviour.refreshTtlSeconds * 1000 : undefined,
  }
}

function toResponse({ grant, expiresInSeconds, refreshToken }: IssuedGrant): GuestTokenResponse {
  return {
    access_token: grant.accessToken,
    token_type: 'bearer',
    expires_in: expiresInSeconds,
    scope: grant.scopes.join(' '),
    ...(refreshToken === undefined ? {} : { refresh_token: refreshToken }),
  }
}
