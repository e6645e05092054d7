import { startSimulator } from '@foyer/simulator/start-simulator'
import { routes } from '@foyer/shared/protocol/routes'
import { connect } from 'node:net'
import { DatabaseSync } from 'node:sqlite'
import { describe, expect, onTestFinished, test } from 'vitest'
import { eventually } from './support/eventually.ts'
import { Guest, messagesOf, stateOf, textsOf } from './support/guest.ts'
import { scrape, total, type Sample } from './support/prometheus.ts'
import { startBoth, startFoyer, type Foyer } from './support/start-foyer.ts'
import { newDatabaseFile, newKey } from './support/stores.ts'

const seriesOf = (samples: readonly Sample[]) =>
  new Set(
    samples.filter(({ name }) => name.startsWith('foyer_')).map(({ name, labels }) => JSON.stringify([name, labels])),
  )

/** Lines of the log about an event. */
const linesOf = (foyer: Foyer, event: string) =>
  foyer.logs
    .map((line) => JSON.parse(line) as Record<string, unknown> & { event?: string })
    .filter((line) => line.event === event)

describe('the admin port', () => {
  test('has metrics and health, and nothing else', async () => {
    const { foyer } = await startBoth()
    const get = async (path: string) => {
      const response = await foyer.admin.request(path)
      return [response.status, await response.text()] as const
    }
    expect(await get('/health/live')).toEqual([200, 'alive'])
    expect(await get('/health/ready')).toEqual([200, 'ready'])
    const [status, text] = await get('/metrics')
    expect(status).toBe(200)
    expect(text).toMatch(/^# TYPE foyer_http_request_duration_seconds histogram$/m)
    for (const path of ['/', '/debug', '/api/config', '/api/session']) expect((await get(path))[0]).toBe(404)
  })

  test.each(['/metrics', '/debug', '/admin', '/metrics/', '//metrics'])(
    'is not reached by the public one: %s',
    async (path) => {
      const { foyer } = await startBoth()
      const response = await fetch(`${foyer.url}${path}`)
      expect(response.status).toBe(404)
      expect(await response.text()).not.toContain('foyer_')
    },
  )

  test('says that Foyer is not ready any more while it stops', async () => {
    const foyer = await startFoyer(await startPlatform())
    await foyer.close()
    expect((await foyer.admin.request('/health/ready')).status).toBe(503)
  })
})

test('a conversation is told by its numbers', async () => {
  const { foyer, simulator } = await startBoth()
  const guest = await new Guest(foyer.url).arrive()
  const events = guest.follow()
  const id = (await simulator.control.state()).conversations[0]?.id ?? ''
  await simulator.control.joinAgent(id, 'Noor')
  const { body: sent } = await guest.send('one')
  await guest.send('one', sent.messageId)
  await simulator.control.sendAgentMessage(id, 'two')
  await eventually('both arrived', () => messagesOf(events).length === 2 && stateOf(events, sent.messageId) === 'sent')

  const samples = await scrape(foyer)
  const messages = (labels: Record<string, string>) => total(samples, 'foyer_messages_total', labels)
  expect(messages({ direction: 'guest', state: 'pending' })).toBe(1)
  expect(messages({ direction: 'guest', state: 'sent' })).toBe(1)
  expect(messages({ direction: 'guest', state: 'duplicate' })).toBe(1)
  expect(messages({ direction: 'platform', state: 'received' })).toBe(1)
  expect(total(samples, 'foyer_messages_pending')).toBe(0)
  expect(total(samples, 'foyer_message_delivery_duration_seconds_count')).toBe(1)
  expect(total(samples, 'foyer_upstream_sessions_open')).toBe(1)
  expect(total(samples, 'foyer_event_log_lag_seconds_count')).toBeGreaterThanOrEqual(2)
  expect(total(samples, 'foyer_event_log_lag_seconds_sum')).toBeGreaterThan(0)
  const sends = { method: 'POST', route: routes.sendMessage.path }
  expect(total(samples, 'foyer_http_request_duration_seconds_count', { ...sends, status_class: '2xx' })).toBe(2)
  expect(total(samples, 'nodejs_eventloop_lag_p99_seconds')).toBeGreaterThan(0)
  expect(total(samples, 'process_resident_memory_bytes')).toBeGreaterThan(1_000_000)
})

test('what the platform has not taken yet is pending', async () => {
  const { foyer, simulator } = await startBoth()
  const guest = await new Guest(foyer.url).arrive()
  const pending = async () => total(await scrape(foyer), 'foyer_messages_pending')
  const { id } = await simulator.control.addFault({ name: 'bad-gateway', match: { operation: 'send-message' } })
  await guest.send('one')
  await guest.send('two')
  expect(await pending()).toBe(2)
  const oldest = async () => total(await scrape(foyer), 'foyer_message_pending_oldest_seconds')
  expect(await oldest()).toBeGreaterThan(0)
  await simulator.control.removeFault(id)
  await eventually('sent', async () => (await pending()) === 0)
  expect(await oldest()).toBe(0)
  expect(total(await scrape(foyer), 'foyer_messages_total', { state: 'unknown' })).toBeGreaterThan(0)
})

test('a thousand sessions, and whatever else is asked for, make no series more', async () => {
  const { foyer } = await startBoth()
  const visit = async (round: number) => {
    const guest = new Guest(foyer.url)
    // Where the machine is busy newcomers are turned away, and come again.
    await eventually('a session', async () => (await guest.json('POST', '/api/session', {})).status < 300, 30_000)
    await guest.json('GET', `/api/conversations/${crypto.randomUUID()}`)
    await fetch(`${foyer.url}/${round}/page?${round}`, { method: round % 2 === 0 ? 'GET' : 'PROPFIND' })
  }
  await visit(1)
  await visit(2)
  const before = seriesOf(await scrape(foyer))
  for (let round = 0; round < 1_000; round += 20) {
    await Promise.all(Array.from({ length: 20 }, (_, index) => visit(round + index)))
  }
  const samples = await scrape(foyer)
  const ofLoad = /"limit":"load"|"status_class":"5xx"/
  expect([...seriesOf(samples)].filter((series) => !before.has(series) && !ofLoad.test(series))).toEqual([])
  const started = { method: 'POST', route: '/api/session', status_class: '2xx' }
  expect(total(samples, 'foyer_http_request_duration_seconds_count', started)).toBe(1_002)
}, 180_000)

const countsOf = async (foyer: Foyer) =>
  (await scrape(foyer)).filter(({ name, value }) => name === 'foyer_security_events_total' && value > 0)

test('a guest who did not wait for the answer is told from a failure of ours', async () => {
  const { foyer } = await startBoth()
  const guest = await new Guest(foyer.url).arrive()
  const path = `${guest.path}/messages`
  const socket = connect(Number(new URL(foyer.url).port), '127.0.0.1')
  onTestFinished(() => void socket.destroy())
  const headers = [`Host: ${new URL(foyer.url).host}`, `Origin: ${foyer.url}`, 'X-CSRF: 1', `Cookie: ${guest.cookie}`]
  const body = ['Content-Type: application/json', 'Content-Length: 1000', '', '{"messageId":']
  socket.write([`POST ${path} HTTP/1.1`, ...headers, ...body].join('\r\n'))
  // The session is looked up before the body is read: by then the request is under way.
  await guest.json('GET', guest.path)
  socket.destroy()
  const line = await eventually('it is told', () => linesOf(foyer, 'request-aborted')[0])
  expect(line).toMatchObject({ level: 'info', method: 'POST' })
  const aborted = { route: routes.sendMessage.path, status_class: 'aborted' }
  const count = async () => total(await scrape(foyer), 'foyer_http_request_duration_seconds_count', aborted)
  await eventually('it is counted', async () => (await count()) === 1)
  expect(total(await scrape(foyer), 'foyer_http_request_duration_seconds_count', { status_class: '5xx' })).toBe(0)
})

describe('a security event is one line of the log and one count', () => {
  async function expectOne(foyer: Foyer, event: string, reason: string, code: string | undefined) {
    const lines = linesOf(foyer, event)
    expect(lines).toMatchObject([{ ...(reason === 'none' ? {} : { reason }), ...(code === undefined ? {} : { code }) }])
    const counts = await countsOf(foyer)
    expect(counts).toEqual([{ name: 'foyer_security_events_total', labels: { event, reason }, value: 1 }])
    expect(linesOf(foyer, 'request-refused')).toEqual([])
  }

  const start = { method: 'POST', path: '/api/session', body: {} }
  const openPage = { method: 'GET', path: '/', body: undefined }
  test.each<[string, typeof start | typeof openPage, Record<string, string>]>([
    ['csrf-header', start, { 'X-CSRF': '' }],
    ['fetch-metadata', start, { 'Sec-Fetch-Site': 'cross-site' }],
    ['origin', start, { Origin: 'https://evil.example' }],
    ['navigation', openPage, { 'Sec-Fetch-Site': 'cross-site' }],
  ])('csrf-refused, for its %s', async (reason, { method, path, body }, headers) => {
    const { foyer } = await startBoth()
    expect((await new Guest(foyer.url).request(method, path, body, headers)).status).toBe(403)
    await expectOne(foyer, 'csrf-refused', reason, 'blocked-cross-site')
  })

  test('csrf-refused, for a write that says nothing of where it comes from', async () => {
    const { foyer } = await startBoth()
    const headers = { 'X-CSRF': '1', 'Content-Type': 'application/json' }
    expect((await fetch(`${foyer.url}/api/session`, { method: 'POST', headers, body: '{}' })).status).toBe(403)
    await expectOne(foyer, 'csrf-refused', 'no-origin', 'blocked-cross-site')
  })

  test('guest-scope-missing, at the start', async () => {
    const { foyer } = await startBoth({}, { scopes: ['messaging:conversation:read'] })
    expect((await new Guest(foyer.url).json('POST', '/api/session', {})).status).toBe(502)
    await expectOne(foyer, 'guest-scope-missing', 'none', 'guest-scope-missing')
  })

  test('session-mismatch, which looks to the one who asks as if there were nothing', async () => {
    const { foyer } = await startBoth()
    const [one, other] = [await new Guest(foyer.url).arrive(), await new Guest(foyer.url).arrive()]
    const foreign = await one.json<Record<string, unknown>>('GET', other.path)
    await expectOne(foyer, 'session-mismatch', 'conversation', 'conversation-not-found')
    const none = await one.json<Record<string, unknown>>('GET', `/api/conversations/${crypto.randomUUID()}`)
    const ids = { requestId: '', instance: '' }
    expect({ ...foreign.body, ...ids }).toEqual({ ...none.body, ...ids })
    expect(foreign.status).toBe(none.status)
  })

  test('rate-limited, by too many streams', async () => {
    const { foyer } = await startBoth()
    const guest = await new Guest(foyer.url).arrive()
    const tabs = new AbortController()
    onTestFinished(() => tabs.abort())
    const open = () =>
      fetch(`${foyer.url}${guest.path}/events`, {
        headers: { 'X-CSRF': '1', Cookie: guest.cookie ?? '' },
        signal: tabs.signal,
      })
    for (let tab = 0; tab < 16; tab++) expect((await open()).status).toBe(200)
    expect((await open()).status).toBe(429)
    await expectOne(foyer, 'rate-limited', 'too-many-streams', 'too-many-streams')
  })

  test.each<[string, (file: string) => readonly Uint8Array[]]>([
    ['unknown-key', () => [newKey()]],
    ['tampered', (file) => (tamper(file), [KEY])],
  ])('store-decrypt-failed: %s', async (reason, change) => {
    const file = newDatabaseFile()
    const platform = await startPlatform()
    const foyer = await startFoyer(platform, { store: file, secrets: [KEY] })
    const guest = new Guest(foyer.url)
    await guest.json('POST', '/api/session', {})
    await foyer.close()
    const again = await startFoyer(platform, { store: file, secrets: change(file) })
    onTestFinished(() => again.close())
    const response = await fetch(`${again.url}/api/session`, { headers: { 'X-CSRF': '1', Cookie: guest.cookie ?? '' } })
    expect(response.status).toBe(401)
    expect(linesOf(again, 'store-decrypt-failed')).toMatchObject([{ level: 'warn', reason }])
    const counts = await countsOf(again)
    expect(counts).toMatchObject([{ labels: { event: 'store-decrypt-failed', reason }, value: 1 }])
  })
})

const KEY = newKey()

async function startPlatform(): Promise<string> {
  const simulator = await startSimulator()
  onTestFinished(() => simulator.close())
  return simulator.url
}

/** Turns one bit of every stored guest. */
function tamper(file: string): void {
  const database = new DatabaseSync(file, { timeout: 5_000 })
  database.exec("UPDATE sessions SET guest = CAST(substr(guest, 1, length(guest) - 1) || x'00' AS BLOB)")
  database.close()
}

describe('a line of the log', () => {
  test('says for which request and session it was written, by the id the guest sees and a hash', async () => {
    const { foyer, simulator } = await startBoth()
    const guest = await new Guest(foyer.url).arrive()
    const events = guest.follow()
    await simulator.control.addFault({ name: 'forbidden-scope', match: { operation: 'send-message' } })
    const response = await guest.request('POST', `${guest.path}/messages`, {
      messageId: crypto.randomUUID(),
      text: 'a',
    })
    const requestId = response.headers.get('X-Request-Id') ?? ''
    await eventually('refused', () => events.some((event) => event.type === 'receipt' && event.state === 'failed'))

    const [line] = linesOf(foyer, 'guest-scope-missing')
    expect(line).toMatchObject({ requestId, session: expect.stringMatching(/^[0-9a-f]{12}$/) as unknown })
    const receipt = events.find((event) => event.type === 'receipt' && event.state === 'failed')
    expect(receipt).toMatchObject({ problem: { requestId } })
    expect(textsOf(events)).toEqual(['a'])
  })

  test('is written for every request where somebody looks for it, and otherwise for refusals', async () => {
    const { foyer } = await startBoth()
    await new Guest(foyer.url).json('GET', '/api/config')
    await new Guest(foyer.url).json('GET', '/api/session')
    expect(linesOf(foyer, 'request')).toMatchObject([
      { level: 'debug', method: 'GET', route: '/api/config', status: 200 },
      { level: 'debug', method: 'GET', route: '/api/session', status: 401 },
    ])
    expect(linesOf(foyer, 'request-refused')).toMatchObject([{ level: 'info', code: 'session-required' }])
  })
})
