import { randomUUID } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'

/*
 * The least platform a relay can be measured against: of the guest REST contract the token, conversations, list, stream
 * and send, in plain `http`. Every message comes back at once as the agent's, on the conversation's stream.
 */

const streams = new Map<string, ServerResponse>()
let numbers = 0
/** A blank line this often, or a quiet stream counts as dead (platform-api.md §5.5); each has its own beat. */
const BEAT_MS = 15_000

const server = createServer((request, response) => {
  const [, , , , , conversationId = '', resource] = (request.url ?? '').split('?')[0]?.split('/') ?? []
  if (request.url === '/ready') return response.end('ready')
  if (resource === 'stream') return openStream(conversationId, response)
  void readBody(request).then((body) => answer(response, request, { conversationId, resource, body }))
})
server.listen(Number(process.env['PORT']), '127.0.0.1')

interface Call {
  conversationId: string
  resource: string | undefined
  body: string
}

function answer(
  response: ServerResponse,
  { method, url }: IncomingMessage,
  { conversationId, resource, body }: Call,
): void {
  if (url === '/api/v2/oauth/guest/token') return reply(response, TOKEN())
  if (url === '/api/v2/conversations/messaging') return reply(response, { id: randomUUID(), state: 'connected' })
  if (resource === 'messages' && method === 'GET') return reply(response, { entities: [], pageSize: 100 })
  if (resource !== 'messages') return reply(response, {})
  const { text, clientMessageId } = JSON.parse(body) as { text: string; clientMessageId?: string }
  const timestamp = new Date().toISOString()
  reply(response, { id: nextId(), direction: 'inbound', type: 'Text', text, timestamp, clientMessageId })
  const echo = {
    id: nextId(),
    direction: 'outbound',
    type: 'Text',
    text: `echo:${text}`,
    timestamp,
    from: { nickname: 'Echo' },
  }
  streams.get(conversationId)?.write(`${JSON.stringify(echo)}\n`)
}

const TOKEN = () => ({
  access_token: randomUUID(),
  token_type: 'bearer',
  expires_in: 3600,
  scope: 'messaging:conversation:read messaging:conversation:write messaging:guest:send',
})

const nextId = () => (++numbers).toString(16).padStart(32, '0')

function reply(response: ServerResponse, body: object): void {
  response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(body))
}

function openStream(conversationId: string, response: ServerResponse): void {
  response.writeHead(200, { 'content-type': 'application/x-ndjson' }).flushHeaders()
  streams.set(conversationId, response)
  const beat = setInterval(() => response.write('\n'), BEAT_MS)
  response.once('close', () => {
    clearInterval(beat)
    if (streams.get(conversationId) === response) streams.delete(conversationId)
  })
}

async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks).toString()
}
