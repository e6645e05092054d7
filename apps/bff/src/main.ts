import { once } from 'node:events'
import { existsSync } from 'node:fs'
import type { Server } from 'node:http'
import { createApp } from './app.ts'
import { systemClock } from './clock.ts'
import { readConfig, type Config } from './config.ts'
import { ConfigError } from './config-error.ts'
import { createConnector } from './connectors/create-connector.ts'
import { describeConfig } from './describe-config.ts'
import { createHttpServer } from './http-server.ts'
import { frameAncestorsOf, securityHeadersOf } from './middleware/security-headers.ts'
import { createStop } from './stop.ts'
import { ownStore } from './storage/own-store.ts'
import { openStores } from './stores/open-stores.ts'
import { observeStore } from './telemetry/observe-store.ts'
import { startTelemetry } from './telemetry/start-telemetry.ts'

// As --disable-proto=delete does, however the process was started (S52): no input reaches a prototype by this name.
Reflect.deleteProperty(Object.prototype, '__proto__')
if (process.env['NODE_ENV'] !== 'production' && existsSync('.env')) process.loadEnvFile('.env')
const config = readOrExit()
const telemetry = await startTelemetry(config)
const { loggers, metrics, tracing } = telemetry
const logger = loggers('main')
logger.info({ event: 'configuration', ...describeConfig(config) })

const parts = { clock: systemClock, logger: loggers(config.connector), metrics, tracing }
const connector = createConnector(config, parts)
const committed = observeStore(metrics, loggers('storage'))
const letGoOfStore = await ownOrExit(config.store)
const stores = openStores({ file: config.store, secrets: config.secrets, clock: systemClock, committed })
const app = createApp({ config, connector, clock: systemClock, stores, telemetry })
const headers = securityHeadersOf(frameAncestorsOf(config.embedOrigins))
const failed = (error: unknown) => logger.error({ event: 'answer-failed', err: error })
const { server: admin } = createHttpServer({ answer: app.admin.fetch, headers, failed })
const { server, closeUnused } = createHttpServer({ answer: app.http.fetch, headers, failed })

if (config.admin) await listen(admin, { variable: 'FOYER_ADMIN_PORT', ...config.admin })
await listen(server, { variable: 'PORT', ...config })
logger.info({
  event: 'listening',
  origin: config.publicUrl,
  connector: config.connector,
  platform: config.platformOrigin,
  ...(config.admin ? { admin: `${config.admin.host}:${portOf(admin)}` } : {}),
})
void app.relay.recover().catch((error: unknown) => logger.error({ event: 'recovery-failed', err: error }))

const stop = createStop({
  server,
  closeUnused,
  app: { ...app, close },
  clock: systemClock,
  logger,
  noticeMs: config.stopNoticeMs,
  exit: (code) => process.exit(code),
})
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => stop.signalled(signal))
// Rejections that nobody handles arrive here too.
process.on('uncaughtException', (error, origin) => stop.failed(error, origin))

/** The admin port answers to the end, and traces are told last. */
async function close(): Promise<void> {
  await app.close()
  letGoOfStore()
  admin.close()
  await telemetry.close()
}

/** Resolves once it listens; the start ends here where it cannot. */
async function listen(
  to: Server,
  { variable, host, port }: { variable: string; host: string; port: number },
): Promise<void> {
  to.once('error', (error: NodeJS.ErrnoException) => {
    const taken = error.code === 'EADDRINUSE'
    exit(
      taken
        ? `${variable} ${port} is in use on ${host}; set ${variable} to another one`
        : `cannot listen on ${variable} ${port}: ${error.message}`,
    )
  })
  to.listen(port, host)
  await once(to, 'listening')
}

/** The one that was taken where any would do (0). */
function portOf(server: Server): number {
  const address = server.address()
  return typeof address === 'object' && address ? address.port : 0
}

function readOrExit(): Config {
  try {
    return readConfig(process.env)
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error
    return exit(error.problems.join('\n'))
  }
}

/** Another process may be stopping: its place is taken once it has gone. */
async function ownOrExit(file: string): Promise<() => void> {
  const waiting = () => logger.warn({ event: 'store-in-use', store: file })
  const letGo = await ownStore(file, { clock: systemClock, waiting })
  return (
    letGo ?? exit(`FOYER_STORE ${file} is in use by another Foyer; stop that one, or give this one a file of its own`)
  )
}

function exit(message: string): never {
  process.stderr.write(`Foyer cannot start:\n${message}\n`)
  process.exit(1)
}
