import * as v from 'valibot'
import { startHttpServer } from './http-server.ts'

const Value = v.object({ stringValue: v.optional(v.string()), intValue: v.optional(v.union([v.string(), v.number()])) })
const OtlpSpan = v.object({
  traceId: v.string(),
  spanId: v.string(),
  parentSpanId: v.optional(v.string()),
  name: v.string(),
  kind: v.number(),
  attributes: v.array(v.object({ key: v.string(), value: Value })),
  status: v.optional(v.object({ code: v.optional(v.number()), message: v.optional(v.string()) })),
  events: v.optional(v.array(v.unknown()), []),
})
const ExportRequest = v.object({
  resourceSpans: v.array(v.object({ scopeSpans: v.array(v.object({ spans: v.array(OtlpSpan) })) })),
})

export interface CollectedSpan {
  readonly traceId: string
  readonly spanId: string
  readonly parentSpanId: string | undefined
  readonly name: string
  readonly attributes: Readonly<Record<string, string | undefined>>
}

/** An OpenTelemetry collector (OTLP over HTTP, JSON), until the test is over. */
export async function startCollector() {
  const { origin, received } = await startHttpServer((response) => {
    response.writeHead(200, { 'Content-Type': 'application/json' }).end('{}')
  })
  const spans = (): CollectedSpan[] =>
    received
      .map(({ body }) => v.parse(v.pipe(v.string(), v.parseJson(), ExportRequest), body))
      .flatMap(({ resourceSpans }) =>
        resourceSpans.flatMap(({ scopeSpans }) => scopeSpans.flatMap(({ spans }) => spans)),
      )
      .map(({ traceId, spanId, parentSpanId, name, attributes }) => ({
        ...{ traceId, spanId, parentSpanId: parentSpanId === '' ? undefined : parentSpanId, name },
        attributes: Object.fromEntries(
          attributes.map(({ key, value }) => [key, value.stringValue ?? String(value.intValue ?? '')]),
        ),
      }))
  /** `bytes`: everything it was sent, as it came. */
  return {
    endpoint: origin,
    spans,
    paths: () => received.map(({ path }) => path),
    bytes: () => received.map(({ body }) => body).join('\n'),
  }
}
