import type { Context, MiddlewareHandler } from 'hono'
import { RequestError } from '../problems.ts'

const BODILESS = new Set(['GET', 'HEAD', 'DELETE'])

/** These methods have no body here (S36): one that comes all the same is meant for whoever reads it as a request of its own. */
export function createBodilessMethods(): MiddlewareHandler {
  return function refuseBodyByMethod(c, next) {
    if (BODILESS.has(c.req.method)) refuseBody(c)
    return next()
  }
}

/**
 * For what is asked by its address alone. A content type without a content is a form, or the like (S19). Throws RequestError
 * `unsupported-media-type`, `invalid-request`.
 */
export function refuseBody(c: Context): void {
  const type = c.req.header('Content-Type')
  const headers = { Connection: 'close' }
  if (type !== undefined && !/^application\/json\b/i.test(type)) {
    throw new RequestError('unsupported-media-type', undefined, { headers })
  }
  const isEmpty = (c.req.header('Content-Length') ?? '0') === '0' && c.req.header('Transfer-Encoding') === undefined
  if (isEmpty) return
  throw new RequestError('invalid-request', undefined, {
    errors: [{ path: '', message: 'must have no body' }],
    headers,
  })
}
