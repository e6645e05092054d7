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

/**
 * Reports of a browser have no header of ours, and over the Reporting API no Fetch Metadata; where there is some it decides.
 * Sent without CORS from a page that names no referrer, their origin is `null` (Fetch, "append a request Origin header").
 */
export function createReportOrigin(publicOrigin: string): MiddlewareHandler {
  return function requireOwnReport(c, next) {
    const site = c.req.header('Sec-Fetch-Site')
    const isReport = (c.req.header('Sec-Fetch-Dest') ?? 'report') === 'report'
    const isForeign = site === undefined ? !isOwnOrNone(c.req.header('Origin'), publicOrigin) : site !== 'same-origin'
    if (isReport && !isForeign) return next()
    const reason = isReport && site === undefined ? 'origin' : 'fetch-metadata'
    throw new RequestError('blocked-cross-site', undefined, { reason })
  }
}

const isOwnOrNone = (origin = 'null', publicOrigin: string) => origin === 'null' || origin === publicOrigin

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
