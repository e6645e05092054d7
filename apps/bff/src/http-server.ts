import { getRequestListener, RequestError, type HttpBindings } from '@hono/node-server'
import { createServer, type IncomingMessage, type Server, type ServerOptions } from 'node:http'
import type { Socket } from 'node:net'
import { createUnreadRefusals } from './refuse-unread.ts'
import { MAX_CONNECTIONS, MAX_REQUESTS_PER_SOCKET, serverOptions } from './server-limits.ts'

export interface HttpServer {
  readonly server: Server
  /**
   * Lets go of connections on which nothing was ever asked, as browsers open them in advance: to Node, which knows idle ones
   * only from their last answer, they are busy. Called while the server closes.
   */
  readonly closeUnused: () => void
}

type Answer = Parameters<typeof getRequestListener>[0]

export interface HttpServerParts {
  readonly answer: Answer
  /** Of the answers that nobody is asked for: what cannot be read is refused here. */
  readonly headers: Readonly<Record<string, string>>
  /** Hears of what went wrong beyond every route. */
  readonly failed: (error: unknown) => void
  readonly changed?: ServerOptions | undefined
}

/** Every server of this process, with every limit on slow peers and large heads (S41, R32); it does not listen yet. */
export function createHttpServer({ answer, headers, failed, changed }: HttpServerParts): HttpServer {
  const refusals = createUnreadRefusals(headers, failed)
  const listener = getRequestListener(
    (request, env) => {
      const { incoming } = env as HttpBindings // HTTP/1.1, where no other kind of server is made
      return lacksHost(incoming) ? refusals.toResponse(noHost) : answer(request, env)
    },
    { errorHandler: refusals.toResponse },
  )
  const server = createServer({ ...serverOptions, ...changed }, listener)
  refusals.install(server)
  server.maxConnections = MAX_CONNECTIONS
  server.maxRequestsPerSocket = MAX_REQUESTS_PER_SOCKET
  return { server, closeUnused: watchUnused(server) }
}

/** RFC 9112 §3.2, also of a target that names a host of its own. Node, which can look itself, would answer with a status alone. */
const lacksHost = ({ headers, httpVersion }: Pick<IncomingMessage, 'headers' | 'httpVersion'>) =>
  headers.host === undefined && httpVersion !== '1.0'
const noHost = new RequestError('Missing host header')

function watchUnused(server: Server): () => void {
  const sockets = new Set<Socket>()
  server.on('connection', (socket) => {
    sockets.add(socket)
    socket.once('close', () => sockets.delete(socket))
  })
  return () => {
    for (const socket of sockets) if (socket.bytesRead === 0) socket.destroy()
  }
}
