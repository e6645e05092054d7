import { routes } from '@foyer/shared/protocol/routes'
import { startSimulator } from '@foyer/simulator/start-simulator'
import { expect, onTestFinished, test } from 'vitest'
import { startCollector, type CollectedSpan } from './support/collector.ts'
import { eventually } from './support/eventually.ts'
import { Guest, messagesOf, stateOf } from './support/guest.ts'
import { startFoyer, type FoyerOptions } from './support/start-foyer.ts'
import { startTap } from './support/tap.ts'
import { connectWebMessaging, loosePlatform } from './support/web-messaging.ts'

const TRACE = '0af7651916cd43dd8448eb211c80319c'
const traceparent = (flags = '01', trace = TRACE) => `00-${trace}-b7ad6b7169203331-${flags}`

async function start({ ratio = 1, ...options }: FoyerOptions & { ratio?: number } = {}, platform = {}) {
  const simulator = await startSimulator({ rateLimitPerMinute: 1_000_000, ...platform })
  onTestFinished(() => simulator.close())
  const tap = await startTap(simulator.url)
  const collector = await startCollector()
  const foyer = await startFoyer(options.connect ? simulator.url : tap.url, {
    tracing: { endpoint: collector.endpoint, ratio },
    ...options,
  })
  const closing = { closed: undefined as Promise<void> | undefined }
  /** Stopping tells what is still to be told. */
  const stop = () => (closing.closed ??= foyer.close())
  onTestFinished(stop)
  return { simulator, tap, collector, foyer, stop }
}

const childrenOf = (spans: readonly CollectedSpan[], parent: CollectedSpan | undefined, name: string) =>
  spans.filter((span) => span.parentSpanId === parent?.spanId && span.name === name)

const sendAs = (guest: Guest, header: string, text = 'hello') =>
  guest.request('POST', `${guest.path}/messages`, { messageId: crypto.randomUUID(), text }, { traceparent: header })

test('one trace spans the page’s request, the call of the platform, and the event that is pushed', async () => {
  const { simulator, tap, collector, foyer, stop } = await start()
  const guest = await new Guest(foyer.url).arrive()
  const events = guest.follow()
  const response = await sendAs(guest, traceparent())
  const { messageId } = (await response.json()) as { messageId: string }
  await eventually('sent', () => stateOf(events, messageId) === 'sent')
  const id = (await simulator.control.state()).conversations[0]?.id ?? ''
  await simulator.control.joinAgent(id, 'Noor')
  await simulator.control.sendAgentMessage(id, 'answer')
  await eventually('answered', () => messagesOf(events).length === 2)
  await stop()

  expect(new Set(collector.paths())).toEqual(new Set(['/v1/traces']))
  const all = collector.spans()
  const trace = all.filter(({ traceId }) => traceId === TRACE)
  const server = trace.find(({ name }) => name === `POST ${routes.sendMessage.path}`)
  expect(server).toMatchObject({
    parentSpanId: 'b7ad6b7169203331',
    attributes: {
      'http.route': routes.sendMessage.path,
      'http.response.status_code': '202',
      'foyer.request_id': response.headers.get('X-Request-Id'),
    },
  })
  const [logged, receipt] = childrenOf(trace, server, 'append events')
  expect(logged?.attributes).toMatchObject({ 'foyer.event.type': 'message', 'foyer.event.count': '1' })
  expect(receipt?.attributes).toMatchObject({ 'foyer.event.type': 'receipt' })
  const [call] = childrenOf(trace, server, 'POST')
  expect(call?.attributes).toMatchObject({
    'http.response.status_code': '200',
    'genesys.correlation_id': expect.stringMatching(/^[\w-]{8,}$/) as unknown,
  })
  expect(tap.traceparents).toContain(`00-${TRACE}-${call?.spanId}-01`)

  const received = all.filter(({ name, parentSpanId }) => name === 'receive message' && parentSpanId === undefined)
  const pushed = received.flatMap((span) => childrenOf(all, span, 'append events'))
  expect(pushed.map(({ attributes }) => attributes['foyer.event.type'])).toContain('message')
  expect(foyer.logs.join('')).toContain(`"traceId":"${TRACE}"`)
})

test('nothing that was said, and no name, token, or query is in a span', async () => {
  const { simulator, tap, collector, foyer, stop } = await start()
  const MARKER = 'marker-of-a-guest'
  const guest = new Guest(foyer.url)
  await guest.json('POST', '/api/session', { name: `${MARKER} name`, attributes: { order: `${MARKER} attribute` } })
  const { body } = await guest.json<{ conversationId: string }>('POST', '/api/conversations')
  guest.conversationId = body.conversationId
  const events = guest.follow()
  await guest.send(`${MARKER} text`)
  await guest.json('GET', `${guest.path}/messages?limit=10&${MARKER}=1`)
  await guest.json('GET', `/api/${MARKER}?${MARKER}`)
  await guest.json('POST', `${guest.path}/messages`, `{"${MARKER}`)
  const id = (await simulator.control.state()).conversations[0]?.id ?? ''
  await simulator.control.joinAgent(id, `${MARKER} agent`)
  await simulator.control.sendAgentMessage(id, `${MARKER} answer`)
  await eventually('answered', () => messagesOf(events).length === 2)
  await simulator.control.addFault({ name: 'forbidden-scope', match: { operation: 'send-message' } })
  await guest.send(`${MARKER} refused`)
  await eventually('refused', () => events.some((event) => event.type === 'receipt' && event.state === 'failed'))
  await stop()

  const told = collector.bytes()
  expect(collector.spans().length).toBeGreaterThan(15)
  expect(told).not.toContain(MARKER)
  expect(tap.secrets.size).toBeGreaterThan(0)
  for (const secret of [...tap.secrets, guest.cookie?.split('=')[1] ?? MARKER]) expect(told).not.toContain(secret)
  for (const { attributes } of collector.spans()) expect(Object.keys(attributes).filter(isUnknown)).toEqual([])
})

const KNOWN = [
  ...['http.request.method', 'http.route', 'http.response.status_code', 'server.address', 'error.type'],
  ...['foyer.request_id', 'foyer.event.type', 'foyer.event.count', 'foyer.event.seq', 'foyer.operation'],
  ...['genesys.correlation_id', 'genesys.tracing_id'],
]
const isUnknown = (name: string) => !KNOWN.includes(name)

test.each([
  ['not sampled by the page', traceparent('00'), 1, [TRACE]],
  ['sampled by the page, where nothing is to be kept', traceparent('01'), 0, []],
])('whether a trace is kept is ours to say: %s', async (_, header, ratio, expected) => {
  const { collector, foyer, stop } = await start({ ratio })
  const guest = new Guest(foyer.url)
  await guest.request('GET', '/api/config', undefined, { traceparent: header })
  await stop()
  expect(collector.spans().map(({ traceId }) => traceId)).toEqual(expected)
})

test.each([
  ['garbage', 'garbage'],
  ['all zeros', traceparent('01', '0'.repeat(32))],
  ['a version that is none', traceparent().replace('00-', 'ff-')],
  ['capitals', traceparent('01', TRACE.toUpperCase())],
  ['two of them', `${traceparent()}, ${traceparent()}`],
  ['a thousand characters', `00-${'a'.repeat(1_000)}-b7ad6b7169203331-01`],
])('a traceparent that is none begins a trace of its own: %s', async (_, header) => {
  const { collector, foyer, stop } = await start()
  const guest = new Guest(foyer.url)
  await guest.request('GET', '/api/config', undefined, { traceparent: header })
  await stop()
  expect(collector.spans()).toMatchObject([{ name: 'GET /api/config', parentSpanId: undefined }])
  expect(collector.spans()[0]?.traceId).not.toBe(TRACE)
})

test('over a socket the trace names the platform’s tracing id', async () => {
  const { collector, foyer, stop } = await start({ connect: connectWebMessaging }, loosePlatform())
  const guest = await new Guest(foyer.url).arrive()
  const events = guest.follow()
  const response = await sendAs(guest, traceparent())
  const { messageId } = (await response.json()) as { messageId: string }
  await eventually('sent', () => stateOf(events, messageId) === 'sent')
  await stop()
  const trace = collector.spans().filter(({ traceId }) => traceId === TRACE)
  const server = trace.find(({ name }) => name === `POST ${routes.sendMessage.path}`)
  expect(childrenOf(trace, server, 'ask send')).toMatchObject([
    { attributes: { 'foyer.operation': 'send', 'genesys.tracing_id': expect.stringMatching(/./) as unknown } },
  ])
})

test('a collector that is away costs a guest nothing', async () => {
  const { foyer, stop } = await start({ tracing: { endpoint: 'http://127.0.0.1:1', ratio: 1 } })
  const guest = await new Guest(foyer.url).arrive()
  const events = guest.follow()
  const { body } = await guest.send('hello')
  await eventually('sent', () => stateOf(events, body.messageId) === 'sent')
  await stop()
})

test('without a collector nothing is loaded, told, or sent along', async () => {
  const { tap, foyer } = await start({ tracing: undefined })
  const guest = await new Guest(foyer.url).arrive()
  const events = guest.follow()
  const response = await sendAs(guest, traceparent())
  const { messageId } = (await response.json()) as { messageId: string }
  await eventually('sent', () => stateOf(events, messageId) === 'sent')
  expect(tap.traceparents).toEqual([])
  expect(foyer.logs.join('')).not.toContain('traceId')
})
