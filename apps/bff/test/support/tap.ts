import { createServer, request, type IncomingMessage } from 'node:http'
import { WebSocket, WebSocketServer } from 'ws'
import { listen } from './listen.ts'

export interface Tap {
  readonly url: string
  /** Tokens and secrets, and the signatures of presigned addresses. */
  readonly secrets: ReadonlySet<string>
  /** Of requests and of handshakes. */
  readonly requestLines: readonly string[]
  /** The header of every request that had one. */
  readonly traceparents: readonly string[]
}

/**
 * A wire tap between the BFF and the platform, until the test is over: hands everything on, over HTTP and over sockets, and
 * remembers every token and secret that passed, and every request line, so that a test can look for them where they must not
 * be.
 */
export async function startTap(platformUrl: string): Promise<Tap> {
  const traceparents: string[] = []
  const secrets = new Set<string>()
  const requestLines: string[] = []
  const platform = new URL(platformUrl)
  const note = ({ method, url, headers }: IncomingMessage) => {
    requestLines.push(`${method} ${url}`)
    remember(secrets, /Bearer (\S+)/g, headers.authorization ?? '')
    traceparents.push(...[headers['traceparent'] ?? []].flat())
  }
  const server = createServer((incoming, outgoing) => {
    note(incoming)
    const onward = request(
      {
        host: platform.hostname,
        port: platform.port,
        path: incoming.url,
        method: incoming.method,
        headers: incoming.headers,
      },
      (answer) => {
        outgoing.writeHead(answer.statusCode ?? 502, answer.headers).flushHeaders()
        answer.on('data', (chunk: Buffer) => {
          if (incoming.url?.endsWith('/token')) remember(secrets, TOKEN, chunk.toString())
        })
        answer.pipe(outgoing)
        answer.on('error', () => outgoing.destroy())
      },
    )
    onward.on('error', () => outgoing.destroy())
    outgoing.on('close', () => onward.destroy())
    incoming.pipe(onward)
  })
  const sockets = new WebSocketServer({ noServer: true })
  server.on('upgrade', (incoming, socket, head) => {
    note(incoming)
    const { host, origin } = incoming.headers
    const onward = new WebSocket(`ws://${platform.host}${incoming.url}`, {
      headers: { host, ...(origin && { origin }) },
    })
    // Refused: it is enough that no socket opens.
    onward.on('error', () => socket.destroy())
    onward.once('open', () =>
      sockets.handleUpgrade(incoming, socket, head, (client) => {
        handOn(client, onward, (text) => remember(secrets, CLIENT_FRAME, text))
        handOn(onward, client, (text) => remember(secrets, SERVER_FRAME, text))
      }),
    )
  })
  const url = `http://${await listen(server, sockets)}`
  return { url, secrets, requestLines, traceparents }
}

/** Everything that comes from one goes to the other, its end too. */
function handOn(from: WebSocket, to: WebSocket, look: (text: string) => void): void {
  from.on('message', (data) => {
    const text = String(data as Buffer)
    look(text)
    to.send(text)
  })
  from.on('close', () => to.close())
  from.on('error', () => to.terminate())
}

const TOKEN = /"(?:access|refresh)_token":"([^"]+)"/g
const CLIENT_FRAME = /"token":"([^"]+)"/g
const SERVER_FRAME = /(?:"jwt":"|X-Amz-Signature=)([^"&]+)/g

function remember(secrets: Set<string>, pattern: RegExp, text: string): void {
  for (const [, secret] of text.matchAll(pattern)) if (secret !== undefined) secrets.add(secret)
}
