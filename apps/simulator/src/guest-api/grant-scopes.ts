import { scopes } from '@foyer/shared/platform/guest-api'
import type { Client } from '../options.ts'
import { OAuthError } from './oauth-error.ts'

const KNOWN = new Set<string>(Object.values(scopes))

/**
 * What is granted of what was asked, in the order asked: the trap of the contract (platform-api.md §5.3). Nothing asked
 * gets the client's default. What the client may not have is left out, or refused under the policy `reject`.
 */
export function grantScopes(asked: string | undefined, client: Client, policy: 'downgrade' | 'reject'): string[] {
  const names = splitScope(asked)
  if (names.length === 0) return client.defaultScopes.filter((scope) => client.allowedScopes.includes(scope))
  refuseUnknown(names)
  const granted = names.filter((scope) => client.allowedScopes.includes(scope))
  if (granted.length === 0 || (policy === 'reject' && granted.length < names.length)) {
    const refused = names.filter((scope) => !granted.includes(scope))
    throw new OAuthError('invalid_scope', `scope not allowed for this client: ${refused.join(' ')}`)
  }
  return granted
}

/** For a refresh: what was granted at first, or less of it (RFC 6749 §6). */
export function narrowScopes(asked: string | undefined, original: readonly string[]): readonly string[] {
  const names = splitScope(asked)
  if (names.length === 0) return original
  refuseUnknown(names)
  if (names.every((scope) => original.includes(scope))) return names
  throw new OAuthError('invalid_scope', 'scope exceeds what was granted originally')
}

function refuseUnknown(names: readonly string[]): void {
  const unknown = names.find((scope) => !KNOWN.has(scope))
  if (unknown !== undefined) throw new OAuthError('invalid_scope', `unknown scope: ${unknown.slice(0, 128)}`)
}

const splitScope = (scope: string | undefined) => [...new Set((scope ?? '').split(' ').filter((name) => name !== ''))]
