import { parseJson } from '../rest/read-body.ts'

export const MASK = '***'

/** Names under which something secret travels, in a body or a query. */
const SECRET_NAME = /secret|token|password|authorization|assertion|^code$|jwt|verifier|signature|^url$|downloadUrl/i

/** A path with its query, without the secrets somebody put there by mistake. */
export function maskUri(uri: string): string {
  const queryStart = uri.indexOf('?')
  if (queryStart < 0) return uri
  const query = new URLSearchParams(uri.slice(queryStart + 1))
  const secretNames = [...query.keys()].filter((name) => SECRET_NAME.test(name))
  if (secretNames.length === 0) return uri
  for (const name of secretNames) query.set(name, MASK)
  return `${uri.slice(0, queryStart)}?${query.toString()}`
}

/** A body as read, secrets masked. What cannot be read may hide anything, so only its length is shown. */
export function maskBody(body: string | undefined, mediaType: string): unknown {
  if (body === undefined || body === '') return null
  if (mediaType.startsWith('application/x-www-form-urlencoded')) {
    return maskValue(Object.fromEntries(new URLSearchParams(body)))
  }
  const value = parseJson(body)
  return value === undefined ? `[${body.length} characters that are not JSON]` : maskValue(value)
}

function maskValue(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(maskValue)
  if (typeof value !== 'object' || value === null) return value
  const masked = Object.entries(value).map(([name, inner]) => [name, SECRET_NAME.test(name) ? MASK : maskValue(inner)])
  return Object.fromEntries(masked)
}
