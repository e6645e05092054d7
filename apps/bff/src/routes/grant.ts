import type { Grant } from '@foyer/shared/protocol/grant'
import { routes } from '@foyer/shared/protocol/routes'
import { Hono } from 'hono'
import { requireSession, type SessionEnv } from '../middleware/session-cookie.ts'
import { RequestError } from '../problems.ts'
import type { SessionStore, StoredCredential } from '../sessions/session-store.ts'

export interface GrantRouteParts {
  readonly sessions: Pick<SessionStore, 'readCredential'>
  readonly describeGrant: (credential: StoredCredential) => Grant
}

/** What the session's credential was granted, for who runs Foyer: part of the inspector, as diagnoses are. */
export function createGrantRoutes({ sessions, describeGrant }: GrantRouteParts): Hono<SessionEnv> {
  return new Hono<SessionEnv>().get(routes.readGrant.path, async (c) => {
    const credential = await sessions.readCredential(requireSession(c).sessionId)
    if (!credential) throw new RequestError('session-required')
    return c.json(describeGrant(credential))
  })
}
