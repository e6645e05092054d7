import { Hono } from 'hono'
import type { Grant } from '../world/grant.ts'
import type { World } from '../world/world.ts'
import type { ControlParts } from './control-parts.ts'
import { ControlRefusal, readControlBody } from './control-refusal.ts'
import { ScopeRevocation, TokenSelection } from './schemas.ts'

/** What happens to guests' tokens behind their backs. */
export function createGuestRoutes({ world }: ControlParts): Hono {
  const routes = new Hono()

  routes.post('/guests/expire-tokens', async (context) => {
    const { guestId } = await readControlBody(context, TokenSelection)
    const grants = selectGrants(world, guestId)
    for (const grant of grants) world.grants.expire(grant)
    return context.json({ tokens: grants.length })
  })
  routes.post('/guests/revoke-tokens', async (context) => {
    const { guestId } = await readControlBody(context, TokenSelection)
    const grants = selectGrants(world, guestId)
    for (const grant of grants) world.grants.revokeFamily(grant.family)
    return context.json({ tokens: grants.length })
  })
  routes.post('/guests/scopes', async (context) => {
    const { guestId, scopes } = await readControlBody(context, ScopeRevocation)
    const grants = selectGrants(world, guestId)
    const keep = (granted: readonly string[]) => granted.filter((scope) => !scopes.includes(scope))
    for (const grant of grants) {
      grant.scopes = keep(grant.scopes)
      grant.family.scopes = keep(grant.family.scopes)
    }
    return context.json({ tokens: grants.length })
  })
  return routes
}

function selectGrants(world: World, guestId: string | undefined): Grant[] {
  if (guestId !== undefined && !world.guests.has(guestId)) {
    throw new ControlRefusal(404, 'guest_not_found', 'There is no such guest.', 'body.guestId')
  }
  return [...world.grants.living()].filter(({ family }) => guestId === undefined || family.guestId === guestId)
}
