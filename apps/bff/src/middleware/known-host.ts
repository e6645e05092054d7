import type { MiddlewareHandler } from 'hono'
import { RequestError } from '../problems.ts'

/** A probe reaches a process by its address, not by its public name; it learns one word. */
const PROBED = new Set(['/health/live', '/health/ready'])

/**
 * Answers only under the public name (S40): `Host` decides nothing here, but a foreign one is a rebinding attack, a
 * poisoned cache, or a proxy that is not set up. Two of them arrive joined, and are no name at all.
 */
export function createKnownHost(publicUrl: string): MiddlewareHandler {
  const { host, hostname, protocol, port } = new URL(publicUrl)
  const known = new Set([host, ...(port === '' ? [`${hostname}:${protocol === 'https:' ? 443 : 80}`] : [])])
  return function requireKnownHost(c, next) {
    const isKnown = known.has(authorityOf(c.req.url)) && known.has(c.req.header('Host')?.toLowerCase() ?? host)
    if (!isKnown && !PROBED.has(c.req.path)) {
      throw new RequestError('misdirected-request', `The chat is at ${publicUrl}, and at no other address.`)
    }
    return next()
  }
}

/** RFC 9112 §3.2.2: a target in absolute form names a host of its own, and that is the one that counts. */
function authorityOf(url: string): string {
  const start = url.indexOf('//') + 2
  return url.slice(start, url.indexOf('/', start))
}
