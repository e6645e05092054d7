import { securityEventLabels } from './security-events.ts'
import { Counter, Gauge, Histogram, Registry, collectDefaultMetrics } from 'prom-client'

/** What is counted and measured, by the name of its instrument. Label values come from code, never from outside (S48). */
export type Metrics = ReturnType<typeof createInstruments>

/** From a push within the process to a call of the platform: 1 ms to 15 s. */
const SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 15]

/**
 * Read by Node's internal `process._getActiveHandles`, an array of every socket at every scrape, which was seen to abort the
 * process while sockets closed; `nodejs_active_resources` tells the same by a documented way.
 */
const UNDOCUMENTED = ['handles', 'requests'].flatMap((kind) => [`nodejs_active_${kind}`, `nodejs_active_${kind}_total`])

/** The instruments of one process, and what renders them in the Prometheus text format. */
export function createMetrics(): { readonly metrics: Metrics; readonly registry: Registry } {
  const registry = new Registry()
  collectDefaultMetrics({ register: registry })
  for (const name of UNDOCUMENTED) registry.removeSingleMetric(name)
  const metrics = createInstruments(registry)
  // From the start at zero: an increase is only seen of what was there before.
  for (const labels of securityEventLabels()) metrics.securityEvents.inc(labels, 0)
  return { metrics, registry }
}

function createInstruments(registry: Registry) {
  const registers = [registry]
  const counter = <Label extends string>(name: string, help: string, labelNames: readonly Label[]) =>
    new Counter({ name, help, labelNames, registers })
  const gauge = <Label extends string>(name: string, help: string, labelNames: readonly Label[]) =>
    new Gauge({ name, help, labelNames, registers })
  const seconds = <Label extends string>(name: string, help: string, labelNames: readonly Label[]) =>
    new Histogram({ name, help, labelNames, registers, buckets: SECONDS })

  return {
    httpRequests: seconds(
      'foyer_http_request_duration_seconds',
      'Requests of the page, by route and class of status.',
      ['method', 'route', 'status_class'],
    ),
    upstreamCalls: seconds('foyer_upstream_call_duration_seconds', 'Calls of the platform, by operation and outcome.', [
      'connector',
      'operation',
      'outcome',
    ]),
    upstreamIgnored: counter('foyer_upstream_ignored_total', 'What the platform sent and nobody could read, by kind.', [
      'connector',
      'kind',
    ]),
    tokenRequests: counter('foyer_token_requests_total', 'Guest tokens asked for or refreshed, by outcome.', [
      'grant',
      'outcome',
    ]),
    scopeMissing: counter('foyer_guest_token_scope_missing_total', 'Grants that lacked a scope Foyer needs.', []),
    breakerState: gauge('foyer_breaker_state', 'Circuit breaker: 0 closed, 1 half open, 2 open.', ['operation']),
    upstreamSessions: gauge(
      'foyer_upstream_sessions_open',
      'Conversations with an upstream session, live or on its way.',
      [],
    ),
    messages: counter('foyer_messages_total', 'Messages, by direction (guest, platform) and what became of them.', [
      'direction',
      'state',
    ]),
    messageDelivery: seconds(
      'foyer_message_delivery_duration_seconds',
      'From the acceptance of a message of a guest to that of the platform.',
      [],
    ),
    messagesPending: gauge('foyer_messages_pending', 'Messages of guests that the platform has not confirmed.', []),
    messagePendingOldest: gauge(
      'foyer_message_pending_oldest_seconds',
      'Age of the oldest message of a guest that the platform has not confirmed; 0 without one.',
      [],
    ),
    streamsOpen: gauge('foyer_streams_open', 'Event streams that are open.', []),
    streamsClosed: counter('foyer_streams_closed_total', 'Event streams that ended, by reason.', ['reason']),
    streamEvents: counter('foyer_stream_events_total', 'Events written to streams: live, replayed, or a reset.', [
      'kind',
    ]),
    eventLogLag: seconds('foyer_event_log_lag_seconds', 'From the arrival of a platform event to its push.', []),
    rateLimited: counter('foyer_rate_limited_total', 'Requests refused by a limit of ours.', ['limit']),
    securityEvents: counter('foyer_security_events_total', 'What a log line of the same name tells of.', [
      'event',
      'reason',
    ]),
    logLinesDropped: counter('foyer_log_lines_dropped_total', 'Lines of the log that could not be written.', []),
    storeErrors: counter('foyer_store_errors_total', 'Failures of the store, by kind.', ['kind']),
    storeWrites: seconds('foyer_store_write_duration_seconds', 'One transaction of the store.', []),
  }
}
