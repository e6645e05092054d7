import type { MiddlewareHandler } from 'hono'
import { RequestError } from '../problems.ts'

const DESTINATIONS = new Set(['document', 'iframe'])

/**
 * The document may be opened and framed from anywhere (`frame-ancestors` says where it is shown), but another site may not
 * fetch it or load it as anything else (S18). Browsers omit the headers where they are not safe to send; then nothing is known.
 */
export function createNavigation(): MiddlewareHandler {
  return async function allowNavigation(c, next) {
    const site = c.req.header('Sec-Fetch-Site')
    const isForeign = site === 'cross-site' || site === 'same-site'
    const isNavigation =
      c.req.header('Sec-Fetch-Mode') === 'navigate' && DESTINATIONS.has(c.req.header('Sec-Fetch-Dest') ?? '')
    if (isForeign && !isNavigation) throw new RequestError('blocked-cross-site', undefined, { reason: 'navigation' })
    c.header('Vary', 'Sec-Fetch-Site, Sec-Fetch-Mode, Sec-Fetch-Dest', { append: true })
    await next()
  }
}
