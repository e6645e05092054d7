import { guestApiPaths, scopes } from '@foyer/shared/platform/guest-api'

const { read, write, send } = scopes

/** What each operation of the contract needs (platform-api.md §5.3, §5.5). `token` needs a client, not a scope. */
export const requiredScopes = {
  token: [],
  'token-info': [],
  'revoke-token': [],
  'create-conversation': [write],
  'read-conversation': [read],
  'end-conversation': [write],
  'list-messages': [read],
  stream: [read],
  'send-message': [write, send],
  typing: [send],
} as const

export type OperationName = keyof typeof requiredScopes

export interface MatchedOperation {
  readonly name: OperationName
  readonly conversationId: string | undefined
}

const CONVERSATIONS = guestApiPaths.conversations
/** Long enough for any id there is; a longer one is none. */
const MAX_ID_LENGTH = 128

/** Which operation a request means; undefined when there is none at this path with this method. */
export function matchOperation(method: string, path: string): MatchedOperation | undefined {
  if (path === guestApiPaths.token) return named(method === 'POST' && 'token')
  if (path === guestApiPaths.tokenInfo) return named(TOKEN_INFO[method])
  if (path === CONVERSATIONS) return named(method === 'POST' && 'create-conversation')
  if (!path.startsWith(`${CONVERSATIONS}/`)) return undefined
  const [id = '', resource = '', ...rest] = path.slice(CONVERSATIONS.length + 1).split('/')
  if (rest.length > 0 || id === '' || id.length > MAX_ID_LENGTH) return undefined
  return named(CONVERSATION_OPERATIONS[`${method} ${resource}`], id)
}

const TOKEN_INFO: Partial<Record<string, OperationName>> = {
  GET: 'token-info',
  HEAD: 'token-info',
  DELETE: 'revoke-token',
}

const CONVERSATION_OPERATIONS: Partial<Record<string, OperationName>> = {
  'GET ': 'read-conversation',
  'PATCH ': 'end-conversation',
  'DELETE ': 'end-conversation',
  'GET messages': 'list-messages',
  'POST messages': 'send-message',
  'GET stream': 'stream',
  'POST typing': 'typing',
}

function named(name: OperationName | false | undefined, conversationId?: string): MatchedOperation | undefined {
  return name ? { name, conversationId } : undefined
}
