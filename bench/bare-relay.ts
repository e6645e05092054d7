import { Agent, createServer, request as call, type ServerResponse } from 'node:http'

/*
 * A relay of Foyer's shape with nothing in it: plain `http`, a message handed on over a kept-alive connection with the
 * token the guest brings, what the platform says pushed by server-sent events. No session, no log, no check: what the way
 * itself costs.
 */

const platform = new URL(process.env['PLATFORM_URL'] ?? '')
const agent = new Agent({ keepAlive: true, maxSockets: 256 })
const target = { host: '127.0.0.1', port: platform.port }
const conversation = (id: string) => `/api/v2/conversations/messaging/${id}`

const server = createServer((request, response) => {
  const [, resource, id = ''] = (request.url ?? '').split('/')
  const headers = { authorization: request.headers.authorization, 'content-type': 'application/json' }
  if (resource === 'ready') return response.end('ready')
  if (resource === 'events') return follow(id, headers, response)
  const onward = call({ ...target, agent, method: 'POST', path: `${conversation(id)}/messages`, headers }, (answer) => {
    answer.resume()
    const status = answer.statusCode === 200 ? 202 : 502
    answer.once('end', () => response.writeHead(status, { 'content-type': 'application/json' }).end('{}'))
  })
  onward.once('error', () => response.writeHead(502).end())
  request.pipe(onward)
})
server.listen(Number(process.env['PORT']), '127.0.0.1')

function follow(id: string, headers: { authorization: string | undefined }, response: ServerResponse): void {
  const upstream = call({ ...target, path: `${conversation(id)}/stream`, headers }, (answer) => {
    response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' }).flushHeaders()
    let rest = ''
    answer.setEncoding('utf8').on('data', (chunk: string) => {
      const lines = (rest + chunk).split('\n')
      rest = lines.pop() ?? ''
      for (const line of lines) response.write(`data: ${line}\n\n`)
    })
  })
  upstream.on('error', () => response.destroy())
  upstream.end()
  response.once('close', () => upstream.destroy())
}
