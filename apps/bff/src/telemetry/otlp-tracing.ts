import {
  ROOT_CONTEXT,
  SpanKind,
  SpanStatusCode,
  TraceFlags,
  trace,
  type Context,
  type Span as OpenTelemetrySpan,
} from '@opentelemetry/api'
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http'
import { detectResources, envDetector, resourceFromAttributes } from '@opentelemetry/resources'
import { BatchSpanProcessor, ParentBasedSampler, SamplingDecision, TracerProvider } from '@opentelemetry/sdk-trace'
import { noSpan, type Span, type SpanOptions, type Tracing } from './tracing.ts'
import { currentWork, during } from './work.ts'

/*
 * Traces as OpenTelemetry tells them, by OTLP over HTTP. Loaded only where they are switched on. What is under way is known
 * from work.ts, so the SDK's own context, and with it every global of it, is left out.
 */

export interface TracingOptions {
  /** Of the collector; spans go to `/v1/traces` below it. */
  readonly endpoint: string
  /** Share of the traces that are kept, 0 to 1. */
  readonly ratio: number
}

/** How long a collector may take. At the end of the process no one waits longer for it. */
const EXPORT_MS = 3_000

export function startTracing({ endpoint, ratio }: TracingOptions): Tracing & { close(): Promise<void> } {
  const exporter = new OTLPTraceExporter({ url: `${endpoint}/v1/traces`, timeoutMillis: EXPORT_MS })
  const sampler = sampleShare(ratio)
  const provider = new TracerProvider({
    resource: resourceFromAttributes({ 'service.name': 'foyer' }).merge(detectResources({ detectors: [envDetector] })),
    // A page may ask to be sampled, or not to be: neither counts (R35). Within the process one decision holds for all.
    sampler: new ParentBasedSampler({ root: sampler, remoteParentSampled: sampler, remoteParentNotSampled: sampler }),
    spanProcessors: [new BatchSpanProcessor({ exporter, exportTimeoutMillis: EXPORT_MS })],
  })
  const tracer = provider.getTracer('foyer')

  return {
    async span(name, options, work) {
      const parent = parentOf(options)
      if (!parent) return work(noSpan)
      const { kind = 'internal', attributes = {} } = options
      const started = tracer.startSpan(name, { kind: KINDS[kind], attributes }, parent)
      const span = new OtlpSpan(started)
      try {
        return await during({ ...currentWork(), span }, () => work(span))
      } catch (error) {
        span.fail(codeOf(error))
        throw error
      } finally {
        started.end()
      }
    },

    headers() {
      const span = currentWork()?.span
      return span instanceof OtlpSpan ? { traceparent: span.traceparent } : {}
    },

    close: () => provider.shutdown().catch(() => undefined), // a collector that is away keeps nobody from stopping
  }
}

const KINDS = {
  server: SpanKind.SERVER,
  client: SpanKind.CLIENT,
  consumer: SpanKind.CONSUMER,
  internal: SpanKind.INTERNAL,
} as const

/** Whom a span stands under; undefined where it is not to be told. */
function parentOf({ traceparent, begins = false }: SpanOptions): Context | undefined {
  const underWay = currentWork()?.span
  if (underWay instanceof OtlpSpan && !begins) return trace.setSpan(ROOT_CONTEXT, underWay.inner)
  if (!begins) return undefined
  const remote = traceparent === undefined ? undefined : parseTraceparent(traceparent)
  return remote ? trace.setSpanContext(ROOT_CONTEXT, remote) : ROOT_CONTEXT
}

class OtlpSpan implements Span {
  readonly inner: OpenTelemetrySpan
  constructor(inner: OpenTelemetrySpan) {
    this.inner = inner
  }

  get traceId(): string {
    return this.inner.spanContext().traceId
  }
  get traceparent(): string {
    const { traceId, spanId, traceFlags } = this.inner.spanContext()
    return `00-${traceId}-${spanId}-0${traceFlags & TraceFlags.SAMPLED}`
  }
  set(name: string, value: string | number | undefined): void {
    if (value !== undefined) this.inner.setAttribute(name, value)
  }
  fail(reason: string): void {
    this.inner.setStatus({ code: SpanStatusCode.ERROR }).setAttribute('error.type', reason)
  }
}

/** W3C Trace Context §3.2.2: a version we do not know may say more after the four fields; all zeros is nobody. */
const TRACEPARENT = /^(?!ff)[0-9a-f]{2}-(?!0{32})([0-9a-f]{32})-(?!0{16})([0-9a-f]{16})-[0-9a-f]{2}(?:-.*)?$/

function parseTraceparent(header: string) {
  const [, traceId, spanId] = TRACEPARENT.exec(header) ?? []
  if (traceId === undefined || spanId === undefined) return undefined
  return { traceId, spanId, traceFlags: TraceFlags.NONE, isRemote: true }
}

/** By chance alone: whoever chooses the trace's id does not choose whether it is kept. */
const sampleShare = (ratio: number) => ({
  shouldSample: () => ({
    decision: Math.random() < ratio ? SamplingDecision.RECORD_AND_SAMPLED : SamplingDecision.NOT_RECORD,
  }),
  toString: () => `share ${ratio}`,
})

/** An error's code if it has one, else its name. */
function codeOf(error: unknown): string {
  if (!(error instanceof Error)) return typeof error
  return 'code' in error && typeof error.code === 'string' ? error.code : error.name
}
