import { randomBytes, randomUUID } from 'node:crypto'
import type { ServerResponse } from 'node:http'
import { expect, onTestFinished, test } from 'vitest'
import { startCollector } from './support/collector.ts'
import { eventually } from './support/eventually.ts'
import { Guest } from './support/guest.ts'
import { startHttpServer, type ReceivedRequest } from './support/http-server.ts'
import { startFoyer } from './support/start-foyer.ts'

/** In no form that an id, a code, or the name of a scope could have: wherever it turns up, it was taken over as it came. */
const CANARY = 'CANARY~0123456789='
const TOKEN = `eyJ${CANARY}`

/** What a platform could say wrong, each with everything it was told, and more, in its headers and body. */
const ANSWERS = [400, 403, 422, 401, 413, 429, 500, 502, 503, 302, 200, 'cut', 409] as const

function echo(response: ServerResponse, { headers, body }: ReceivedRequest, status: number): void {
  const told = { headers, body, CANARY, message: CANARY, code: CANARY, error_description: CANARY, scope: CANARY }
  response
    .writeHead(status, {
      'Content-Type': 'application/json',
      'Retry-After': status === 429 ? '1' : CANARY,
      'X-Anything': CANARY,
      'ININ-Correlation-Id': `${CANARY} ${CANARY}`,
      'WWW-Authenticate': `Bearer realm="${CANARY}", error="${CANARY}", error_description="${CANARY}"`,
      'Set-Cookie': `session=${CANARY}`,
      Location: `http://127.0.0.1:1/${CANARY}?token=${CANARY}`,
    })
    .end(JSON.stringify({ ...told, errors: [told], details: { nested: [told] } }))
}

async function startEchoingPlatform() {
  const answers: (string | number)[] = [...ANSWERS]
  const server = await startHttpServer((response, request) => {
    if (request.path.endsWith('/token')) {
      const scope = 'messaging:conversation:write messaging:guest:send'
      return void response.writeHead(200, { 'Content-Type': 'application/json', 'X-Anything': CANARY }).end(
        JSON.stringify({
          access_token: TOKEN,
          refresh_token: TOKEN,
          token_type: 'bearer',
          expires_in: 900,
          scope,
          more: CANARY,
        }),
      )
    }
    if (request.method === 'POST' && request.path.endsWith('/conversations/messaging'))
      return void response
        .writeHead(200, { 'X-Anything': CANARY })
        .end(JSON.stringify({ id: randomUUID(), more: CANARY }))
    // The record can be read, so that what may have arrived is soon known not to have.
    if (request.method === 'GET' && /\/messages(\?|$)/.test(request.path))
      return void response
        .writeHead(200, { 'Content-Type': 'application/json', 'X-Anything': CANARY })
        .end(JSON.stringify({ entities: [{ CANARY, text: CANARY }], more: CANARY }))
    const next = request.method === 'POST' && request.path.endsWith('/messages') ? answers.shift() : 404
    if (next === 'cut') return void response.destroy()
    echo(response, request, typeof next === 'number' ? next : 400)
  })
  return { ...server, isDone: () => answers.length === 0 }
}

/** A browser that puts it into everything it can. */
async function feed(guest: Guest, url: string): Promise<void> {
  const everything = [
    'Authorization',
    'User-Agent',
    'Referer',
    'X-Forwarded-For',
    'X-Request-Id',
    'Last-Event-ID',
    'traceparent',
    'tracestate',
    'baggage',
    'If-None-Match',
    'Accept-Language',
    'Sec-Fetch-Mode',
  ]
  const headers = Object.fromEntries(everything.map((name) => [name, CANARY]))
  const cookies = { ...headers, Cookie: `a=${CANARY}; __Host-Http-foyer=${CANARY}` }
  for (const path of [
    '/api/session',
    '/api/config',
    `/api/${CANARY}`,
    `/${CANARY}`,
    `${guest.path}/messages`,
    `${guest.path}/events`,
  ]) {
    await guest.request('GET', `${path}?${CANARY}=${CANARY}&before=${CANARY}&after=${CANARY}`, undefined, headers)
    await guest.request('GET', `${path}?after=${CANARY}`, undefined, cookies)
    await guest.request('POST', path, { [CANARY]: CANARY, messageId: CANARY, text: CANARY }, headers)
    await guest.request('POST', path, `{"${CANARY}`, headers)
    await guest.request('POST', path, CANARY, { ...headers, 'Content-Type': CANARY })
    await guest.request('POST', path, CANARY, { ...headers, Origin: `https://${CANARY}.example` })
    await guest.request('POST', path, CANARY, { ...headers, 'Sec-Fetch-Site': CANARY, 'X-CSRF': CANARY })
  }
  await guest.request('POST', `${guest.path}/attachments?name=${CANARY}.png`, CANARY, {
    ...headers,
    'Content-Type': 'image/png',
  })
  await fetch(url, { method: 'CANARY' }).catch(() => undefined)
}

test('whatever comes in, from browser, platform or configuration, none of it is in a line, a metric or a span', async () => {
  const platform = await startEchoingPlatform()
  const collector = await startCollector()
  const secrets = [randomBytes(32), randomBytes(32)]
  const tracing = { endpoint: collector.endpoint, ratio: 1 }
  const foyer = await startFoyer(platform.origin, { clientSecret: CANARY, secrets, tracing })
  const closing = { closed: undefined as Promise<void> | undefined }
  const stop = () => (closing.closed ??= foyer.close())
  onTestFinished(stop)

  const guest = new Guest(foyer.url)
  await guest.json('POST', '/api/session', { name: CANARY, attributes: { [CANARY.slice(0, 6)]: CANARY } })
  const { body } = await guest.json<{ conversationId: string }>('POST', '/api/conversations')
  guest.conversationId = body.conversationId
  guest.follow()
  await feed(guest, foyer.url)
  for (let round = 0; round < ANSWERS.length; round++) await guest.send(`${CANARY} ${round}`)
  await eventually('all was said', () => platform.isDone(), 60_000)
  await guest.request('DELETE', '/api/session')
  const metrics = await (await foyer.admin.request('/metrics')).text()
  await stop()

  const said = { log: foyer.logs.join(''), metrics, spans: collector.bytes() }
  for (const [where, text] of Object.entries(said)) {
    expect(text.length, where).toBeGreaterThan(5_000)
    for (const secret of [
      CANARY,
      encodeURIComponent(CANARY),
      'CANARY',
      ...secrets.map((key) => key.toString('base64url')),
    ]) {
      expect(text.includes(secret), `${secret} in ${where}`).toBe(false)
    }
  }
  const handle = guest.received.join('').match(/__Host-Http-foyer=([\w-]{43})/)?.[1] ?? 'none'
  expect(handle).not.toBe('none')
  expect(JSON.stringify(said)).not.toContain(handle)
}, 120_000)
