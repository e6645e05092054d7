/** One stretch of work within a trace (W3C Trace Context). Attributes are chosen fields: never text, names, tokens, queries. */
export interface Span {
  /** Absent where nothing is traced. */
  readonly traceId?: string | undefined
  set(name: string, value: string | number | undefined): void
  fail(reason: string): void
}

export interface SpanOptions {
  readonly kind?: 'server' | 'client' | 'consumer' | 'internal'
  readonly attributes?: Readonly<Record<string, string | number>>
  /** Begins a trace, or takes up that of `traceparent`. Otherwise it is part of the span under way; without one, nothing is told. */
  readonly begins?: boolean
  /** The header of whoever asked. */
  readonly traceparent?: string | undefined
}

/** Handed to rooms as a logger is: they say what is under way, not who hears of it. */
export interface Tracing {
  /** Runs `work` as a span, which ends when it does. A failure leaves its code, never its message. */
  span<Result>(name: string, options: SpanOptions, work: (span: Span) => Promise<Result>): Promise<Result>
  /** `traceparent` for a request that belongs to what is under way. */
  headers(): Readonly<Record<string, string>>
}

/** A span nobody hears of. */
export const noSpan: Span = { set: () => undefined, fail: () => undefined }

/** Costs nothing. */
export const untraced: Tracing = {
  span: (_name, _options, work) => work(noSpan),
  headers: () => ({}),
}
