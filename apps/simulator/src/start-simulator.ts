import { createServer, STATUS_CODES, type Server } from 'node:http'
import type { Socket } from 'node:net'
import * as v from 'valibot'
import { createApp, type App } from './app.ts'
import { ClosableClock } from './closable-clock.ts'
import { systemClock, type Clock } from './clock.ts'
import { createControlClient, type ControlClient } from './control/client.ts'
import { silentLogger, type Logger } from './logger.ts'
import { SimulatorOptions } from './options.ts'

export type { SimulatorOptions } from './options.ts'

export interface Simulator {
  /** Origin without a slash at its end. */
  readonly url: string
  readonly port: number
  /** Seeds, runs, breaks and looks inside; speaks HTTP, as from another process. */
  readonly control: ControlClient
  /** Ends every open request and timer. */
  close(): Promise<void>
}

/** What is handed in rather than set. */
export interface SimulatorSurroundings {
  readonly clock?: Clock
  readonly logger?: Logger
}

/** Starts a stand-in for the platform. Throws ValiError for a wrong option, and what `listen` throws for a taken port. */
export async function startSimulator(
  options: SimulatorOptions = {},
  { clock = systemClock, logger = silentLogger }: SimulatorSurroundings = {},
): Promise<Simulator> {
  const { host, port, ...behaviour } = v.parse(SimulatorOptions, options)
  const closableClock = new ClosableClock(clock)
  const app = createApp(behaviour, closableClock, logger)
  const server = createServer(SERVER_OPTIONS, app.serve)
  server.on('upgrade', app.upgrade)
  server.on('clientError', (error: NodeJS.ErrnoException, socket) => refuseUnreadable(error, socket as Socket))
  const boundPort = await listen(server, host, port)
  const url = `http://${host.includes(':') ? `[${host}]` : host}:${boundPort}`
  return {
    url,
    port: boundPort,
    control: createControlClient(url),
    close: () => close(server, app, closableClock),
  }
}

/** A request has 30 s to arrive; how long an answer takes is not limited, since streams stay open. */
const SERVER_OPTIONS = { requestTimeout: 30_000, headersTimeout: 15_000, keepAliveTimeout: 65_000 }

async function listen(server: Server, host: string, port: number): Promise<number> {
  const { promise, resolve, reject } = Promise.withResolvers<undefined>()
  server.once('error', reject)
  server.listen({ host, port, backlog: 4096 }, () => resolve(undefined))
  await promise
  server.off('error', reject)
  const address = server.address()
  return typeof address === 'object' && address ? address.port : port
}

async function close(server: Server, app: App, clock: ClosableClock): Promise<void> {
  clock.close()
  app.close()
  const { promise, resolve } = Promise.withResolvers<undefined>()
  server.close(() => resolve(undefined))
  server.closeAllConnections()
  await promise
}

const UNREADABLE_STATUS: Partial<Record<string, number>> = {
  HPE_HEADER_OVERFLOW: 431,
  ERR_HTTP_REQUEST_TIMEOUT: 408,
}

/** What cannot be read as HTTP still gets an answer in the platform's shape. */
function refuseUnreadable({ code = '' }: NodeJS.ErrnoException, socket: Socket): void {
  if (!socket.writable || code === 'ECONNRESET') return void socket.destroy()
  const status = UNREADABLE_STATUS[code] ?? 400
  const errorCode = status === 408 ? 'client.timeout' : 'bad.request'
  const body = JSON.stringify({ message: STATUS_CODES[status], code: errorCode, status, details: [], errors: [] })
  socket.end(
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\nContent-Type: application/json\r\n` +
      `Content-Length: ${Buffer.byteLength(body)}\r\nConnection: close\r\n\r\n${body}`,
  )
}
