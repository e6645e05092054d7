import { scopes } from '@foyer/shared/platform/guest-api'
import type { FailureContext, Operation } from './failure.ts'
import { toNames } from './safe-words.ts'

const { read, write, send } = scopes

/** What Foyer was doing, as a sentence begins with it, and the scopes the guest contract asks for (platform-api.md §5.5). */
export const operations: Record<Operation, { doing: string; needs: readonly string[] }> = {
  token: { doing: 'Asking for a guest token', needs: [write, send] },
  refresh: { doing: 'Refreshing the guest token', needs: [write, send] },
  createConversation: { doing: 'Opening a conversation', needs: [write] },
  readConversation: { doing: 'Reading the conversation', needs: [read] },
  listMessages: { doing: 'Reading messages', needs: [read] },
  stream: { doing: 'Following new messages', needs: [read] },
  sendMessage: { doing: 'Sending a message', needs: [write, send] },
  typing: { doing: 'Showing that the guest is typing', needs: [send] },
  endConversation: { doing: 'Ending the conversation', needs: [write] },
  revoke: { doing: 'Revoking the token', needs: [] },
  platform: { doing: 'This call', needs: [] },
}

export const isTokenRequest = (operation: Operation): boolean => operation === 'token' || operation === 'refresh'

export const isGuestOperation = (operation: Operation): boolean => operation !== 'platform'

/** The scopes that must be granted. A token must be good for what was asked for, unless the caller knows better. */
export function neededScopes(operation: Operation, { required, requested }: FailureContext): string[] {
  if (required) return toNames(required)
  const asked = toNames(requested ?? [])
  return isTokenRequest(operation) && asked.length > 0 ? asked : [...operations[operation].needs]
}

/** Whether a token with these scopes may do what `scope` allows: the full scope includes the reading one (§1.4, §5.3). */
export function isGranted(scope: string, granted: readonly string[]): boolean {
  if (granted.includes(scope)) return true
  if (scope === read) return granted.includes(write)
  return scope.endsWith(':readonly') && granted.includes(scope.slice(0, -':readonly'.length))
}

export const notGranted = (needed: readonly string[], granted: readonly string[]): string[] =>
  needed.filter((scope) => !isGranted(scope, granted))
