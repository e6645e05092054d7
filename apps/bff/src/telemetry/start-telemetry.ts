import type { Registry } from 'prom-client'
import type { DestinationStream } from 'pino'
import { createLogger, type Logger, type LogLevel } from '../logger.ts'
import { createMetrics, type Metrics } from './metrics.ts'
import type { TracingOptions } from './otlp-tracing.ts'
import { countSecurityEvent } from './security-events.ts'
import { untraced, type Tracing } from './tracing.ts'
import { createWorkNames } from './work.ts'

/** What the process tells of itself: made once, before everything else. */
export interface Telemetry {
  readonly metrics: Metrics
  readonly registry: Registry
  readonly tracing: Tracing
  readonly loggers: (room: string) => Logger
  /** Tells what is still to be told. */
  close(): Promise<void>
}

export interface TelemetryOptions {
  readonly logLevel: LogLevel
  /** The first of them makes the hash by which a session is called in the log. */
  readonly secrets: readonly Uint8Array[]
  /** Absent: nothing is traced. */
  readonly tracing?: TracingOptions | undefined
}

export async function startTelemetry(
  { logLevel, secrets, tracing }: TelemetryOptions,
  destination?: DestinationStream,
): Promise<Telemetry> {
  const { metrics, registry } = createMetrics()
  const [key = new Uint8Array()] = secrets
  const loggers = createLogger(logLevel, destination, {
    workNames: createWorkNames(key),
    noticed: (line) => countSecurityEvent(metrics.securityEvents, line),
    dropped: () => metrics.logLinesDropped.inc(),
  })
  // Half a second and 20 MB that only those pay who trace.
  const started = tracing && (await import('./otlp-tracing.ts')).startTracing(tracing)
  return { metrics, registry, loggers, tracing: started ?? untraced, close: async () => started?.close() }
}
