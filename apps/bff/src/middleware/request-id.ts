import { randomUUID } from 'node:crypto'
import type { MiddlewareHandler } from 'hono'

export interface RequestIdEnv {
  Variables: { requestId: string }
}

/** An id of our own for every request; it stands in the log and in the problem the guest sees. Never taken from outside. */
export function createRequestId(): MiddlewareHandler<RequestIdEnv> {
  return function requestId(c, next) {
    const id = randomUUID()
    c.set('requestId', id)
    c.header('X-Request-Id', id)
    return next()
  }
}
