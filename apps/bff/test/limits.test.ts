import { startSimulator } from '@foyer/simulator/start-simulator'
import { randomUUID } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import { describe, expect, onTestFinished, test } from 'vitest'
import { toLimits } from '../src/limits.ts'
import { eventually } from './support/eventually.ts'
import { Guest, receiptsOf, stateOf, textsOf } from './support/guest.ts'
import { startBoth, startFoyer } from './support/start-foyer.ts'
import { connectWebMessaging, DEPLOYMENT_ID, loosePlatform } from './support/web-messaging.ts'

const { requests } = toLimits({
  ...{
    messagesPerSecond: 2,
    requestsPerAddressAndMinute: 6_000,
    sessionsPerAddressAndMinute: 10,
    sessionsPerSecond: 50,
  },
  ...{ streams: 10_000, streamsPerAddress: 1_000 },
})
const { messages, streams, typing, addressSessions } = requests
/** None ends during a test, however busy the machine. */
const longWindow = { ...messages, windowSeconds: 60 }

/** Sends so many at once; answers with those that were refused. */
async function flood(guest: Guest, count: number) {
  const texts = Array.from({ length: count }, (_, index) => `flood ${index}`)
  const answers = await Promise.all(texts.map(async (text) => ({ text, ...(await guest.send(text)) })))
  return {
    accepted: answers.filter(({ status }) => status === 202),
    refused: answers.filter(({ status }) => status !== 202),
  }
}

describe('messages', () => {
  test('60 at once: the burst is taken, the rest told when to come again; a bystander notices nothing', async () => {
    const { foyer } = await startBoth({}, { limits: { messages } })
    const [rosa, noor] = [await new Guest(foyer.url).arrive(), await new Guest(foyer.url).arrive()]
    const events = rosa.follow()
    const startedAtMs = performance.now()
    const [{ accepted, refused }, bystander] = await Promise.all([flood(rosa, 60), noor.send('hello')])
    // On a busy machine the burst may last longer than one window.
    const windows = 1 + Math.floor((performance.now() - startedAtMs) / (messages.windowSeconds * 1_000))
    expect(accepted.length).toBeGreaterThanOrEqual(messages.quota)
    expect(accepted.length).toBeLessThanOrEqual(messages.quota * windows)
    for (const { status, body } of refused) {
      expect([status, body.code]).toEqual([429, 'rate-limited'])
      expect(body.retryAfterSeconds).toBeGreaterThanOrEqual(1)
      expect(body.retryAfterSeconds).toBeLessThanOrEqual(4)
    }
    expect(bystander.status).toBe(202)

    const [first] = refused
    await delay((first?.body.retryAfterSeconds ?? 0) * 1_000)
    expect((await rosa.send('after the wait')).status).toBe(202)
    const said = [...accepted.map(({ text }) => text), 'after the wait']
    await eventually('all are sent', () => receiptsOf(events).length === said.length)
    expect(textsOf(events)).toEqual(said)
    expect(await foyer.metrics()).toMatch(new RegExp(`rate_limited_total{limit="messages"} ${refused.length}`))
    expect(foyer.logs.filter((line) => /"event":"rate-limited".*"limit":"messages"/.test(line))).not.toEqual([])
  })

  test('the platform is sent no more than it allows, though bursts come in', async () => {
    // One more than the connector sends: the two do not count by the same clock.
    const platform = { deployments: [{ id: DEPLOYMENT_ID, limits: { messagesPerSecond: 3 } }] }
    const limits = {
      messagesPerSecond: 2,
      requestsPerMinute: 1_000_000,
      historyPerMinute: 1_000_000,
      connectionsPerMinute: 1_000_000,
    }
    const connect = (url: string, logger: Parameters<typeof connectWebMessaging>[1]) =>
      connectWebMessaging(url, logger, { limits })
    const { foyer } = await startBoth(platform, { limits: { messages }, connect })
    const guest = await new Guest(foyer.url).arrive()
    const events = guest.follow()
    const { accepted } = await flood(guest, 20)
    await eventually('all are sent', () => receiptsOf(events).length === accepted.length, 15_000)
    expect(receiptsOf(events).map(({ state }) => state)).toEqual(accepted.map(() => 'sent'))
    expect(foyer.logs.filter((line) => line.includes('upstream-down'))).toEqual([])
  })

  test('what is told again is free, though the limit is met', async () => {
    const { foyer } = await startBoth({}, { limits: { messages: longWindow } })
    const guest = await new Guest(foyer.url).arrive()
    const messageId = randomUUID()
    expect((await guest.send('once', messageId)).status).toBe(202)
    await flood(guest, 10)
    const again = await Promise.all(Array.from({ length: 50 }, () => guest.send('once', messageId)))
    expect(again.map(({ status }) => status)).toEqual(Array(50).fill(200))
    expect((await guest.send('another')).status).toBe(429)
  })

  test('fifty times at once is one message and counts as one', async () => {
    const { foyer } = await startBoth({}, { limits: { messages: longWindow } })
    const guest = await new Guest(foyer.url).arrive()
    const messageId = randomUUID()
    const answers = await Promise.all(Array.from({ length: 50 }, () => guest.send('only once', messageId)))
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200, 202]))
    const { accepted } = await flood(guest, 10)
    expect(accepted).toHaveLength(messages.quota - 1)
  })

  test('the answer says what is left', async () => {
    const { foyer } = await startBoth({}, { limits: { messages } })
    const guest = await new Guest(foyer.url).arrive()
    const { headers } = await guest.request('POST', `${guest.path}/messages`, {
      messageId: randomUUID(),
      text: 'hello',
    })
    expect(headers.get('RateLimit-Policy')).toBe('"messages";q=6;w=3')
    expect(headers.get('RateLimit')).toBe('"messages";r=5;t=3')
  })
})

describe('sessions', () => {
  test('ten from one address in a minute; who has one may ask as often as needed', async () => {
    const { foyer, simulator } = await startBoth({}, { limits: { addressSessions } })
    const rosa = await new Guest(foyer.url).arrive()
    const others = await Promise.all(
      Array.from({ length: 20 }, () => new Guest(foyer.url).json<{ code?: string }>('POST', '/api/session', {})),
    )
    expect(others.filter(({ status }) => status === 201)).toHaveLength(9)
    expect(others.filter(({ status, body }) => status === 429 && body.code === 'rate-limited')).toHaveLength(11)
    const tokens = await simulator.control.requests({ operation: 'guest-token' })
    expect(tokens.length).toBeLessThanOrEqual(10)
    expect((await rosa.json('POST', '/api/session', {})).status).toBe(200)
    expect((await rosa.send('still here')).status).toBe(202)
  })

  test('so many of all in a second', async () => {
    const allSessions = { ...requests.allSessions, quota: 3 }
    const { foyer } = await startBoth({}, { limits: { allSessions } })
    const start = () => new Guest(foyer.url).request('POST', '/api/session', {})
    const statuses = (await Promise.all([start(), start(), start(), start()])).map(({ status }) => status)
    expect(statuses.sort()).toEqual([201, 201, 201, 429])
  })
})

describe('other requests', () => {
  test('streams are opened twenty times a minute, and typing is told twenty times in ten seconds', async () => {
    const { foyer } = await startBoth({}, { limits: { streams, typing } })
    const guest = await new Guest(foyer.url).arrive()
    for (let opening = 0; opening < 20; opening++) {
      const response = await guest.request('GET', `${guest.path}/events`)
      expect(response.status).toBe(200)
      await response.body?.cancel()
    }
    const refusal = await guest.request('GET', `${guest.path}/events`)
    expect(refusal.status).toBe(429)
    expect(Number(refusal.headers.get('Retry-After'))).toBeGreaterThan(1)
    expect(await refusal.json()).toMatchObject({ code: 'rate-limited' })

    const tell = () => guest.request('POST', `${guest.path}/typing`, { typing: true })
    const told = await Promise.all(Array.from({ length: 30 }, tell))
    expect(told.filter(({ status }) => status === 204)).toHaveLength(20)
    expect(told.filter(({ status }) => status === 429)).toHaveLength(10)
  })

  test('a session that asks without end is refused before the store is asked; another is not', async () => {
    const sessionRequests = { ...requests.sessionRequests, quota: 30 }
    const { foyer } = await startBoth({}, { limits: { sessionRequests } })
    const [rosa, noor] = [await new Guest(foyer.url).arrive(), await new Guest(foyer.url).arrive()]
    const statuses = await Promise.all(
      Array.from({ length: 60 }, async () => (await rosa.request('GET', '/api/session')).status),
    )
    expect(statuses.filter((status) => status === 429).length).toBeGreaterThanOrEqual(30)
    expect((await noor.json('GET', '/api/session')).status).toBe(200)
  })

  test('an address that asks without end is refused, without a session too; the page is still there', async () => {
    const addressRequests = { ...requests.addressRequests, quota: 20 }
    const { foyer } = await startBoth({}, { limits: { addressRequests } })
    const ask = () =>
      new Guest(foyer.url).request('GET', '/api/session', undefined, { 'X-Forwarded-For': randomUUID() })
    const statuses = (await Promise.all(Array.from({ length: 40 }, ask))).map(({ status }) => status)
    expect(statuses.filter((status) => status === 401)).toHaveLength(20)
    expect(statuses.filter((status) => status === 429)).toHaveLength(20)
    expect((await fetch(`${foyer.url}/health/ready`)).status).toBe(200)
  })

  test('S45 behind a trusted proxy each address counts by itself', async () => {
    const addressRequests = { ...requests.addressRequests, quota: 2 }
    const { foyer } = await startBoth({}, { limits: { addressRequests }, trustedProxies: ['loopback'] })
    const ask = async (address: string) =>
      (await new Guest(foyer.url).request('GET', '/api/session', undefined, { 'X-Forwarded-For': address })).status
    const statuses = []
    for (const address of ['192.0.2.1', '192.0.2.1', '192.0.2.1', '192.0.2.2']) statuses.push(await ask(address))
    expect(statuses).toEqual([401, 401, 429, 401])
  })

  test('requests of other sites cost the guest nothing of this', async () => {
    const addressRequests = { ...requests.addressRequests, quota: 5 }
    const { foyer } = await startBoth({}, { limits: { addressRequests } })
    for (let request = 0; request < 20; request++) {
      expect((await fetch(`${foyer.url}/api/session`)).status).toBe(403)
    }
    expect((await new Guest(foyer.url).request('GET', '/api/session')).status).toBe(401)
  })
})

describe('too much to do', () => {
  test('with the event loop 300 ms late newcomers are turned away, and messages are taken', async () => {
    const { foyer } = await startBoth({}, { load: { sessionsMs: 200, streamsMs: 500 } })
    const guest = await new Guest(foyer.url).arrive()
    const block = setInterval(() => {
      for (const untilMs = performance.now() + 300; performance.now() < untilMs;);
    }, 1)
    onTestFinished(() => clearInterval(block))
    const refusal = await eventually('a newcomer is turned away', async () => {
      const answer = await new Guest(foyer.url).json<{ code?: string; retryAfterSeconds?: number }>(
        'POST',
        '/api/session',
        {},
      )
      return answer.status === 503 && answer
    })
    expect(refusal.body).toMatchObject({ code: 'overloaded' })
    expect(refusal.body.retryAfterSeconds).toBeGreaterThan(1)
    expect((await guest.send('under load')).status).toBe(202)
    clearInterval(block)
    await eventually(
      'it passes',
      async () => (await new Guest(foyer.url).json('POST', '/api/session', {})).status === 201,
    )
  })

  test('blocked for more than a second it is not ready, and soon is again', async () => {
    const { foyer } = await startBoth()
    const ready = async () => (await fetch(`${foyer.url}/health/ready`)).status
    expect(await ready()).toBe(200)
    await eventually('not ready', async () => {
      for (const untilMs = performance.now() + 1_300; performance.now() < untilMs;);
      // The first may be answered before the loop has come to its timers, and knows how late they are.
      return (await ready()) === 503 || (await ready()) === 503
    })
    expect((await fetch(`${foyer.url}/health/live`)).status).toBe(200)
    await eventually('ready again', async () => (await ready()) === 200)
  })
})

describe.each([
  ['guest-api', {}, {}],
  ['web-messaging', loosePlatform(), { connect: connectWebMessaging }],
] as const)('without the platform, over %s', (_, platform, connector) => {
  test('it starts, serves the page and says when to try again; once the platform is there all works', async () => {
    const simulator = await startSimulator()
    const { port, url } = simulator
    await simulator.close()
    const foyer = await startFoyer(url, connector)
    onTestFinished(() => foyer.close())
    expect((await fetch(`${foyer.url}/`)).status).toBe(200)
    expect((await fetch(`${foyer.url}/health/ready`)).status).toBe(200)
    const refused = await new Guest(foyer.url).request('POST', '/api/session', {})
    expect(refused.status).toBe(503)
    expect(Number(refused.headers.get('Retry-After'))).toBeGreaterThan(0)
    expect(refused.headers.getSetCookie()).toEqual([])
    expect(await refused.json()).toMatchObject({ code: 'platform-unavailable' })

    const again = await startSimulator({ ...platform, port })
    onTestFinished(() => again.close())
    const guest = await eventually('a session', async () => {
      const newcomer = new Guest(foyer.url)
      return (await newcomer.request('POST', '/api/session', {})).status === 201 && newcomer
    })
    const { status, body } = await guest.json<{ conversationId: string }>('POST', '/api/conversations')
    expect(status).toBe(201)
    guest.conversationId = body.conversationId
    const events = guest.follow()
    await guest.send('hello', 'message-1')
    await eventually('it is sent', () => stateOf(events, 'message-1') === 'sent')
  })
})
