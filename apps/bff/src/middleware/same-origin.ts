import { CSRF_HEADER } from '@foyer/shared/protocol/routes'
import type { Context, MiddlewareHandler } from 'hono'
import { RequestError } from '../problems.ts'

const SAFE_METHODS = new Set(['GET', 'HEAD'])

/**
 * Only the page itself may call the API: the custom header a foreign page cannot send (S17), then Fetch Metadata and
 * Origin against the configured origin, never against `Host` (S18). Reads and the stream included.
 */
export function createSameOrigin(publicOrigin: string): MiddlewareHandler {
  return function requireSameOrigin(c, next) {
    c.header('Vary', 'Origin, Sec-Fetch-Site')
    const reason = foreignBy(c, publicOrigin)
    if (reason !== undefined) throw new RequestError('blocked-cross-site', undefined, { reason })
    return next()
  }
}

/** Which check says that this request is not the page's. */
function foreignBy(c: Context, publicOrigin: string): string | undefined {
  const site = c.req.header('Sec-Fetch-Site')
  const origin = c.req.header('Origin')
  if (c.req.header(CSRF_HEADER.name) !== CSRF_HEADER.value) return 'csrf-header'
  if (site !== undefined && site !== 'same-origin') return 'fetch-metadata'
  if (origin !== undefined && origin !== publicOrigin) return 'origin'
  if (site === undefined && origin === undefined && !SAFE_METHODS.has(c.req.method)) return 'no-origin'
  return undefined
}
