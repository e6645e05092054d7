import { connect } from 'node:net'
import { expect, test } from 'vitest'
import { Guest } from './support/guest.ts'
import { startBoth } from './support/start-foyer.ts'

const json = { 'Content-Type': 'application/json' }

test('bad input gets a problem with the right status, says where it was wrong, and reaches nobody', async () => {
  const { foyer, simulator } = await startBoth()
  const guest = await new Guest(foyer.url).arrive()
  const other = await new Guest(foyer.url).arrive()
  const before = (await simulator.control.requests()).length
  const messages = `${guest.path}/messages`
  const messageId = crypto.randomUUID()

  const cases: [what: string, status: number, request: [string, string, unknown?, Record<string, string>?]][] = [
    ['not JSON', 400, ['POST', messages, '{"messageId":']],
    ['not an object', 400, ['POST', messages, '[]']],
    ['text missing', 400, ['POST', messages, { messageId }]],
    ['text of spaces', 400, ['POST', messages, { messageId, text: '  \n ' }]],
    ['text of the wrong type', 400, ['POST', messages, { messageId, text: 7 }]],
    ['text too long', 400, ['POST', messages, { messageId, text: 'x'.repeat(4097) }]],
    ['NUL', 400, ['POST', messages, { messageId, text: 'a\0b' }]],
    ['a lone surrogate', 400, ['POST', messages, `{"messageId":"${messageId}","text":"\\ud800"}`]],
    ['an unknown member', 400, ['POST', messages, { messageId, text: 'x', admin: true }]],
    ['__proto__', 400, ['POST', messages, `{"messageId":"${messageId}","text":"x","__proto__":{"a":1}}`]],
    ['messageId with a path', 400, ['POST', messages, { messageId: '../../../etc', text: 'x' }]],
    ['nested too deep', 400, ['POST', messages, '['.repeat(5_000) + ']'.repeat(5_000)]],
    ['body too large', 413, ['POST', messages, { messageId, text: 'x'.repeat(70_000) }]],
    ['text/plain', 415, ['POST', messages, '{}', { 'Content-Type': 'text/plain' }]],
    ['a form', 415, ['POST', messages, 'a=b', { 'Content-Type': 'application/x-www-form-urlencoded' }]],
    ['compressed', 415, ['POST', messages, '{}', { ...json, 'Content-Encoding': 'gzip' }]],
    ['unknown conversation', 404, ['POST', '/api/conversations/aaaaaaaaaaaa/messages', { messageId, text: 'x' }]],
    ['a path for an id', 404, ['GET', '/api/conversations/..%2f..%2foauth%2ftoken']],
    ["someone else's conversation", 404, ['POST', `${other.path}/messages`, { messageId, text: 'x' }]],
    ["someone else's history", 404, ['GET', `${other.path}/messages`]],
    ["someone else's stream", 404, ['GET', `${other.path}/events`]],
    ['ending someone else’s chat', 404, ['POST', `${other.path}/end`]],
    ['before = -1', 400, ['GET', `${messages}?before=-1`]],
    ['limit = 201', 400, ['GET', `${messages}?limit=201`]],
    ['after = x', 400, ['GET', `${guest.path}/events?after=x`]],
    ['Last-Event-ID = 1e30', 400, ['GET', `${guest.path}/events`, undefined, { 'Last-Event-ID': '1e30' }]],
    ['unknown address', 404, ['GET', '/api/nothing']],
    ['wrong method', 405, ['PUT', messages, {}]],
    ['no CSRF header', 403, ['POST', messages, { messageId, text: 'x' }, { 'X-CSRF': '' }]],
    ['foreign origin', 403, ['POST', messages, { messageId, text: 'x' }, { Origin: 'https://evil.example' }]],
    ['cross-site fetch', 403, ['GET', messages, undefined, { 'Sec-Fetch-Site': 'cross-site' }]],
    ['no session', 401, ['GET', messages, undefined, { Cookie: 'a=b' }]],
    ['attributes too large', 400, ['POST', '/api/session', { attributes: { a: 'x'.repeat(2048) } }]],
    ['an unknown member at the start', 400, ['POST', '/api/session', { role: 'admin' }]],
  ]
  for (const [what, status, [method, path, body, headers]] of cases) {
    const response = await guest.request(method, path, body, headers)
    const text = await response.text()
    expect([what, response.status, response.headers.get('content-type')]).toEqual([
      what,
      status,
      'application/problem+json',
    ])
    const problem = JSON.parse(text) as { status: number; code: string; requestId: string; errors?: { path: string }[] }
    expect(problem, what).toMatchObject({ status, code: expect.any(String), requestId: expect.any(String) })
    if (status === 400) expect(problem.errors?.length, what).toBeGreaterThan(0)
  }

  expect(
    (await simulator.control.requests())
      .slice(before)
      .filter(({ operation }) => operation !== 'stream' && operation !== 'list-messages'),
  ).toEqual([])
  expect((await guest.send('still serving')).status).toBe(202)
})

test('a wrong method is told which ones there are', async () => {
  const { foyer } = await startBoth()
  const response = await new Guest(foyer.url).request('PUT', '/api/session', {})
  expect(response.headers.get('allow')?.split(', ').sort()).toEqual(['DELETE', 'GET', 'POST'])
})

test('a stated length of 2 GB is refused at once, an endless body is cut', async () => {
  const { foyer } = await startBoth()
  const { port } = new URL(foyer.url)
  const head = (length: string) =>
    `POST /api/session HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nOrigin: ${foyer.url}\r\nX-CSRF: 1\r\nContent-Type: application/json\r\n${length}\r\n\r\n`
  expect(await answerTo(port, head('Content-Length: 2000000000'))).toMatch(/^HTTP\/1.1 413 /)
  const chunk = `4000\r\n${'x'.repeat(0x4000)}\r\n`
  expect(await answerTo(port, head('Transfer-Encoding: chunked') + chunk.repeat(4))).toMatch(/^HTTP\/1.1 413 /)
  expect((await new Guest(foyer.url).arrive()).conversationId).not.toBe('')
})

test('loading the page creates nothing', async () => {
  const { foyer, simulator } = await startBoth()
  for (let load = 0; load < 20; load++) {
    const response = await fetch(`${foyer.url}/`)
    expect(response.status).toBe(200)
    expect(response.headers.getSetCookie()).toEqual([])
    await response.arrayBuffer()
  }
  expect(await simulator.control.requests()).toEqual([])
})

async function answerTo(port: string, request: string): Promise<string> {
  const socket = connect(Number(port), '127.0.0.1')
  let answer = ''
  socket.write(request)
  socket.on('error', () => undefined)
  for await (const chunk of socket) {
    answer += String(chunk)
    if (answer.includes('\r\n\r\n')) break
  }
  socket.destroy()
  return answer
}
