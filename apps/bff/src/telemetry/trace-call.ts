import type { Tracing } from './tracing.ts'

/** As the platform names a request in its own log (ININ-Correlation-Id); nothing else of its headers is taken over. */
const CORRELATION_ID = /^[A-Za-z0-9-]{8,64}$/

interface Answer {
  readonly statusCode: number
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
}

/**
 * One HTTP call of the platform as part of what is under way. `call` is given the headers that carry the trace on. Path and
 * query stay outside: they hold ids.
 */
export function traceCall<Reply extends Answer>(
  tracing: Tracing,
  { host, method }: { host: string; method: string },
  call: (headers: Readonly<Record<string, string>>) => Promise<Reply>,
): Promise<Reply> {
  const attributes = { 'server.address': host, 'http.request.method': method }
  return tracing.span(method, { kind: 'client', attributes }, async (span) => {
    const answer = await call(tracing.headers())
    const correlationId = answer.headers['inin-correlation-id']
    span.set('http.response.status_code', answer.statusCode)
    if (typeof correlationId === 'string' && CORRELATION_ID.test(correlationId)) {
      span.set('genesys.correlation_id', correlationId)
    }
    if (answer.statusCode >= 400) span.fail(String(answer.statusCode))
    return answer
  })
}
