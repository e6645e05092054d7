import { timingSafeEqual, createHash } from 'node:crypto'
import type { Client } from '../options.ts'
import { OAuthError } from './oauth-error.ts'
import type { TokenRequest } from './token-request.ts'

interface Credentials {
  readonly clientId: string
  readonly clientSecret: string | undefined
}

/**
 * The client that asks, by Basic or by the body, never both (platform-api.md §5.2). Throws OAuthError: an id not known
 * here is 400, a secret that is wrong or not there 401, as the platform tells them apart (§1.3).
 */
export function authenticateClient(
  authorization: string | undefined,
  request: TokenRequest,
  findClient: (id: string) => Client | undefined,
): Client {
  const basic = parseBasic(authorization)
  if (basic && (request.client_secret !== undefined || (request.client_id ?? basic.clientId) !== basic.clientId)) {
    throw new OAuthError('invalid_request', 'client credentials were sent in more than one way')
  }
  const { clientId, clientSecret } = basic ?? { clientId: request.client_id, clientSecret: request.client_secret }
  if (clientId === undefined) throw new OAuthError('invalid_request', 'client_id is missing')
  const client = findClient(clientId)
  if (!client) throw new OAuthError('invalid_client', 'client not found')
  if (!isSecretRight(client, clientSecret)) throw wrongSecret(basic !== undefined)
  if (client.kind !== 'guest') throw new OAuthError('unauthorized_client', 'the client may not ask for guest tokens')
  return client
}

/** A public client has no secret, so it cannot send the right one. */
function isSecretRight({ secret }: Client, given: string | undefined): boolean {
  if (secret === null) return given === undefined || given === ''
  return given !== undefined && timingSafeEqual(digest(secret), digest(given))
}

const digest = (secret: string) => createHash('sha256').update(secret).digest()

function wrongSecret(triedBasic: boolean): OAuthError {
  const headers: Record<string, string> = triedBasic ? { 'www-authenticate': 'Basic realm="genesys-sandbox"' } : {}
  return new OAuthError('invalid_client', 'authentication failed', { status: 401, headers })
}

function parseBasic(authorization: string | undefined): Credentials | undefined {
  if (!/^basic(?: |$)/i.test(authorization ?? '')) return undefined
  const decoded = Buffer.from((authorization ?? '').slice(6), 'base64').toString()
  const colon = decoded.indexOf(':')
  if (colon < 0) throw wrongSecret(true)
  try {
    return { clientId: decodePart(decoded.slice(0, colon)), clientSecret: decodePart(decoded.slice(colon + 1)) }
  } catch {
    // A percent sign that begins no escape: such a pair was never registered.
    throw wrongSecret(true)
  }
}

/** RFC 6749 §2.3.1: id and secret are form-encoded before they are joined. */
const decodePart = (part: string) => decodeURIComponent(part.replaceAll('+', ' '))
