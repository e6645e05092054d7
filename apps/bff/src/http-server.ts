import { createAdaptorServer } from '@hono/node-server'
import type { Server, ServerOptions } from 'node:http'
import type { Socket } from 'node:net'
import { MAX_CONNECTIONS, MAX_REQUESTS_PER_SOCKET, serverOptions } from './server-limits.ts'

export interface HttpServer {
  readonly server: Server
  /**
   * Lets go of connections on which nothing was ever asked, as browsers open them in advance: to Node, which knows idle ones
   * only from their last answer, they are busy. Called while the server closes.
   */
  readonly closeUnused: () => void
}

type Answer = Parameters<typeof createAdaptorServer>[0]['fetch']

/** Every server of this process, with every limit on slow peers and large heads (S41, R32); it does not listen yet. */
export function createHttpServer(answer: Answer, changed: ServerOptions = {}): HttpServer {
  const options = { fetch: answer, serverOptions: { ...serverOptions, ...changed } }
  const server = createAdaptorServer(options) as Server // HTTP/1.1, where no other kind is asked for
  server.maxConnections = MAX_CONNECTIONS
  server.maxRequestsPerSocket = MAX_REQUESTS_PER_SOCKET
  return { server, closeUnused: watchUnused(server) }
}

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
