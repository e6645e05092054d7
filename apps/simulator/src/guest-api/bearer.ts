import { tokenExpired, tokenMissing, tokenUnknown } from '../rest/error-answers.ts'
import type { Grant } from '../world/grant.ts'
import type { Grants } from '../world/grants.ts'

/** The living grant behind an `Authorization` header. Throws the fitting 401, after telling `refusing`. */
export function findBearerGrant(authorization: string | undefined, grants: Grants, refusing: () => void): Grant {
  const grant = peekBearerGrant(authorization, grants)
  if (grant && !grant.isRevoked && !grants.isExpired(grant)) return grant
  refusing()
  if (parseBearer(authorization) === undefined) throw tokenMissing()
  throw grant && !grant.isRevoked ? tokenExpired() : tokenUnknown()
}

/** The grant behind an `Authorization` header, dead or alive. */
export function peekBearerGrant(authorization: string | undefined, grants: Grants): Grant | undefined {
  const accessToken = parseBearer(authorization)
  return accessToken === undefined ? undefined : grants.find(accessToken)
}

/** The scheme is read in any case (RFC 9110 §11.1). */
function parseBearer(authorization: string | undefined): string | undefined {
  return /^bearer +(\S+) *$/i.exec(authorization ?? '')?.[1]
}
