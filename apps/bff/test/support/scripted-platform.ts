import { createServer } from 'node:http'
import { WebSocketServer, type WebSocket } from 'ws'
import { listen } from './listen.ts'

export interface ClientFrame {
  readonly action: string
  readonly token: string
  readonly tracingId: string
  readonly startNew?: boolean
  readonly message?: { readonly type?: string; readonly text?: string } & Readonly<Record<string, unknown>>
}

/** One socket of a client, as the platform has it. */
export interface PlatformSocket {
  /** What came over it, in order. */
  readonly received: ClientFrame[]
  readonly origin: string | undefined
  isOpen(): boolean
  isClosed(): boolean
  /** Pushes a frame of this class, `code` 200 where nothing else is said. */
  push(name: string, body: unknown, envelope?: Readonly<Record<string, unknown>>): void
  /** Pushes a frame that is no text. */
  pushBytes(bytes: Uint8Array): void
  close(code?: number): void
  /** Reads nothing more that comes over it, its close neither, until it is thawed. */
  freeze(): void
  thaw(): void
}

/** What the platform answers with; a test changes it as it goes. */
export interface PlatformScript {
  /** Instead of opening a socket. */
  handshake: number | undefined
  /** Whether pings are answered. */
  isAlive: boolean
  session: Readonly<Record<string, unknown>>
  configuration: Readonly<Record<string, unknown>>
  /** Newest first. */
  history: readonly object[]
  /** Status of the history's answers. */
  historyStatus: number
  /** What happens while the history is being read. */
  duringHistory: () => Promise<void>
  /** Instead of the usual answer to a frame; undefined for the usual one. */
  answer: (frame: ClientFrame, socket: PlatformSocket) => boolean
}

const conversations = { showUserTypingIndicator: true, conversationClear: { enabled: true } }
const configuration = { id: 'c', version: '1', status: 'Active', messenger: { apps: { conversations } } }

/** A platform that says what a test tells it to, for what the simulator has no fault for; gone when the test is over. */
export async function startScriptedPlatform(change: Partial<PlatformScript> = {}) {
  const script: PlatformScript = {
    ...{ handshake: undefined, isAlive: true, history: [], historyStatus: 200, configuration },
    ...{ session: {}, answer: () => false, duringHistory: () => Promise.resolve() },
    ...change,
  }
  const sockets: PlatformSocket[] = []
  /** `Origin` of every handshake, and of every request. */
  const handshakes: (string | undefined)[] = []
  const requests: (string | undefined)[] = []
  const http = createServer((request, response) => {
    requests.push(request.headers.origin)
    const isHistory = request.url?.includes('/messages') ?? false
    const isFirstPage = new URLSearchParams(request.url?.split('?')[1]).get('pageNumber') === '1'
    const entities = isFirstPage ? script.history : []
    if (!isHistory) return void response.end(JSON.stringify(script.configuration))
    void script
      .duringHistory()
      .then(() => response.writeHead(script.historyStatus).end(JSON.stringify({ entities, pageSize: 100 })))
  })
  const server = new WebSocketServer({ noServer: true, autoPong: false })
  http.on('upgrade', (request, socket, head) => {
    handshakes.push(request.headers.origin)
    if (script.handshake === undefined) {
      return server.handleUpgrade(request, socket, head, (client) =>
        sockets.push(serve(client, request.headers.origin)),
      )
    }
    socket.end(`HTTP/1.1 ${script.handshake} Refused\r\nContent-Length: 0\r\nConnection: close\r\n\r\n`)
  })

  function serve(client: WebSocket, origin: string | undefined): PlatformSocket {
    const socket: PlatformSocket = {
      received: [],
      origin,
      isOpen: () => client.readyState === client.OPEN,
      isClosed: () => client.readyState === client.CLOSED,
      push: (name, body, envelope) =>
        client.send(JSON.stringify({ type: 'message', class: name, code: 200, body, ...envelope })),
      pushBytes: (bytes) => client.send(bytes),
      close: (code) => (code === undefined ? client.terminate() : client.close(code)),
      freeze: () => client.pause(),
      thaw: () => client.resume(),
    }
    client.on('ping', (payload) => script.isAlive && client.pong(payload))
    client.on('message', (text) => {
      const frame = JSON.parse(String(text as Buffer)) as ClientFrame
      socket.received.push(frame)
      if (!script.answer(frame, socket)) answerAsUsual(frame, socket)
    })
    return socket
  }

  function answerAsUsual({ action, tracingId, startNew, message }: ClientFrame, socket: PlatformSocket): void {
    if (action === 'configureSession') {
      const body = { connected: true, newSession: startNew, readOnly: false, ...script.session }
      socket.push('SessionResponse', body, { tracingId })
    }
    if (action === 'getJwt') socket.push('JwtResponse', { jwt: 'history' }, { tracingId })
    if (action === 'onMessage')
      socket.push('StructuredMessage', said('Inbound', tracingId, { ...message }), { tracingId })
  }

  const origin = `http://${await listen(http, server)}`
  return { script, sockets, handshakes, requests, origin }
}

/** A message of the platform; `second` is when it was said. */
export function said(direction: 'Inbound' | 'Outbound', id: string, more: object = {}, second = 0) {
  const time = new Date(Date.UTC(2026, 10, 25, 9) + second * 1000).toISOString()
  return { id, type: 'Text', direction, channel: { time }, ...more }
}
