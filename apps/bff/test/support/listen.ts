import { once } from 'node:events'
import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { onTestFinished } from 'vitest'
import type { WebSocketServer } from 'ws'

/** Lets a server of this test's own listen, until the test is over; resolves to its host and port. */
export async function listen(server: Server, sockets?: Pick<WebSocketServer, 'clients'>): Promise<string> {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => {
    for (const client of sockets?.clients ?? []) client.terminate()
    server.close()
    server.closeAllConnections()
  })
  return `127.0.0.1:${(server.address() as AddressInfo).port}`
}
