import type { Context, MiddlewareHandler } from 'hono'
import { routePath } from 'hono/route'
import type { Clock } from '../clock.ts'
import type { Logger } from '../logger.ts'
import type { Metrics } from '../telemetry/metrics.ts'
import { untraced, type Tracing } from '../telemetry/tracing.ts'
import { currentWork, during } from '../telemetry/work.ts'
import type { RequestIdEnv } from './request-id.ts'
import type { SessionEnv } from './session-cookie.ts'

interface Parts {
  readonly metrics: Pick<Metrics, 'httpRequests'>
  readonly tracing: Tracing
  readonly clock: Clock
  readonly logger: Logger
}

/**
 * Measures and traces every request, and lets what is logged meanwhile name it. A stream is measured until it is open.
 * One line per request is of use to those who look for something: it is written at `debug`; refusals have lines of their own.
 */
export function createObserveRequest({ metrics, tracing, clock, logger }: Parts): MiddlewareHandler<RequestIdEnv> {
  return function observeRequest(c, next) {
    const startedAtMs = clock.monotonic()
    const requestId = c.get('requestId')
    const route = routeOf(c)
    const method = METHODS.has(c.req.method) ? c.req.method : 'other'
    const attributes = { 'http.request.method': method, 'http.route': route, 'foyer.request_id': requestId }
    const options = { kind: 'server', begins: true, attributes, traceparent: c.req.header('traceparent') } as const

    return during({ requestId }, () =>
      (route.startsWith('/api/') ? tracing : untraced).span(`${method} ${route}`, options, async (span) => {
        await next()
        const { status } = c.res
        const durationMs = clock.monotonic() - startedAtMs
        metrics.httpRequests.observe({ method, route, status_class: statusClassOf(c) }, durationMs / 1000)
        span.set('http.response.status_code', status)
        if (status >= 500) span.fail(String(status))
        logger.debug({ event: 'request', method, route, status, durationMs: Math.round(durationMs) })
      }),
    )
  }
}

/** From here on what is logged names the session too. */
export const nameSession: MiddlewareHandler<SessionEnv> = (c, next) => {
  const sessionId = c.get('session')?.sessionId
  return sessionId === undefined ? next() : during({ ...currentWork(), sessionId }, next)
}

const METHODS = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'])

/** The template the request was routed by; never its path, which anybody may make up (S48). */
function routeOf(c: Context): string {
  const path = routePath(c, -1)
  if (path === '' || path.includes('*')) return 'unmatched'
  return path.includes('.') ? 'file' : path
}

/** `aborted`: the one who asked did not wait for the answer. */
function statusClassOf(c: Context): string {
  const { status } = c.res
  return status >= 500 && c.req.raw.signal.aborted ? 'aborted' : `${Math.floor(status / 100)}xx`
}
