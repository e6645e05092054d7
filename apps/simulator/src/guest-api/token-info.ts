import { emptyAnswer, jsonAnswer, type Answer } from '../rest/answer.ts'
import { organization } from '../world/world.ts'
import type { GuestCall } from './guest-call.ts'

/** `GET /api/v2/tokens/me`: what the token at hand may do (platform-api.md §1.6). */
export function describeToken({ world, grant }: GuestCall): Answer {
  const client = world.findClient(grant.family.clientId)
  const body = {
    organization,
    homeOrganization: organization,
    authorizedScope: grant.scopes,
    OAuthClient: {
      id: grant.family.clientId,
      name: client?.name ?? '',
      authorizedGrantType: 'CLIENT-CREDENTIALS',
      scope: client?.allowedScopes ?? [],
      state: client ? 'active' : 'inactive',
      organization,
    },
  }
  return jsonAnswer(200, JSON.stringify(body))
}

/** `DELETE /api/v2/tokens/me`: ends this token, and what could be refreshed from it. */
export function revokeToken({ world, grant }: GuestCall): Answer {
  world.grants.revokeFamily(grant.family)
  return emptyAnswer(200)
}
