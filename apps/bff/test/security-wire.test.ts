import { randomUUID } from 'node:crypto'
import { connect } from 'node:net'
import { describe, expect, onTestFinished, test } from 'vitest'
import { eventually } from './support/eventually.ts'
import { Guest } from './support/guest.ts'
import { exchange, IMPATIENT, statusesOf } from './support/raw-socket.ts'
import { spawnFoyer } from './support/spawn-foyer.ts'
import { startBoth, type Foyer } from './support/start-foyer.ts'

const start = () => startBoth({}, { server: IMPATIENT })
const hostOf = ({ url }: Foyer) => new URL(url).host

/** Everything the page itself sends, so that only what is tried decides. */
const pageHeaders = (foyer: Foyer) =>
  `Host: ${hostOf(foyer)}\r\nOrigin: ${foyer.url}\r\nX-CSRF: 1\r\nContent-Type: application/json\r\n`

/** R33: after all of that, the same process serves. */
async function expectServing(foyer: Foyer) {
  expect((await new Guest(foyer.url).arrive()).conversationId).not.toBe('')
}

test('S41 a request whose framing can be read two ways is refused or cut, and never answered twice', async () => {
  const { foyer } = await start()
  const smuggled = `GET /health/live HTTP/1.1\r\nHost: ${hostOf(foyer)}\r\n\r\n`
  const post = (headers: string, body: string) =>
    `POST /api/session HTTP/1.1\r\n${pageHeaders(foyer)}${headers}\r\n\r\n${body}${smuggled}`
  const get = (line: string, headers = `Host: ${hostOf(foyer)}`) => `${line}\r\n${headers}\r\n\r\n${smuggled}`

  const attacks: [string, string][] = [
    ['a length and pieces', post('Content-Length: 2\r\nTransfer-Encoding: chunked', '0\r\n\r\n')],
    ['pieces and a length', post('Transfer-Encoding: chunked\r\nContent-Length: 2', '{}')],
    ['two lengths', post('Content-Length: 2\r\nContent-Length: 3', '{}')],
    ['a list of lengths', post('Content-Length: 2, 3', '{}')],
    ['a length with a sign', post('Content-Length: +2', '{}')],
    ['a length below nothing', post('Content-Length: -2', '{}')],
    ['a length in another base', post('Content-Length: 0x2', '{}')],
    ['a length with a blank in it', post('Content-Length: 0 2', '{}')],
    ['a length beyond all numbers', post('Content-Length: 99999999999999999999', '{}')],
    ['pieces by another name', post('Transfer-Encoding: xchunked', '0\r\n\r\n')],
    ['pieces that are not last', post('Transfer-Encoding: chunked, identity', '0\r\n\r\n')],
    ['pieces twice', post('Transfer-Encoding: chunked\r\nTransfer-Encoding: identity', '0\r\n\r\n')],
    ['a blank before the colon', post('Transfer-Encoding : chunked', '0\r\n\r\n')],
    ['a folded header', post('X-A: b\r\n Transfer-Encoding: chunked', '0\r\n\r\n')],
    ['a piece in another base', post('Transfer-Encoding: chunked', '0x2\r\n{}\r\n0\r\n\r\n')],
    ['a piece below nothing', post('Transfer-Encoding: chunked', '-2\r\n{}\r\n0\r\n\r\n')],
    ['a piece beyond all numbers', post('Transfer-Encoding: chunked', 'fffffffffffffffff\r\n{}\r\n0\r\n\r\n')],
    ['a piece longer than it says', post('Transfer-Encoding: chunked', '1\r\n{}\r\n0\r\n\r\n')],
    ['a piece whose line ends in LF', post('Transfer-Encoding: chunked', '2\n{}\r\n0\r\n\r\n')],
    ['a NUL in a header', get('GET / HTTP/1.1', `Host: ${hostOf(foyer)}\r\nX-A: a\0b`)],
    ['a CR in a header', get('GET / HTTP/1.1', `Host: ${hostOf(foyer)}\r\nX-A: a\rX-B: b`)],
    ['a blank in a header’s name', get('GET / HTTP/1.1', `Host: ${hostOf(foyer)}\r\nX A: b`)],
    ['no host', get('GET / HTTP/1.1', 'X-A: b')],
    ['no host, but in its target', get(`GET ${foyer.url}/health/live HTTP/1.1`, 'X-A: b')],
    ['two hosts', get('GET / HTTP/1.1', `Connection: close\r\nHost: ${hostOf(foyer)}\r\nHost: ${hostOf(foyer)}`)],
    ['another version', get('GET / HTTP/2.0')],
    [
      'a body of a read',
      `GET / HTTP/1.1\r\nHost: ${hostOf(foyer)}\r\nContent-Length: ${smuggled.length}\r\n\r\n${smuggled}`,
    ],
    ['an unknown method', get('BREW / HTTP/1.1')],
    ['a method in small letters', get('get / HTTP/1.1')],
  ]
  const results = await Promise.all(attacks.map(async ([name, bytes]) => [name, await exchange(foyer.url, bytes)]))
  for (const [name, answer = ''] of results) {
    const statuses = statusesOf(answer)
    expect([name, statuses.length <= 1, answer.includes('alive')]).toEqual([name, true, false])
    for (const status of statuses) expect([name, Math.floor(status / 100)]).toEqual([name, 4])
  }
  await expectServing(foyer)
})

test('S41 a method that means nothing here is refused, and what was sent is not sent back', async () => {
  const { foyer } = await start()
  for (const path of ['/', '/api/session', '/health/live']) {
    const request = `TRACE ${path} HTTP/1.1\r\n${pageHeaders(foyer)}X-Canary: CANARY\r\n\r\n`
    const answer = await exchange(foyer.url, request)
    expect([path, statusesOf(answer)]).toEqual([path, [405]])
    expect(answer).not.toContain('CANARY')
  }
  const tunnel = await exchange(foyer.url, `CONNECT evil.example:80 HTTP/1.1\r\nHost: ${hostOf(foyer)}\r\n\r\n`)
  expect(statusesOf(tunnel).filter((status) => status < 400)).toEqual([])
})

test('S41 headers beyond 16 KiB are refused, as are cookies by the hundred', async () => {
  const { foyer } = await start()
  const head = (more: string) => `GET /api/session HTTP/1.1\r\n${pageHeaders(foyer)}${more}\r\n\r\n`
  const large = await exchange(foyer.url, head(`X-A: ${'a'.repeat(17_000)}`))
  expect(statusesOf(large)).toEqual([431])
  const many = Array.from({ length: 500 }, (_, index) => `__Host-Http-foyer=${index}`).join('; ')
  expect(statusesOf(await exchange(foyer.url, head(`Cookie: ${many}`)))).toEqual([401])
  const eight = `Cookie: __Host-Http-foyer=${'a'.repeat(8_192)}`
  expect(statusesOf(await exchange(foyer.url, head(eight)))).toEqual([401])
})

test('S39 no spelling of a path leads out of the built page', async () => {
  const { foyer } = await start()
  const up = ['..', '%2e%2e', '.%2e', '%2e.', '%252e%252e', '..%00', '....', '%c0%ae%c0%ae', '%uff0e%uff0e', '..;']
  const separators = ['/', '%2f', '\\', '%5c', '//', '%252f']
  const climbing = up.flatMap((dots) => separators.map((between) => `/assets${between}${dots}${between}`.repeat(3)))
  const paths = [
    ...climbing.map((path) => `${path}package.json`),
    ...['/.env', '/.git/config', '/assets/.vite/x.js', '/assets', '/assets/', '/assets/nope.js', '/index.html'],
    ...['/src/main.ts', '/apps/bff/src/main.ts', '/data/foyer.db', '/data/foyer.db.key', '/assets/%00', '/%00'],
    ...['//etc/passwd', '/file:///etc/passwd', '/proc/self/environ', '/favicon.svg/', '/favicon.svg%00.js', '/~root'],
  ]
  expect(paths.length).toBeGreaterThan(35)
  const answers = await Promise.all(
    paths.map(async (path) => [
      path,
      await exchange(foyer.url, `GET ${path} HTTP/1.1\r\nHost: ${hostOf(foyer)}\r\nConnection: close\r\n\r\n`),
    ]),
  )
  for (const [path, answer = ''] of answers) {
    expect([path, statusesOf(answer).every((status) => status === 400 || status === 404)]).toEqual([path, true])
    expect(answer).not.toMatch(/"private": true|root:|FOYER_/)
  }
  await expectServing(foyer)
})

test('S39 no spelling of a guarded path gets past its guards', async () => {
  const { foyer, simulator } = await start()
  const spellings = [
    ...['/api/session', '//api/session', '/%61pi/session', '/%61%70%69/session', '/api//session', '/api/./session'],
    ...['/x/../api/session', '/API/session', '/api/session/', '/api%2fsession', '/api;x/session', '/api/%73ession'],
    ...['/api/session?x=1', '/api/session%20', '/api\\session', '/./api/session', '/assets/../api/session', '/api'],
    ...[`${foyer.url}/api/session`, '/api/session#x', '/%2561pi/session', '/api/session%00', '/ａｐｉ/session'],
  ]
  const ask = (method: string, path: string) =>
    exchange(
      foyer.url,
      `${method} ${path} HTTP/1.1\r\nHost: ${hostOf(foyer)}\r\nOrigin: https://evil.example\r\n` +
        'Content-Type: application/json\r\nConnection: close\r\nContent-Length: 2\r\n\r\n{}',
    )
  const answers = await Promise.all(
    spellings.flatMap((path) => ['POST', 'DELETE', 'PUT'].map(async (method) => [path, await ask(method, path)])),
  )
  for (const [path, answer = ''] of answers) {
    expect([path, statusesOf(answer).every((status) => [400, 403, 404].includes(status))]).toEqual([path, true])
    expect(answer).not.toContain('Set-Cookie')
  }
  expect(await simulator.control.requests()).toEqual([])
})

test('S40 a name that is not its own changes nothing it says, and gets nothing', async () => {
  const { foyer, simulator } = await start()
  const body = 'Content-Length: 2\r\nConnection: close\r\n\r\n{}'
  const post = (target: string, host: string, more = '') =>
    exchange(
      foyer.url,
      `POST ${target} HTTP/1.1\r\n${host}Origin: ${foyer.url}\r\nX-CSRF: 1\r\nContent-Type: application/json\r\n${more}${body}`,
    )
  const own = `Host: ${hostOf(foyer)}\r\n`
  const forged = [
    await post('/api/session', 'Host: evil.example\r\n'),
    await post('/api/session', `${own}Host: evil.example\r\n`),
    await post('http://evil.example/api/session', own),
    await post(`http://evil.example@${hostOf(foyer)}/api/session`, own),
  ]
  for (const answer of forged) {
    expect(statusesOf(answer).filter((status) => status !== 400 && status !== 421)).toEqual([])
    expect(answer).not.toMatch(/evil|Set-Cookie/)
  }
  expect(await simulator.control.requests()).toEqual([])

  const forwarded = 'X-Forwarded-Host: evil.example\r\nForwarded: host=evil.example\r\nX-Original-URL: /api/config\r\n'
  const answer = await post('/api/session', own, forwarded)
  expect(statusesOf(answer)).toEqual([201])
  expect(answer).not.toContain('evil')
  expect(/^Set-Cookie: .*$/im.exec(answer)?.[0]).not.toContain('Domain')
})

test('R32 slow and silent connections are closed in time, and everybody else is served meanwhile', async () => {
  const { foyer } = await start()
  const { port } = new URL(foyer.url)
  const head = `POST /api/session HTTP/1.1\r\n${pageHeaders(foyer)}Content-Length: 8000\r\n\r\n`
  /** Sends a character now and then, for as long as it may. */
  async function drip(first: string): Promise<string> {
    const socket = connect(Number(port), '127.0.0.1')
    onTestFinished(() => void socket.destroy())
    let answer = ''
    socket.setEncoding('latin1').on('data', (chunk: string) => (answer += chunk))
    socket.on('error', () => undefined)
    if (first !== '') socket.write(first)
    const dripping = first !== '' && setInterval(() => socket.writable && socket.write('a'), 100)
    await new Promise((resolve) => socket.once('close', resolve)) // An error is an end, too.
    if (dripping) clearInterval(dripping)
    return answer
  }
  const slow = Promise.all([
    ...Array.from({ length: 60 }, () => drip('GET / HTTP/1.1\r\nX-A: ')),
    ...Array.from({ length: 60 }, () => drip(`${head}{`)),
    ...Array.from({ length: 20 }, () => drip('')),
  ])
  for (let honest = 0; honest < 20; honest++) expect((await fetch(`${foyer.url}/health/live`)).status).toBe(200)
  // All of them are closed. Who was still sending then may have missed the answer.
  expect(new Set((await slow).flatMap(statusesOf))).toEqual(new Set([408]))
  await expectServing(foyer)
})

/** Of one answer: its status, its fields by name in small letters, and its problem. */
function readAnswer(answer: string) {
  const [head = '', body = ''] = answer.split('\r\n\r\n')
  const [line = '', ...fields] = head.split('\r\n')
  const pairs = fields.map((field) => field.split(/: (.*)/, 2) as [string, string])
  return {
    status: Number(line.split(' ')[1]),
    headers: Object.fromEntries(pairs.map(([name, value]) => [name.toLowerCase(), value])),
    problem: JSON.parse(body) as { status: number; code: string },
    length: Buffer.byteLength(body, 'latin1'),
  }
}

describe('S29, S31, S38 what is refused before any route has seen it', () => {
  const get = (line: string, more: string) => `GET ${line} HTTP/1.1\r\n${more}Connection: close\r\n\r\n`
  const pieces = 'Transfer-Encoding: chunked\r\n\r\n'
  test.each<[number, string, string, (own: string) => string]>([
    [400, 'invalid-request', 'what is no request', () => 'nothing of the kind\r\n\r\n'],
    [400, 'invalid-request', 'a header that is none', (own) => get('/', `${own}a b: c\r\n`)],
    [400, 'invalid-request', 'no host', () => get('/', '')],
    [400, 'invalid-request', 'no host, in an older version', () => 'GET / HTTP/1.0\r\n\r\n'],
    [400, 'invalid-request', 'a host that is none', () => get('/', 'Host: a b\r\n')],
    [
      400,
      'invalid-request',
      'an address that is none',
      (own) => `OPTIONS * HTTP/1.1\r\n${own}Connection: close\r\n\r\n`,
    ],
    [408, 'request-timeout', 'headers that do not end', (own) => `GET / HTTP/1.1\r\n${own}X-A`],
    [408, 'request-timeout', 'silence', () => ''],
    [
      413,
      'payload-too-large',
      'pieces with much to say',
      (own) => `POST / HTTP/1.1\r\n${own}${pieces}1;${'a'.repeat(20_000)}\r\n`,
    ],
    [417, 'invalid-request', 'an expectation', (own) => get('/', `${own}Expect: wonders\r\n`)],
    [431, 'invalid-request', 'large headers', (own) => get('/', `${own}X-A: ${'a'.repeat(17_000)}\r\n`)],
  ])('%i %s: %s', async (status, code, _, bytes) => {
    const embedOrigins = ['https://portal.example.com']
    const { foyer } = await startBoth({}, { server: IMPATIENT, embedOrigins })
    const answer = await exchange(foyer.url, bytes(`Host: ${hostOf(foyer)}\r\n`))
    const { headers, problem, length, ...more } = readAnswer(answer)
    expect([more.status, problem.status, problem.code]).toEqual([status, status, code])
    expect(headers).toEqual({
      ...securityHeaders('frame-ancestors https://portal.example.com'),
      ...{ 'content-type': 'application/problem+json', 'content-length': String(length), connection: 'close' },
      date: expect.stringMatching(/ GMT$/) as unknown,
    })
  })

  test('is not written into an answer that has begun', async () => {
    const { foyer } = await start()
    const guest = await new Guest(foyer.url).arrive()
    const stream = `GET ${guest.path}/events HTTP/1.1\r\n${pageHeaders(foyer)}Cookie: ${guest.cookie}\r\n\r\n`
    const socket = connect(Number(new URL(foyer.url).port), '127.0.0.1')
    onTestFinished(() => void socket.destroy())
    let answer = ''
    socket.setEncoding('latin1').on('data', (chunk: string) => (answer += chunk))
    socket.on('error', () => undefined)
    socket.write(stream)
    await eventually('the stream has begun', () => answer.includes('event: connection'))
    socket.write('nothing of the kind\r\n\r\n')
    await new Promise((resolve) => socket.once('close', resolve))
    expect([statusesOf(answer), answer.includes('problem')]).toEqual([[200], false])
    await expectServing(foyer)
  })

  test('is refused so on both ports of the process', async () => {
    const foyer = await spawnFoyer('http://127.0.0.1:1', { FOYER_ADMIN_PORT: '0' })
    const admin = /"admin":"([^"]+)"/.exec(foyer.output)?.[1]
    for (const address of [foyer.url, `http://${admin}`]) {
      const { status, headers } = readAnswer(await exchange(address, 'nothing of the kind\r\n\r\n'))
      expect([status, headers]).toMatchObject([400, securityHeaders("frame-ancestors 'none'")])
    }
  })
})

const securityHeaders = (ancestors: string) => ({
  ...{ 'cache-control': 'no-store', 'x-content-type-options': 'nosniff', 'referrer-policy': 'no-referrer' },
  ...{ 'cross-origin-resource-policy': 'same-origin', 'cross-origin-opener-policy': 'same-origin-allow-popups' },
  'content-security-policy': `default-src 'none'; ${ancestors}`,
  'permissions-policy': expect.stringContaining('camera=()') as unknown,
  'strict-transport-security': 'max-age=31536000',
})

test('R32, S41 the server has every limit set', async () => {
  const { foyer } = await startBoth()
  // Node keeps its options there, too.
  expect(foyer.server).toMatchObject({
    ...{
      headersTimeout: 10_000,
      requestTimeout: 300_000,
      connectionsCheckingInterval: 1_000,
      keepAliveTimeout: 65_000,
    },
    ...{ maxConnections: 20_000, maxRequestsPerSocket: 10_000, maxHeaderSize: 16_384 },
    ...{ requireHostHeader: false, insecureHTTPParser: false }, // who names none is refused by ourselves
  })
})

test('R32 the process serves with these limits, on both of its ports', async () => {
  const foyer = await spawnFoyer('http://127.0.0.1:1', { FOYER_ADMIN_PORT: '0' })
  const admin = /"admin":"([^"]+)"/.exec(foyer.output)?.[1]
  for (const address of [`${foyer.url}/health/live`, `http://${admin}/metrics`]) {
    // Node names two of them; its own are 5 s and without end.
    expect((await fetch(address)).headers.get('Keep-Alive')).toBe('timeout=65, max=10000')
  }
})

test('S21 HEAD below /api is refused: no file is fetched and no stream opened to be thrown away', async () => {
  const { foyer } = await start()
  const guest = await new Guest(foyer.url).arrive()
  const head = async (path: string) => {
    const { status, headers } = await guest.request('HEAD', `${guest.path}/${path}`)
    return [status, headers.get('Allow')]
  }
  expect(await head(`attachments/${randomUUID()}`)).toEqual([405, 'GET, DELETE'])
  expect(await head('messages/message-1/media?url=https%3A%2F%2Fexample.org%2Fa.png')).toEqual([405, 'GET'])
  expect(await head('transcript?format=txt')).toEqual([405, 'GET'])
  expect(await head('events')).toEqual([405, 'GET'])
  expect((await fetch(`${foyer.url}/health/live`, { method: 'HEAD' })).status).toBe(200)
})
