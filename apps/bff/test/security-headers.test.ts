import { routes } from '@foyer/shared/protocol/routes'
import { expect, test } from 'vitest'
import { Guest } from './support/guest.ts'
import { exchange, statusesOf } from './support/raw-socket.ts'
import { startBoth, type FoyerOptions } from './support/start-foyer.ts'
import { connectWebMessaging, DOT, loosePlatform } from './support/web-messaging.ts'

type Caching = 'none' | 'stream' | 'an hour' | 'for ever'
interface Answered {
  readonly what: string
  readonly caching: Caching
  readonly status: number
  readonly response: Response
}

/** One answer of each kind there is. */
async function answersOfEveryKind(options: FoyerOptions = {}, more: Record<string, string> = {}, query = '') {
  const { foyer } = await startBoth(loosePlatform(), { connect: connectWebMessaging, ...options })
  const guest = new Guest(foyer.url)
  const answers: Answered[] = []
  async function note(what: string, caching: Caching, status: number, answer: Promise<Response>) {
    const response = await answer
    expect([what, response.status]).toEqual([what, status])
    answers.push({ what, caching, status, response })
    return response
  }
  const ask = (method: string, path: string, body?: unknown, headers: Record<string, string> = {}) =>
    guest.request(method, path + query, body, { ...headers, ...more })

  const document = await note('the document', 'none', 200, ask('GET', '/'))
  const script = /src="(\/assets\/[^"]+\.js)"/.exec(await document.text())?.[1] ?? ''
  await note('an asset', 'for ever', 200, ask('GET', script))
  await note('a file', 'an hour', 200, ask('GET', '/favicon.svg'))
  await note('a missing asset', 'none', 404, ask('GET', '/assets/nope.js'))
  await note('an asset’s map', 'none', 404, ask('GET', `${script}.map`))
  await note('an asset, written to', 'none', 405, ask('POST', script))
  await note('health', 'none', 200, ask('GET', '/health/live'))
  await note('readiness', 'none', 200, ask('GET', '/health/ready'))
  await note('nobody', 'none', 401, ask('GET', '/api/session'))
  await note('a foreign site', 'none', 403, ask('GET', '/api/session', undefined, { 'X-CSRF': '' }))
  await note('an unknown address', 'none', 404, ask('GET', '/nothing'))
  await note('an unknown address of the API', 'none', 404, ask('GET', '/api/nothing'))
  await note('a wrong method', 'none', 405, ask('PUT', '/api/session', {}))
  await note('a body that is none', 'none', 400, ask('POST', '/api/session', '{'))
  await note(
    'a body of another type',
    'none',
    415,
    ask('POST', '/api/session', 'a=b', { 'Content-Type': 'text/plain' }),
  )
  await note('too large a body', 'none', 413, ask('POST', '/api/session', { name: 'a'.repeat(9_000) }))
  await note('the configuration', 'none', 200, ask('GET', '/api/config'))

  await guest.arrive()
  await note('the session', 'none', 200, ask('GET', '/api/session'))
  await note(
    'a message taken',
    'none',
    202,
    ask('POST', `${guest.path}/messages`, { messageId: 'message-1', text: 'x' }),
  )
  await note('the history', 'none', 200, ask('GET', `${guest.path}/messages`))
  await note('the transcript', 'none', 200, ask('GET', `${guest.path}/transcript`))
  const stream = await note('the stream', 'stream', 200, ask('GET', `${guest.path}/events`))
  await stream.body?.cancel()
  const upload = `${guest.path}/attachments`
  const file = await guest.request('POST', `${upload}?name=dot.png`, DOT, { 'Content-Type': 'image/png' })
  const { attachmentId } = (await file.json()) as { attachmentId: string }
  await note('an attachment', 'none', 200, ask('GET', `${upload}/${attachmentId}`))
  await note('an attachment that is none', 'none', 404, ask('GET', `${upload}/..%2f..%2fsecret`))
  await note('the end', 'none', 204, ask('DELETE', '/api/session'))
  return answers
}

const cacheControl: Record<Caching, string> = {
  none: 'no-store',
  stream: 'no-store, no-transform',
  'an hour': 'public, max-age=3600',
  'for ever': 'public, max-age=31536000, immutable',
}

test('S31, S32 every answer has the headers of safety, and is kept only where it may be', async () => {
  for (const { what, caching, status, response } of await answersOfEveryKind()) {
    const headers = Object.fromEntries(response.headers)
    expect([what, headers]).toEqual([
      what,
      expect.objectContaining({
        'x-content-type-options': 'nosniff',
        'referrer-policy': 'no-referrer',
        'cross-origin-resource-policy': 'same-origin',
        'cross-origin-opener-policy': 'same-origin-allow-popups',
        'strict-transport-security': 'max-age=31536000',
        'permissions-policy': expect.stringMatching(/camera=\(\).*microphone=\(\)/),
        'content-security-policy': expect.stringMatching(/^default-src 'none'; .*frame-ancestors 'none'$/),
        'cache-control': cacheControl[caching],
        'x-request-id': expect.stringMatching(/^[0-9a-f-]{36}$/),
      }),
    ])
    for (const name of ['x-frame-options', 'server', 'x-powered-by', 'etag', 'access-control-allow-origin']) {
      expect([what, name, headers[name]]).toEqual([what, name, undefined])
    }
    if (caching !== 'none') expect(response.headers.getSetCookie()).toEqual([])
    const type = headers['content-type']
    if (type?.startsWith('text/')) expect(type).toMatch(/; charset=utf-8$/i)
    if (status >= 400) expect([what, type]).toEqual([what, 'application/problem+json'])
  }
})

test('S32 what is private is told anew, whatever a cache claims to have', async () => {
  const { foyer } = await startBoth()
  const guest = await new Guest(foyer.url).arrive()
  const claims = { 'If-None-Match': '*', 'If-Modified-Since': new Date().toUTCString() }
  for (const path of ['/', '/api/session', '/api/config', guest.path, `${guest.path}/messages`]) {
    expect((await guest.request('GET', path, undefined, claims)).status).toBe(200)
  }
})

test('S29 exactly the configured pages may frame any answer, and nobody can talk it into more', async () => {
  const embedOrigins = ['https://portal.example.com', 'https://shop.example.org:8443']
  const influences = {
    Referer: 'https://evil.example/',
    'X-Forwarded-Host': 'evil.example',
    Forwarded: 'host=evil.example',
    'X-Frame-Options': 'ALLOWALL',
  }
  const answers = await answersOfEveryKind({ embedOrigins, cookieReach: 'cross-site' }, influences)
  for (const { what, response } of answers) {
    const policy = response.headers.get('Content-Security-Policy') ?? ''
    const directive = policy.split('; ').filter((rule) => rule.startsWith('frame-ancestors'))
    expect([what, directive]).toEqual([what, [`frame-ancestors ${embedOrigins.join(' ')}`]])
    expect(response.headers.get('X-Frame-Options')).toBeNull()
  }
})

/** The document, as a browser asks for it on behalf of another site. */
const askForDocument = (url: string, path: string, mode: string, destination: string) =>
  exchange(
    url,
    `GET ${path} HTTP/1.1\r\nHost: ${new URL(url).host}\r\nConnection: close\r\n` +
      `Sec-Fetch-Site: cross-site\r\nSec-Fetch-Mode: ${mode}\r\nSec-Fetch-Dest: ${destination}\r\n\r\n`,
  )

test('S18, S29 the document can be framed from a portal, whatever its query says', async () => {
  const { foyer } = await startBoth({}, { embedOrigins: ['https://portal.example.com'] })
  const answer = await askForDocument(foyer.url, '/?portal=https://evil.example', 'navigate', 'iframe')
  expect(statusesOf(answer)).toEqual([200])
  expect(/^content-security-policy: .*$/im.exec(answer)?.[0]).toMatch(
    /; frame-ancestors https:\/\/portal\.example\.com\s*$/,
  )
})

test('S18 the document is opened by a link of another site, and not fetched or loaded by it as anything else', async () => {
  const { foyer } = await startBoth()
  expect(statusesOf(await askForDocument(foyer.url, '/', 'navigate', 'document'))).toEqual([200])
  const others = [
    ['no-cors', 'script'],
    ['no-cors', 'image'],
    ['cors', 'empty'],
    ['navigate', 'object'],
    ['navigate', 'embed'],
  ] as const
  for (const [mode, destination] of others) {
    for (const path of ['/', '/?lang=de']) {
      const answer = await askForDocument(foyer.url, path, mode, destination)
      expect([mode, destination, statusesOf(answer)]).toEqual([mode, destination, [403]])
      expect(answer).toContain('blocked-cross-site')
      expect(answer).not.toMatch(/<html/i)
    }
  }
})

test('S17, S20, S47 no address of the API answers without the page’s header, or to another site’s preflight', async () => {
  const { foyer, simulator } = await startBoth()
  for (const { method, path } of Object.values(routes)) {
    const address = `${foyer.url}${path.replaceAll(/:\w+/g, 'conversation-1')}`
    const bare = await fetch(address, { method, headers: { Origin: foyer.url } })
    expect([path, bare.status]).toEqual([path, 403])
    expect(bare.headers.get('Content-Type')).toBe('application/problem+json')
    for (const Origin of ['https://evil.example', 'null', 'http://sibling.localhost', 'https://portal.example.com']) {
      const headers = { Origin, 'Access-Control-Request-Method': method, 'Access-Control-Request-Headers': 'x-csrf' }
      const preflight = await fetch(address, { method: 'OPTIONS', headers })
      expect(preflight.status).toBe(403)
      expect([...preflight.headers.keys()].filter((name) => name.startsWith('access-control'))).toEqual([])
    }
  }
  expect(await simulator.control.requests()).toEqual([])
  expect(foyer.logs.filter((line) => line.includes('"reason":"csrf-header"')).length).toBeGreaterThan(0)
})

test.each([
  ['off', false, []],
  ['on', true, ['GET /api/grant']],
] as const)('S49 nothing is exposed but what is meant to be, with the inspector %s', async (_, showDiagnosis, more) => {
  const { foyer } = await startBoth({}, { showDiagnosis })
  const named = foyer.routes.filter(({ method, path }) => method !== 'ALL' && !path.startsWith('/assets/'))
  const table = [...new Set(named.map(({ method, path }) => `${method} ${path}`))]
  const conversation = '/api/conversations/:conversationId'
  const expected = [
    ...more,
    `DELETE ${conversation}/attachments/:attachmentId`,
    'DELETE /api/session',
    'GET /',
    'GET /api/config',
    `GET ${conversation}`,
    `GET ${conversation}/attachments/:attachmentId`,
    `GET ${conversation}/events`,
    `GET ${conversation}/messages`,
    `GET ${conversation}/messages/:messageId/media`,
    `GET ${conversation}/transcript`,
    'GET /api/forms',
    'GET /api/session',
    'GET /favicon.svg',
    'GET /health/live',
    'GET /health/ready',
    'POST /api/conversations',
    `POST ${conversation}/attachments`,
    `POST ${conversation}/clear`,
    `POST ${conversation}/end`,
    `POST ${conversation}/messages`,
    `POST ${conversation}/rating`,
    `POST ${conversation}/typing`,
    'POST /api/session',
    'POST /csp-reports',
  ]
  expect(table.sort()).toEqual(expected.sort())
})

test('S48, S49 what operators and developers look at is not on the public port', async () => {
  const { foyer } = await startBoth()
  const paths = [
    ...['/metrics', '/debug', '/admin', '/debug/pprof', '/status', '/_simulator', '/_simulator/state', '/agent'],
    ...['/@vite/client', '/src/main.ts', '/swagger', '/.well-known/security.txt'],
  ]
  for (const path of paths) expect([path, (await fetch(`${foyer.url}${path}`)).status]).toEqual([path, 404])
  expect(await (await fetch(`${foyer.url}/health/live`)).text()).toBe('alive')
  expect(await (await fetch(`${foyer.url}/health/ready`)).text()).toBe('ready')
})
