import type { Env, Hono, MiddlewareHandler } from 'hono'
import { matchedRoutes } from 'hono/route'
import { RequestError } from '../problems.ts'

/** A known address with another method: 405, with the methods it knows (RFC 9110 §15.5.6). */
export function refuseOtherMethods<E extends Env>(app: Hono<E>, routes: readonly Route[]): void {
  const named = routes.filter(({ method }) => method !== 'ALL')
  for (const [path, known] of Map.groupBy(named, (route) => route.path)) {
    const allow = allowOf(known)
    app.all(path, () => {
      throw new RequestError('method-not-allowed', undefined, { headers: { Allow: allow } })
    })
  }
}

/**
 * HEAD below /api is refused as other methods are. It would be answered as GET is: a file would be fetched and a stream
 * opened for nobody, and what nobody reads holds on to its connection.
 */
export function createRefuseHead(routes: () => readonly Route[]): MiddlewareHandler {
  return (c, next) => {
    const known = c.req.method === 'HEAD' && matchedRoutes(c).find(({ method, path }) => isReadOfApi({ method, path }))
    if (!known) return next()
    const allow = allowOf(routes().filter(({ method, path }) => path === known.path && method !== 'ALL'))
    throw new RequestError('method-not-allowed', undefined, { headers: { Allow: allow } })
  }
}

interface Route {
  readonly method: string
  readonly path: string
}

const isReadOfApi = ({ method, path }: Route) => method === 'GET' && path.startsWith('/api/')

const allowOf = (known: readonly Route[]) =>
  [
    ...new Set(
      known.flatMap((route) => (route.method === 'GET' && !isReadOfApi(route) ? ['GET', 'HEAD'] : [route.method])),
    ),
  ].join(', ')
