import { startSimulator } from '@foyer/simulator/start-simulator'
import { readFileSync } from 'node:fs'
import { glob } from 'node:fs/promises'
import { createServer } from 'node:https'
import { getCACertificates, setDefaultCACertificates } from 'node:tls'
import { fileURLToPath } from 'node:url'
import { describe, expect, onTestFinished, test } from 'vitest'
import { WebSocketServer } from 'ws'
import { readConfig } from '../src/config.ts'
import { createHttpClient } from '../src/connectors/http.ts'
import { startHeartbeat } from '../src/connectors/web-messaging/heartbeat.ts'
import { openSocket } from '../src/connectors/web-messaging/socket.ts'
import { guestApi, webMessaging } from './support/doors.ts'
import { eventually } from './support/eventually.ts'
import { Guest, messagesOf, receiptsOf } from './support/guest.ts'
import { startHttpServer } from './support/http-server.ts'
import { listen } from './support/listen.ts'
import { CLIENT_ID, CLIENT_SECRET, startBoth, startFoyer } from './support/start-foyer.ts'
import { startTap } from './support/tap.ts'
import { onlyConversation } from './support/upstream.ts'
import { connectWebMessaging, DEPLOYMENT_ID } from './support/web-messaging.ts'

describe.each([guestApi, webMessaging])('S5 tokens over $name', ({ platform, options }) => {
  test('travel in the Authorization header alone, or in frames: no request line holds one', async () => {
    const simulator = await startSimulator(platform)
    onTestFinished(() => simulator.close())
    const tap = await startTap(simulator.url)
    const foyer = await startFoyer(tap.url, options)
    onTestFinished(() => foyer.close())
    const guest = await new Guest(foyer.url).arrive()
    const events = guest.follow()
    await guest.send('hello')
    await eventually('sent', () => receiptsOf(events).length === 1)
    // What was said meanwhile has to be asked for, which takes a token of its own.
    await simulator.control.dropSockets()
    await guest.send('again')
    await eventually('sent again', () => receiptsOf(events).length === 2)
    await guest.request('DELETE', '/api/session')
    expect(tap.secrets.size).toBeGreaterThan(1)
    expect(tap.requestLines.length).toBeGreaterThan(3)
    for (const line of tap.requestLines) for (const secret of tap.secrets) expect(line).not.toContain(secret)
  })

  test('do not follow a redirect: the call fails, and the other place hears nothing', async () => {
    const elsewhere = await startHttpServer((response) => void response.end('{}'))
    const platform = await startHttpServer(
      (response) => void response.writeHead(302, { Location: `${elsewhere.origin}/steal` }).end(),
    )
    const foyer = await startFoyer(platform.origin, options)
    onTestFinished(() => foyer.close())
    expect((await new Guest(foyer.url).json('POST', '/api/session', {})).status).toBe(502)
    expect(platform.received).toHaveLength(1)
    expect(await elsewhere.connections()).toBe(0)
  })
})

/** Foyer over Web Messaging whose sockets lead to this address, and a guest who was told that there is none. */
async function startTowardsSocket(webmessaging: string) {
  const simulator = await startSimulator(webMessaging.platform)
  onTestFinished(() => simulator.close())
  const { url } = simulator
  const foyer = await startFoyer(url, {
    connect: (_, logger, more) =>
      connectWebMessaging(url, logger, { ...more, hosts: { api: url, apiCdn: url, webmessaging } }),
  })
  onTestFinished(() => foyer.close())
  const guest = await new Guest(foyer.url).arrive()
  const events = guest.follow()
  await guest.send('is anybody there?')
  await eventually('there is no line', () =>
    events.some((event) => event.type === 'connection' && event.state === 'down'),
  )
  return { foyer, simulator }
}

test('S5 a socket that is sent elsewhere does not go there, and no token travels', async () => {
  const elsewhere = await startHttpServer((response) => void response.end())
  const platform = await startHttpServer((response) => {
    response.writeHead(302, { Location: `${elsewhere.origin.replace('http', 'ws')}/v1` }).end()
  })
  const { simulator } = await startTowardsSocket(platform.origin.replace('http', 'ws'))
  expect(platform.received).not.toEqual([])
  expect(await elsewhere.connections()).toBe(0)
  expect(elsewhere.received).toEqual([])
  // A token of this door is a UUID; the only one that may be seen before a socket is open is the deployment's id.
  const seen = JSON.stringify([platform.received, await simulator.control.requests()])
  const ids = new Set(seen.match(/[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}/g))
  expect([...ids]).toEqual([DEPLOYMENT_ID])
})

describe('S6 destinations', () => {
  test.each(['..%2F..%2Foauth%2Ftoken', 'a%2f..', 'http:%2F%2F127.0.0.1:1%2F', '..', '%00', 'x'.repeat(500)])(
    'are no business of the page: %s as a conversation is refused, and the platform hears nothing',
    async (id) => {
      const { foyer, simulator } = await startBoth()
      const guest = await new Guest(foyer.url).arrive()
      await simulator.control.clearRequests()
      for (const [method, path] of [
        ['GET', ''],
        ['POST', '/messages'],
        ['POST', '/end'],
        ['GET', '/events'],
      ] as const) {
        const body = method === 'POST' ? {} : undefined
        const { status } = await guest.request(method, `/api/conversations/${id}${path}`, body)
        expect(status).toBeGreaterThanOrEqual(400)
        expect(status).toBeLessThan(500)
      }
      const asked = await simulator.control.requests()
      expect(asked.filter(({ operation }) => operation !== 'stream' && operation !== 'list-messages')).toEqual([])
    },
  )

  test('are no business of the platform either: an address in a message is not asked', async () => {
    const listener = await startHttpServer((response) => void response.end())
    const { foyer, simulator } = await startBoth()
    const guest = await new Guest(foyer.url).arrive()
    const events = guest.follow()
    const id = await onlyConversation(simulator)
    await simulator.control.joinAgent(id, 'Noor')
    const attachment = {
      contentType: 'Attachment',
      attachment: { mediaType: 'Image', url: `${listener.origin}/x.png` },
    }
    await simulator.control.sendAgentContent(id, [attachment], `see ${listener.origin}/y`)
    await eventually('heard', () => events.some((event) => event.type === 'message'))
    expect(await listener.connections()).toBe(0)
  })

  test('are none for what a message names, even where the guest asks for it: over Web Messaging', async () => {
    const listener = await startHttpServer((response) => void response.end())
    const { foyer, simulator } = await startBoth(webMessaging.platform, webMessaging.options)
    const guest = await new Guest(foyer.url).arrive()
    const events = guest.follow()
    const id = await onlyConversation(simulator)
    await simulator.control.joinAgent(id, 'Noor')
    const attachment = { mediaType: 'Image', url: `${listener.origin}/x.png`, filename: 'x.png', mime: 'image/png' }
    await simulator.control.sendAgentContent(id, [{ contentType: 'Attachment', attachment }])
    const attachmentId = await eventually(
      'heard',
      () => /"attachmentId":"([^"]+)"/.exec(JSON.stringify(messagesOf(events)))?.[1],
    )
    const { status } = await guest.request('GET', `${guest.path}/attachments/${encodeURIComponent(attachmentId)}`)
    expect(status).toBe(404)
    expect(listener.received).toEqual([])
    expect(await foyer.sample('foyer_upstream_ignored_total{connector="web-messaging",kind="address"}')).toBe(1)
  })

  test.each([
    ['guest-api', { FOYER_CLIENT_ID: CLIENT_ID, FOYER_CLIENT_SECRET: CLIENT_SECRET }],
    ['web-messaging', { FOYER_CONNECTOR: 'web-messaging', FOYER_DEPLOYMENT_ID: DEPLOYMENT_ID }],
  ])('a platform over plain http is refused at the start, but for this machine: %s', (_, connector) => {
    const start = (url: string) =>
      readConfig({
        ...{ FOYER_PLATFORM_URL: url, ...connector },
        ...{ NODE_ENV: 'production', FOYER_PUBLIC_URL: 'https://chat.example.com' },
      })
    expect(() => start('http://platform.example')).toThrow(/FOYER_PLATFORM_URL/)
    expect(() => start('https://platform.example')).not.toThrow()
  })
})

describe('S54 the platform’s certificate', () => {
  const read = (name: string) => readFileSync(new URL(`./tls/test-only.${name}.pem`, import.meta.url), 'utf8')

  /** Answers every request, and opens every socket, that gets through to it; `heard` is what did. */
  async function startSigned() {
    const heard: (string | undefined)[] = []
    const server = createServer({ key: read('key'), cert: read('cert') }, (request, response) => {
      heard.push(request.url)
      response.end('ok')
    })
    const sockets = new WebSocketServer({ server })
    sockets.on('connection', (_, request) => heard.push(request.url))
    server.on('tlsClientError', () => undefined)
    return { origin: `https://${await listen(server, sockets)}`, heard }
  }
  const get = async (origin: string) => {
    const http = createHttpClient(origin)
    onTestFinished(() => http.close())
    return http.request({ method: 'GET', path: '/', accessToken: 'CANARY' })
  }
  const open = async (origin: string) => {
    const heartbeat = startHeartbeat()
    onTestFinished(() => heartbeat.stop())
    const url = `${origin.replace('https', 'wss')}/v1`
    const nobody = { onFrame: () => undefined, onLost: () => undefined }
    return openSocket(
      { url, origin: undefined, heartbeat, ignored: () => undefined },
      nobody,
      AbortSignal.timeout(10_000),
    )
  }

  test.each([guestApi, webMessaging])('signed by itself is refused: nothing is sent ($name)', async ({ options }) => {
    const { origin, heard } = await startSigned()
    const foyer = await startFoyer(origin, options)
    onTestFinished(() => foyer.close())
    const { status, body } = await new Guest(foyer.url).json('POST', '/api/session', {})
    expect(status).toBe(503)
    expect(body).toMatchObject({ diagnosis: { cause: 'network', evidence: { code: 'DEPTH_ZERO_SELF_SIGNED_CERT' } } })
    expect(heard).toEqual([])
  })

  test('signed by itself is refused for a socket as well: it does not open', async () => {
    const { origin, heard } = await startSigned()
    const { foyer } = await startTowardsSocket(origin.replace('https', 'wss'))
    expect(foyer.logs.join('')).toContain('DEPTH_ZERO_SELF_SIGNED_CERT')
    expect(heard).toEqual([])
  })

  test('of an authority this host was told of is taken', async () => {
    const before = getCACertificates('default')
    onTestFinished(() => setDefaultCACertificates(before))
    const { origin, heard } = await startSigned()
    await expect(get(origin)).rejects.toThrow('SELF_SIGNED')
    await expect(open(origin)).rejects.toMatchObject({ code: 'DEPTH_ZERO_SELF_SIGNED_CERT' })
    setDefaultCACertificates([...before, read('cert')])
    expect((await get(origin)).body).toBe('ok')
    await open(origin)
    expect(heard).toEqual(['/', '/v1'])
  })

  test('is checked everywhere: no line of ours switches that off', async () => {
    const root = fileURLToPath(new URL('../../..', import.meta.url))
    const offences: string[] = []
    let read = 0
    for await (const file of glob(`${root}{apps,packages,scripts}/**/src/**/*.{ts,mjs,js,svelte}`)) {
      if (file.includes('node_modules')) continue
      read++
      if (/rejectUnauthorized|NODE_TLS_REJECT_UNAUTHORIZED/.test(readFileSync(file, 'utf8'))) offences.push(file)
    }
    expect(read).toBeGreaterThan(200)
    expect(offences).toEqual([])
  })
})

test.each([guestApi, webMessaging])(
  'S53 a platform that answers nonsense is told as unavailable, and the next session is fine: over $name',
  async ({ platform, options }) => {
    const simulator = await startSimulator(platform)
    onTestFinished(() => simulator.close())
    let isSane = false
    const between = await startHttpServer(async (response, { method, path, headers, body }) => {
      if (!isSane) return void response.writeHead(200, { 'Content-Type': 'application/json' }).end('{"access_tok')
      const answer = await fetch(simulator.url + path, {
        method,
        headers: { 'content-type': headers['content-type'] ?? '', authorization: headers['authorization'] ?? '' },
        ...(body === '' ? {} : { body }),
      })
      response.writeHead(answer.status, { 'Content-Type': answer.headers.get('Content-Type') ?? '' })
      response.end(await answer.text())
    })
    const foyer = await startFoyer(between.origin, options)
    onTestFinished(() => foyer.close())
    const refused = await new Guest(foyer.url).json('POST', '/api/session', {})
    expect([502, 503]).toContain(refused.status)
    expect(between.received.length).toBeLessThanOrEqual(4)
    isSane = true
    expect((await new Guest(foyer.url).json('POST', '/api/session', {})).status).toBe(201)
  },
)
