import { startSimulator, type Simulator, type SimulatorOptions } from '@foyer/simulator/start-simulator'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import type { Server, ServerOptions } from 'node:http'
import { onTestFinished } from 'vitest'
import { createApp, type App, type AppParts } from '../../src/app.ts'
import { systemClock } from '../../src/clock.ts'
import { createGuestApiConnector, type GuestApiLimits } from '../../src/connectors/guest-api/connector.ts'
import type { Connector } from '../../src/connectors/connector.ts'
import { createHttpServer } from '../../src/http-server.ts'
import { toLimits, type Limits } from '../../src/limits.ts'
import type { Logger } from '../../src/logger.ts'
import { frameAncestorsOf, securityHeadersOf } from '../../src/middleware/security-headers.ts'
import { Secret } from '../../src/secret.ts'
import { openStores } from '../../src/stores/open-stores.ts'
import { observeStore } from '../../src/telemetry/observe-store.ts'
import { startTelemetry, type Telemetry, type TelemetryOptions } from '../../src/telemetry/start-telemetry.ts'
import { sampleOf } from './metrics.ts'

export const CLIENT_ID = 'eb2243d8-1bf4-4401-a290-45bfbbe7c828'
export const CLIENT_SECRET = 'example-secret-not-real'
export const SCOPES = ['messaging:conversation:write', 'messaging:guest:send']

/** Limits that no test meets but those that ask for others. */
function looseLimits(): Limits {
  const most = 1_000_000
  const { requests, streams } = toLimits({
    ...{ messagesPerSecond: most, requestsPerAddressAndMinute: most, sessionsPerAddressAndMinute: most },
    ...{ sessionsPerSecond: most, streams: most, streamsPerAddress: most },
  })
  const loose = Object.entries(requests).map(([name, policy]) => [name, { ...policy, quota: most }])
  // The tests share their event loop with it: how late that is says nothing.
  const load = { sessionsMs: Infinity, streamsMs: Infinity }
  return { requests: Object.fromEntries(loose) as Limits['requests'], streams, load } // The same names, each with a policy.
}

export interface Foyer {
  readonly url: string
  readonly app: App
  readonly server: Server
  /** What is counted, in the Prometheus text format. */
  metrics(): Promise<string>
  /** Where the admin port would be. */
  readonly admin: App['admin']
  /** Every line that was logged, at the most verbose level. */
  readonly logs: string[]
  /** Whatever is answered by a route of its own. */
  readonly routes: readonly { method: string; path: string }[]
  /** Of a metric, as it stands. */
  sample(series: string): Promise<number | undefined>
  close(): Promise<void>
}

export interface FoyerOptions {
  readonly store?: string
  readonly secrets?: readonly Uint8Array[]
  readonly scopes?: readonly string[]
  readonly clientSecret?: string
  readonly showDiagnosis?: boolean
  /** Of the calls of the guest API. */
  readonly callLimits?: GuestApiLimits
  readonly lifetimes?: AppParts['config']['lifetimes']
  readonly retention?: AppParts['config']['retention']
  /** Instead of none that a test could meet. */
  readonly limits?: Partial<Limits['requests']>
  readonly streams?: Partial<Limits['streams']>
  readonly load?: Limits['load']
  readonly pageFolder?: string
  readonly embedOrigins?: readonly string[]
  readonly trustedProxies?: readonly string[]
  readonly cookieReach?: AppParts['config']['cookieReach']
  /** Other limits of the server than those it runs with. */
  readonly server?: ServerOptions
  readonly forms?: AppParts['config']['forms']
  /** Instead of the guest API. */
  readonly connect?: (platformUrl: string, logger: Logger, more: Pick<Telemetry, 'tracing' | 'metrics'>) => Connector
  readonly tracing?: TelemetryOptions['tracing']
}

/** The whole BFF on a port of its own, towards a platform. */
export async function startFoyer(platformUrl: string, options: FoyerOptions = {}): Promise<Foyer> {
  const logs: string[] = []
  const secrets = options.secrets ?? [randomBytes(32)]
  const telemetry = await startTelemetry(
    { logLevel: 'debug', secrets, tracing: options.tracing },
    { write: (line) => void logs.push(line) },
  )
  const { loggers, metrics, registry, tracing } = telemetry
  const connector =
    options.connect?.(platformUrl, loggers('web-messaging'), { tracing, metrics }) ??
    createGuestApiConnector({
      origin: platformUrl,
      clientId: CLIENT_ID,
      clientSecret: new Secret(options.clientSecret ?? CLIENT_SECRET),
      scopes: options.scopes ?? SCOPES,
      clock: systemClock,
      logger: loggers('guest-api'),
      ...{ metrics, tracing },
      limits: options.callLimits,
    })

  // The origin is known once the port is: the server listens first, and answers when the app is there.
  const listening: { app?: ReturnType<typeof createApp> } = {}
  const { server } = createHttpServer({
    answer: (request, env) => listening.app?.http.fetch(request, env),
    headers: securityHeadersOf(frameAncestorsOf(options.embedOrigins ?? [])),
    failed: (error) => loggers('main').error({ event: 'answer-failed', err: error }),
    changed: options.server,
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  const url = `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`

  const loose = looseLimits()
  const config = {
    publicUrl: url,
    embedOrigins: options.embedOrigins ?? [],
    trustedProxies: options.trustedProxies ?? [],
    cookieReach: options.cookieReach ?? ('same-site' as const),
    showDiagnosis: options.showDiagnosis ?? true,
    lifetimes: options.lifetimes ?? { idleMs: 1_800_000, absoluteMs: 43_200_000 },
    retention: options.retention ?? { maxAgeMs: 86_400_000, maxEvents: 10_000 },
    limits: {
      requests: { ...loose.requests, ...options.limits },
      streams: { ...loose.streams, ...options.streams },
      load: options.load ?? loose.load,
    },
    pageFolder: options.pageFolder ?? new URL('../../../web/dist', import.meta.url).pathname,
    forms: options.forms ?? {},
  }
  const stores = openStores({
    ...{ file: options.store ?? ':memory:', secrets, clock: systemClock },
    committed: observeStore(metrics, loggers('storage')),
  })
  const app = createApp({ config, connector, clock: systemClock, stores, telemetry })
  listening.app = app
  await app.relay.recover()

  return {
    url,
    app,
    server,
    metrics: () => registry.metrics(),
    admin: app.admin,
    logs,
    routes: app.http.routes,
    sample: (series) => sampleOf(registry, series),
    async close() {
      server.close()
      await app.close()
      await telemetry.close()
      server.closeAllConnections()
    },
  }
}

/** Foyer with a simulated platform behind it, until the test is over. */
export async function startBoth(
  simulatorOptions: SimulatorOptions = {},
  foyerOptions: FoyerOptions = {},
): Promise<{ foyer: Foyer; simulator: Simulator }> {
  const simulator = await startSimulator({ rateLimitPerMinute: 1_000_000, ...simulatorOptions })
  onTestFinished(() => simulator.close())
  const foyer = await startFoyer(simulator.url, foyerOptions)
  onTestFinished(() => foyer.close())
  return { foyer, simulator }
}
