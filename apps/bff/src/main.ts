import { createAdaptorServer } from '@hono/node-server'
import { existsSync } from 'node:fs'
import type { Server } from 'node:http'
import { createApp } from './app.ts'
import { systemClock } from './clock.ts'
import { ConfigError, readConfig, type Config } from './config.ts'
import { createConnector } from './connectors/create-connector.ts'
import { describeConfig } from './describe-config.ts'
import { createLogger } from './logger.ts'
import { limitServer, serverOptions } from './server-limits.ts'
import { createStop } from './stop.ts'
import { createMetrics } from './telemetry/metrics.ts'

if (process.env['NODE_ENV'] !== 'production' && existsSync('.env')) process.loadEnvFile('.env')
const config = readOrExit()
const loggers = createLogger(config.logLevel)
const logger = loggers('main')
logger.info({ event: 'configured', config: describeConfig(config) })

const { metrics } = createMetrics()
const connector = createConnector(config, { clock: systemClock, logger: loggers(config.connector), metrics })
const app = createApp({ config, connector, clock: systemClock, loggers, metrics })
const server = createAdaptorServer({
  fetch: app.http.fetch,
  serverOptions,
}) as Server
limitServer(server)

server.once('error', (error: NodeJS.ErrnoException) => {
  const taken = error.code === 'EADDRINUSE'
  exit(
    taken
      ? `PORT ${config.port} is in use on ${config.host}; set PORT to another one`
      : `cannot listen: ${error.message}`,
  )
})
server.listen(config.port, config.host, () => {
  logger.info({
    event: 'listening',
    url: config.publicUrl,
    connector: config.connector,
    platform: config.platformOrigin,
  })
  void app.relay.recover().catch((error: unknown) => logger.error({ event: 'recovery-failed', err: error }))
})

const stop = createStop({
  server,
  app,
  clock: systemClock,
  logger,
  noticeMs: config.stopNoticeMs,
  exit: (code) => process.exit(code),
})
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => stop.signalled(signal))
// Rejections that nobody handles arrive here too.
process.on('uncaughtException', (error, origin) => stop.failed(error, origin))

function readOrExit(): Config {
  try {
    return readConfig(process.env)
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error
    return exit(error.problems.join('\n'))
  }
}

function exit(message: string): never {
  process.stderr.write(`Foyer cannot start:\n${message}\n`)
  process.exit(1)
}
