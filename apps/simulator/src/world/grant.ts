import { scopes } from '@foyer/shared/platform/guest-api'

/** What one access token stands for. */
export interface Grant {
  readonly id: string
  readonly accessToken: string
  readonly family: GrantFamily
  scopes: readonly string[]
  expiresAtMs: number
  isRevoked: boolean
  /** Told once when the token expires or is revoked. */
  readonly endListeners: Set<() => void>
  cancelExpiry: (() => void) | undefined
}

/** All tokens that come from one token request by refreshing: one guest, one fate (platform-api.md §5.4). */
export interface GrantFamily {
  readonly clientId: string
  readonly guestId: string
  scopes: readonly string[]
  readonly grants: Set<Grant>
  isRevoked: boolean
}

/** Of the scopes an operation needs, those that are not granted. `write` includes `read` (§5.3). */
export function missingScopes(granted: readonly string[], required: readonly string[]): string[] {
  return required.filter(
    (scope) => !granted.includes(scope) && !(scope === scopes.read && granted.includes(scopes.write)),
  )
}
