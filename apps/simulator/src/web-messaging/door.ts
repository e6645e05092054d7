import { webMessagingPaths } from '@foyer/shared/platform/web-messaging/paths'
import { STATUS_CODES, type IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import { WebSocketServer } from 'ws'
import type { Attachments } from '../attachments/attachments.ts'
import { eventFrame } from './frames.ts'
import type { Deployment } from '../options.ts'
import type { RestDoorParts } from '../rest/rest-door.ts'
import { Connection } from './connection.ts'
import { createFrameJournal } from './frame-journal.ts'
import { Rate } from './rate.ts'
import type { Sessions } from './sessions.ts'

/** Largest frame of a client, in bytes: that of the gateway the platform is thought to stand behind (web-messaging.md §2.3). */
const MAX_FRAME_BYTES = 128 * 1024

export interface WebMessagingDoorParts extends RestDoorParts {
  readonly sessions: Sessions
  readonly attachments: Attachments
}

export interface WebMessagingDoor {
  readonly upgrade: (request: IncomingMessage, socket: Duplex, head: Buffer) => void
  /** All open sockets, the oldest first. */
  readonly connections: () => readonly Connection[]
  readonly close: () => void
}

/** `wss://webmessaging.<domain>/v1` (web-messaging.md §2): who may open a socket, and who has one. */
export function createWebMessagingDoor(parts: WebMessagingDoorParts): WebMessagingDoor {
  const { world, faults, attachments, sessions } = parts
  const server = new WebSocketServer({ noServer: true, maxPayload: MAX_FRAME_BYTES })
  const journal = createFrameJournal(parts.journal, world)
  const connections = new Set<Connection>()
  const newcomers = new Map<string, Rate>()

  attachments.onSettled((owner, { class: name, body }) => {
    const session = sessions.find(owner)
    if (session) sessions.broadcast(session, eventFrame(name, body))
  })

  function refuse(socket: Duplex, status: number): void {
    parts.journal.noteFrame('SENT', 'handshake', status, '', { clientId: '' }, world.clock.now())
    const body = STATUS_CODES[status] ?? ''
    socket.end(
      `HTTP/1.1 ${status} ${body}\r\nContent-Type: text/plain\r\nContent-Length: ${body.length}\r\nConnection: close\r\n\r\n${body}`,
    )
  }

  function judge(request: IncomingMessage, url: URL): Deployment | number {
    if (url.pathname !== webMessagingPaths.socket) return 404
    const deployment = world.findDeployment(url.searchParams.get('deploymentId') ?? '')
    if (deployment?.status !== 'Active' || !isAllowed(request.headers.origin, deployment)) return 403
    const rate = newcomers.get(deployment.id) ?? new Rate(60_000)
    newcomers.set(deployment.id, rate)
    return rate.exceed(deployment.limits.connectionsPerMinute, world.clock.now()) === undefined ? deployment : 429
  }

  return {
    connections: () => [...connections],

    upgrade(request, socket, head) {
      socket.on('error', () => undefined)
      const url = URL.parse(request.url ?? '', 'http://simulator')
      if (!url) return refuse(socket, 400)
      const struck = faults.handshake({ clientId: url.searchParams.get('deploymentId') ?? '' })
      if (struck === 'hang') return
      const verdict = struck?.status ?? judge(request, url)
      if (typeof verdict === 'number') return refuse(socket, verdict)
      server.handleUpgrade(request, socket, head, (webSocket) => {
        const origin = `http://${request.headers.host ?? 'localhost'}`
        const connection = new Connection(webSocket, verdict.id, origin, { ...parts, journal })
        connections.add(connection)
        webSocket.once('close', () => connections.delete(connection))
      })
    },

    close() {
      for (const client of server.clients) client.terminate()
      server.close()
    },
  }
}

/** §19.4: scheme and port are ignored. Official clients send a host name alone (§2.1); without any header nothing is known. */
function isAllowed(origin: string | undefined, { allowedDomains }: Deployment): boolean {
  if (allowedDomains === null) return true
  if (origin === undefined) return false
  const host = URL.parse(origin)?.hostname || origin
  return allowedDomains.some((domain) => host === domain || host.endsWith(`.${domain}`))
}
