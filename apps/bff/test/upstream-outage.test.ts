import { randomUUID } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { eventually } from './support/eventually.ts'
import { Guest, receiptsOf, stateOf, textsOf } from './support/guest.ts'
import { startBoth } from './support/start-foyer.ts'
import { onlyConversation, saidUpstream, SHORT } from './support/upstream.ts'

type Both = Awaited<ReturnType<typeof startBoth>>
const sendsOf = async ({ simulator }: Both) => (await simulator.control.requests({ operation: 'send-message' })).length

/** A guest whose stream is up. */
async function arrive({ foyer }: Both) {
  const guest = await new Guest(foyer.url).arrive()
  const events = guest.follow()
  await eventually('up', () => events.some((event) => event.type === 'connection' && event.state === 'up'))
  return { guest, events }
}

describe('a storm of 5xx', () => {
  test('R8 R9 costs the platform fewer calls than there are messages; all arrive once it is over', async () => {
    const both = await startBoth()
    const { control } = both.simulator
    const guests = await Promise.all(Array.from({ length: 40 }, () => arrive(both)))
    const fault = await control.addFault({ name: 'service-unavailable', match: { operation: 'send-message' } })
    for (const { guest } of guests) for (const text of ['one', 'two']) expect((await guest.send(text)).status).toBe(202)
    await eventually('left alone', async () => (await both.foyer.sample(SEND_BREAKER)) === 2)
    await eventually('every guest is told', () =>
      guests.every(({ events }) => events.some((event) => event.type === 'connection' && event.state === 'down')),
    )
    expect(await sendsOf(both)).toBeLessThan(80)
    expect(guests.flatMap(({ events }) => receiptsOf(events))).toEqual([])

    await control.removeFault(fault.id)
    // R9: the first within 30 s of the recovery.
    await eventually('one is sent', () => guests.some(({ events }) => receiptsOf(events).length > 0), 30_000)
    await eventually('all are sent', () => guests.every(({ events }) => receiptsOf(events).length === 2), 60_000)
    for (const { events } of guests) expect(textsOf(events)).toEqual(['one', 'two'])
    expect(await sendsOf(both)).toBeLessThanOrEqual(2 * 80)
    expect(await both.foyer.sample(SEND_BREAKER)).toBe(0)
  }, 90_000)

  test('R8 a message is not sent again on a 500 before the platform’s own record was read', async () => {
    const both = await startBoth()
    const { control } = both.simulator
    const { guest, events } = await arrive(both)
    await control.clearRequests()
    await control.addFault({ name: 'internal-error', times: 1, match: { operation: 'send-message' } })
    await guest.send('once')
    await eventually('sent', () => receiptsOf(events).length === 1)
    const asked = (await control.requests()).map(({ operation }) => operation)
    const [first, second] = [asked.indexOf('send-message'), asked.lastIndexOf('send-message')]
    expect(second).toBeGreaterThan(first)
    expect(asked.slice(first + 1, second)).toContain('list-messages')
  })
})
const SEND_BREAKER = 'foyer_breaker_state{operation="sendMessage"}'

describe('R12 a message of which nobody knows what became', () => {
  test.each([
    ['after', 'lost-answer'],
    ['before', 'dropped-connection'],
  ])('cut %s the platform had done it: one message there, however often the page asks', async (_, fault) => {
    const both = await startBoth()
    const { control } = both.simulator
    const { guest, events } = await arrive(both)
    await control.addFault({ name: fault, times: 1, match: { operation: 'send-message' } })
    const messageId = randomUUID()
    const answers = await Promise.all([1, 2, 3].map(() => guest.send('once', messageId)))
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 200, 202])
    await eventually('sent', () => stateOf(events, messageId) === 'sent')
    expect((await guest.send('once', messageId)).body.state).toBe('sent')
    expect(await saidUpstream(both.simulator, await onlyConversation(both.simulator))).toEqual(['once'])
    // After: one call, since the record showed it. Before: a second one, since it did not.
    expect(await sendsOf(both)).toBe(fault === 'lost-answer' ? 1 : 2)
  })
})

test('R13 quick sends arrive in the order they were accepted in, whatever the platform’s delays', async () => {
  const both = await startBoth()
  const { control } = both.simulator
  const { guest, events } = await arrive(both)
  await control.addFault({
    ...{ name: 'latency', parameters: { latencyMs: 0, jitterMs: 120 } },
    match: { operation: 'send-message' },
  })
  const texts = Array.from({ length: 12 }, (_, index) => `message ${index}`)
  for (const text of texts) await guest.send(text)
  await eventually('all are sent', () => receiptsOf(events).length === texts.length)
  expect(await saidUpstream(both.simulator, await onlyConversation(both.simulator))).toEqual(texts)
})

test('R13 one that failed is not overtaken while it is tried again', async () => {
  const both = await startBoth()
  const { guest, events } = await arrive(both)
  const match = { operation: 'send-message' }
  await both.simulator.control.addFault({ name: 'service-unavailable', times: 3, match })
  for (const text of ['one', 'two', 'three']) await guest.send(text)
  await eventually('all are sent', () => receiptsOf(events).length === 3)
  expect(await saidUpstream(both.simulator, await onlyConversation(both.simulator))).toEqual(['one', 'two', 'three'])
})

test('R4 a platform that asks for time is given it, and the guest is told until when', async () => {
  const both = await startBoth()
  const { guest, events } = await arrive(both)
  const match = { operation: 'send-message' }
  await both.simulator.control.addFault({
    name: 'too-many-requests',
    parameters: { retryAfterSeconds: 2 },
    times: 1,
    match,
  })
  await guest.send('later')
  const sentAt = Date.now()
  const down = await eventually('told', () =>
    events.find((event) => event.type === 'connection' && event.state === 'down'),
  )
  expect(Date.parse('retryAt' in down ? (down.retryAt ?? '') : '') - sentAt).toBeGreaterThan(1_500)
  await eventually('sent', () => receiptsOf(events).length === 1)
  expect(await sendsOf(both)).toBe(2)
})

test('R10 a conversation the platform is slow with does not delay another', async () => {
  const both = await startBoth()
  const { control } = both.simulator
  const slow = await arrive(both)
  const conversationId = await onlyConversation(both.simulator)
  await control.addFault({ name: 'latency', parameters: { latencyMs: 3_000 }, match: { conversationId } })
  const quick = await arrive(both)
  for (let index = 0; index < 20; index++) await slow.guest.send(`slow ${index}`)
  for (let index = 0; index < 20; index++) await quick.guest.send(`quick ${index}`)
  await eventually('the quick one is through', () => receiptsOf(quick.events).length === 20)
  expect(receiptsOf(slow.events).length).toBeLessThan(5)
})

test('R10 more at once than may be waits, is told at once, and arrives all the same', async () => {
  const callLimits = {
    ...SHORT,
    wholeMs: 5_000,
    http: { ...SHORT.http, headersMs: 4_000, totalMs: 4_000, connections: 4, queued: 4 },
  }
  const both = await startBoth({}, { callLimits })
  const guests = await Promise.all(Array.from({ length: 4 }, () => arrive(both)))
  guests.push(...(await Promise.all(Array.from({ length: 4 }, () => arrive(both)))))
  guests.push(...(await Promise.all(Array.from({ length: 4 }, () => arrive(both)))))
  const latency = { name: 'latency', parameters: { latencyMs: 700 }, match: { operation: 'send-message' } }
  await both.simulator.control.addFault(latency)
  await Promise.all(guests.map(({ guest }) => guest.send('hello')))
  const held = () =>
    both.foyer.sample(
      'foyer_upstream_call_duration_seconds_count{connector="guest-api",operation="sendMessage",outcome="queue-full"}',
    )
  await eventually('some were held back', async () => ((await held()) ?? 0) > 0)
  await eventually('all are sent', () => guests.every(({ events }) => receiptsOf(events).length === 1), 20_000)
  expect(await sendsOf(both)).toBe(guests.length)
})

test('R10 where messages pile up, newcomers still get their token', async () => {
  const http = { headersMs: 8_000, totalMs: 8_000, connections: 2, queued: 0 }
  const both = await startBoth({}, { callLimits: { http } })
  const guests = await Promise.all([arrive(both), arrive(both)])
  const latency = { name: 'latency', parameters: { latencyMs: 4_000 }, match: { operation: 'send-message' } }
  await both.simulator.control.addFault(latency)
  await Promise.all(guests.map(({ guest }) => guest.send('slow')))
  await eventually('both are on their way', async () => (await sendsOf(both)) === 2)
  expect((await new Guest(both.foyer.url).json('POST', '/api/session', {})).status).toBe(201)
  expect(guests.flatMap(({ events }) => receiptsOf(events))).toEqual([])
})
