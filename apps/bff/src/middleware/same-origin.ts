import { CSRF_HEADER } from '@foyer/shared/protocol/routes'
import type { MiddlewareHandler } from 'hono'
import { RequestError } from '../problems.ts'

const SAFE_METHODS = new Set(['GET', 'HEAD'])

/**
 * Only the page itself may call the API: the custom header a foreign page cannot send (S17), then Fetch Metadata and
 * Origin against the configured origin, never against `Host` (S18). Reads and the stream included.
 */
export function createSameOrigin(publicOrigin: string): MiddlewareHandler {
  return async function requireSameOrigin(c, next) {
    const site = c.req.header('Sec-Fetch-Site')
    const origin = c.req.header('Origin')
    const isSafe = SAFE_METHODS.has(c.req.method)
    const isOwn =
      c.req.header(CSRF_HEADER.name) === CSRF_HEADER.value &&
      (site === undefined || site === 'same-origin') &&
      (origin === undefined || origin === publicOrigin) &&
      (isSafe || site !== undefined || origin !== undefined)
    if (!isOwn) throw new RequestError('blocked-cross-site')
    c.header('Cache-Control', 'no-store')
    c.header('Vary', 'Origin, Sec-Fetch-Site')
    await next()
  }
}
