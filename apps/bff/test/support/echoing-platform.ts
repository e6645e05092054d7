import { randomUUID } from 'node:crypto'
import { createServer, type ServerResponse } from 'node:http'
import { WebSocketServer, type WebSocket } from 'ws'
import { startHttpServer, type ReceivedRequest } from './http-server.ts'
import { listen } from './listen.ts'
import type { ClientFrame } from './scripted-platform.ts'

/** What these platforms say wherever words are; in no form that an id, a code, or the name of a scope could have. */
export const PLANTED = 'PLANTED~9876543210='
const TOKEN = `eyJ${PLANTED}`

/** A platform that answers each message wrongly in another way, with everything it was told, and more. */
export interface EchoingPlatform {
  readonly origin: string
  /** It has answered in every way it knows. */
  readonly isDone: () => boolean
  /** What it gave, or was given, as a token. */
  readonly tokens: ReadonlySet<string>
}

const told = (more: object) => ({
  ...{ PLANTED, message: PLANTED, code: PLANTED, errorMessage: PLANTED, error_description: PLANTED, scope: PLANTED },
  ...more,
})
const said = (more: object) =>
  JSON.stringify({ ...told(more), errors: [told(more)], details: { nested: [told(more)] } })
const talkative = (status: number) => ({
  'Content-Type': 'application/json',
  'Retry-After': status === 429 ? '1' : PLANTED,
  'X-Anything': PLANTED,
  'ININ-Correlation-Id': `${PLANTED} ${PLANTED}`,
  'WWW-Authenticate': `Bearer realm="${PLANTED}", error="${PLANTED}", error_description="${PLANTED}"`,
  'Set-Cookie': `session=${PLANTED}`,
  Location: `http://127.0.0.1:1/${PLANTED}?token=${PLANTED}`,
})

function answer(response: ServerResponse, body: object): void {
  const headers = { 'Content-Type': 'application/json', 'X-Anything': PLANTED }
  response.writeHead(200, headers).end(JSON.stringify({ ...body, more: PLANTED }))
}

const echo = (response: ServerResponse, { headers, body }: ReceivedRequest, status: number) =>
  response.writeHead(status, talkative(status)).end(said({ headers, body }))

export async function startEchoingGuestApi(): Promise<EchoingPlatform> {
  const answers = [400, 403, 422, 401, 413, 429, 500, 502, 503, 302, 200, 'cut', 409]
  const { origin } = await startHttpServer((response, request) => {
    if (request.path.endsWith('/token')) {
      const scope = 'messaging:conversation:write messaging:guest:send'
      const times = { token_type: 'bearer', expires_in: 900 }
      return answer(response, { access_token: TOKEN, refresh_token: TOKEN, ...times, scope })
    }
    if (request.method === 'POST' && request.path.endsWith('/conversations/messaging'))
      return answer(response, { id: randomUUID() })
    // The record can be read, so that what may have arrived is soon known not to have.
    if (request.method === 'GET' && /\/messages(\?|$)/.test(request.path))
      return answer(response, { entities: [{ PLANTED, text: PLANTED }] })
    const next = request.method === 'POST' && request.path.endsWith('/messages') ? answers.shift() : 404
    if (next === 'cut') return void response.destroy()
    echo(response, request, typeof next === 'number' ? next : 400)
  })
  return { origin, isDone: () => answers.length === 0, tokens: new Set([TOKEN]) }
}

const conversations = { showUserTypingIndicator: true, conversationClear: { enabled: true } }
const messenger = { apps: { conversations }, fileUpload: { enableAttachments: true } }

export async function startEchoingWebMessaging(): Promise<EchoingPlatform> {
  const answers = ['unknown', 'nonsense', 400, 'cut', 403, 4011, 4013, 429, 503, 5000, 'error', 409]
  const tokens = new Set<string>()
  const server = createServer((request, response) => {
    const isHistory = request.url?.includes('/messages') ?? false
    if (isHistory) return answer(response, { entities: [{ PLANTED, text: PLANTED }], pageSize: 100 })
    answer(response, { id: PLANTED, version: PLANTED, status: 'Active', messenger })
  })
  const sockets = new WebSocketServer({ noServer: true })
  let isFirst = true
  server.on('upgrade', (request, socket, head) => {
    // The first one is refused: the next attempt comes by itself.
    if (!isFirst) return sockets.handleUpgrade(request, socket, head, talk)
    isFirst = false
    const lines = Object.entries(talkative(503)).map(([name, value]) => `${name}: ${value}\r\n`)
    socket.end(`HTTP/1.1 503 ${PLANTED}\r\n${lines.join('')}Connection: close\r\n\r\n${said({})}`)
  })

  function talk(client: WebSocket): void {
    client.on('message', (text) => {
      const frame = JSON.parse(String(text as Buffer)) as ClientFrame
      tokens.add(frame.token)
      const push = (name: string, code: unknown, body: unknown) =>
        client.send(JSON.stringify({ ...told({ frame }), class: name, code, body, tracingId: frame.tracingId }))
      const refuse = (code: number) => push('string', code, said({ frame }))
      if (frame.action === 'configureSession')
        return push('SessionResponse', 200, { connected: true, newSession: frame.startNew, readOnly: false, PLANTED })
      if (frame.action === 'getJwt') return push('JwtResponse', 200, { jwt: TOKEN, PLANTED })
      if (frame.action === 'onAttachment') return push('GenerateUrlError', 200, told({ errorCode: 4001 }))
      const next = frame.action === 'onMessage' ? answers.shift() : 400
      if (next === 'cut') return client.terminate()
      if (next === 'error') return push('Error', 400, told({ errorCode: 4012 }))
      // What cannot be read is no answer: that comes after it.
      if (next === 'unknown') push(PLANTED, 200, told({ frame }))
      if (next === 'nonsense') push('StructuredMessage', 200, told({ frame }))
      refuse(typeof next === 'number' ? next : 400)
    })
  }

  const origin = `http://${await listen(server, sockets)}`
  return { origin, isDone: () => answers.length === 0, tokens }
}
