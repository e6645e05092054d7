import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { listen } from './listen.ts'

export interface ReceivedRequest {
  readonly method: string
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

export interface HttpServer {
  readonly origin: string
  /** What reached it, in order. */
  readonly received: ReceivedRequest[]
  /** Connections that are open now. */
  readonly connections: () => Promise<number>
}

/** A server of this test's own, answering with `answer` once it has read the request; gone when the test is over. */
export async function startHttpServer(
  answer: (response: ServerResponse, request: ReceivedRequest) => void | Promise<void>,
): Promise<HttpServer> {
  const received: ReceivedRequest[] = []
  const server = createServer((incoming, response) => {
    response.on('error', () => undefined)
    void read(incoming).then(
      (request) => {
        received.push(request)
        return answer(response, request)
      },
      () => undefined,
    )
  })
  const host = await listen(server)
  const connections = () =>
    new Promise<number>((resolve, reject) =>
      server.getConnections((error, count) => (error ? reject(error) : resolve(count))),
    )
  return { origin: `http://${host}`, received, connections }
}

async function read(incoming: IncomingMessage): Promise<ReceivedRequest> {
  const chunks = await Array.fromAsync(incoming as AsyncIterable<Buffer>)
  const headers = Object.fromEntries(Object.entries(incoming.headers).map(([name, value]) => [name, String(value)]))
  return {
    method: incoming.method ?? '',
    path: incoming.url ?? '',
    headers,
    body: Buffer.concat(chunks).toString(),
  }
}

/** A port where nobody listens. */
export async function findSilentOrigin(): Promise<string> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return `http://127.0.0.1:${port}`
}
