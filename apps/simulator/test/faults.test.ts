import { guestApiPaths, scopes } from '@foyer/shared/platform/guest-api'
import { describe, expect, test, vi } from 'vitest'
import { systemClock } from '../src/clock.ts'
import { faultKinds } from '../src/faults/catalog.ts'
import { askToken, call, demoClient, openChat, simulatorFor, type Chat } from './guest.ts'
import { FakeClock } from './fake-clock.ts'

async function staged(clock = systemClock) {
  const simulator = await simulatorFor({}, { clock })
  return { simulator, control: simulator.control, chat: await openChat(simulator) }
}

/** Broken lines show as the client's own error. */
const outcome = (reply: Promise<{ status: number }>) =>
  reply.then(
    ({ status }) => status,
    () => 'broken',
  )

const textsOf = async (chat: Chat) => (await chat.list()).body.entities.map(({ text }) => text)

describe('an answer in place of the operation', () => {
  test.each([
    ['expired-token', {}, 401, 'credentials.expired'],
    ['revoked-token', {}, 401, 'bad.credentials'],
    ['forbidden-scope', {}, 403, 'app.not.authorized.for.scope'],
    ['too-many-requests', { retryAfterSeconds: 7 }, 429, 'too.many.requests.retry.after'],
    ['too-many-requests', { retryAfterSeconds: null }, 429, 'too.many.requests'],
    ['internal-error', {}, 500, 'internal.server.error'],
    ['service-unavailable', { retryAfterSeconds: 3 }, 503, 'service.unavailable'],
    ['bad-gateway', {}, 502, undefined],
  ])('%s %o', async (name, parameters, status, code) => {
    const { control, chat } = await staged()
    await control.addFault({ name, parameters, times: 1 })
    const reply = await chat.send('hi')
    expect([reply.status, reply.body.code]).toEqual([status, code])
    const seconds = 'retryAfterSeconds' in parameters ? parameters.retryAfterSeconds : null
    expect(reply.headers.get('retry-after')).toBe(seconds === null ? null : String(seconds))
    expect(reply.headers.has('inin-correlation-id')).toBe(name !== 'bad-gateway')
    expect((await control.requests({ operation: 'send-message' }))[0]?.faults).toEqual([name])
  })

  test('expired-token is cured by a refresh, revoked-token is not', async () => {
    const { simulator, control, chat } = await staged()
    const refresh = () =>
      askToken(simulator, { ...demoClient, grant_type: 'refresh_token', refresh_token: chat.refreshToken })
    await control.addFault({ name: 'expired-token', times: 1 })
    await chat.send('hi')
    expect((await refresh()).status).toBe(200)
    const other = await openChat(simulator)
    await control.addFault({ name: 'revoked-token', times: 1 })
    await other.send('hi')
    const request = { ...demoClient, grant_type: 'refresh_token', refresh_token: other.refreshToken }
    expect((await askToken(simulator, request)).status).toBe(400)
  })

  test('forbidden-scope says in each dialect what the token is said to lack', async () => {
    const { control, chat } = await staged()
    for (const dialect of ['genesys', 'rfc6750', 'strings', 'bare']) {
      await control.addFault({ name: 'forbidden-scope', parameters: { dialect }, times: 1 })
      const reply = await chat.send('hi')
      expect([reply.status, reply.text.includes('insufficient_scope')]).toEqual([403, dialect !== 'bare'])
      expect(reply.headers.get('www-authenticate')?.includes(scopes.send) ?? false).toBe(
        ['genesys', 'rfc6750'].includes(dialect),
      )
    }
  })
})

describe('a line that fails', () => {
  test.each([
    ['dropped-connection', []],
    ['lost-answer', ['hi']],
    ['cut-body', ['hi']],
  ])('%s leaves in the conversation %o', async (name, texts) => {
    const { control, chat } = await staged()
    await control.addFault({ name, times: 1, match: { operation: 'send-message' } })
    expect(await outcome(chat.send('hi', { clientMessageId: 'a' }))).toBe('broken')
    expect(await textsOf(chat)).toEqual(texts)
    expect(await outcome(chat.send('hi', { clientMessageId: 'a' }))).toBe(200)
    expect(await textsOf(chat)).toEqual(['hi'])
  })

  test('hang gives no answer and does nothing', async () => {
    const { simulator, control, chat } = await staged()
    await control.addFault({ name: 'hang', match: { operation: 'send-message' } })
    const abort = new AbortController()
    const options = { accessToken: chat.accessToken, body: { text: 'hi' }, signal: abort.signal }
    const hanging = outcome(call(simulator, 'POST', guestApiPaths.messages(chat.id), options))
    await vi.waitUntil(async () => (await control.faults()).active[0]?.timesApplied === 1, { interval: 5 })
    abort.abort()
    expect(await hanging).toBe('broken')
    expect(await textsOf(chat)).toEqual([])
    expect((await control.requests({ operation: 'send-message' }))[0]?.status).toBeNull()
  })

  test('cut-body cuts a stream too', async () => {
    const { control, chat } = await staged()
    await control.addFault({ name: 'cut-body', parameters: { afterBytes: 30 }, times: 1 })
    const stream = await chat.stream()
    await chat.send('a text that is longer than what is let through')
    await expect(stream.next()).rejects.toThrow()
  })
})

describe('a slow answer', () => {
  test('latency holds the operation back', async () => {
    const clock = new FakeClock()
    const { control, chat } = await staged(clock)
    await control.addFault({ name: 'latency', parameters: { latencyMs: 300, jitterMs: 100 }, times: 1 })
    const reply = chat.send('hi')
    await vi.waitUntil(() => clock.pending > 0, { interval: 2 })
    expect(await textsOf(chat)).toEqual([])
    clock.advance(400)
    expect((await reply).status).toBe(200)
  })

  test('slow-body sends the headers first, then piece by piece', async () => {
    const clock = new FakeClock()
    const { simulator, control, chat } = await staged(clock)
    await control.addFault({ name: 'slow-body', parameters: { bytesPerChunk: 10, intervalMs: 50 }, times: 1 })
    const headers = { authorization: `Bearer ${chat.accessToken}` }
    const response = await fetch(simulator.url + guestApiPaths.conversation(chat.id), { headers })
    expect(response.status).toBe(200)
    const body = response.json()
    for (let pieces = 0; pieces < 40; pieces += 1) clock.advance(50)
    expect(await body).toMatchObject({ id: chat.id })
  })
})

test('clock-skew shows in the Date header', async () => {
  const clock = new FakeClock()
  const { control, chat } = await staged(clock)
  await control.addFault({ name: 'clock-skew', parameters: { offsetSeconds: -3600 } })
  expect(Date.parse((await chat.read()).headers.get('date') ?? '')).toBe(clock.now() - 3_600_000)
})

describe('events out of order', () => {
  test('duplicate-event shows one twice, on the stream and in the list', async () => {
    const { control, chat } = await staged()
    const stream = await chat.stream()
    await control.addFault({ name: 'duplicate-event', times: 2 })
    await chat.send('1')
    await chat.send('2')
    await chat.send('3')
    const received = [await stream.next(), await stream.next(), await stream.next(), await stream.next()]
    expect(received.map(({ text }) => text)).toEqual(['1', '1', '2', '2'])
    await control.addFault({ name: 'duplicate-event', times: 1 })
    expect(await textsOf(chat)).toEqual(['1', '1', '2', '2', '3', '3'])
  })

  test('reordered-events lets the later come first, on the stream and in the list', async () => {
    const { control, chat } = await staged()
    const stream = await chat.stream()
    await control.addFault({ name: 'reordered-events', times: 1 })
    for (const text of ['1', '2', '3']) await chat.send(text)
    const received = [await stream.next(), await stream.next(), await stream.next()]
    expect(received.map(({ text }) => text)).toEqual(['2', '1', '3'])
    await control.addFault({ name: 'reordered-events', times: 1 })
    expect(await textsOf(chat)).toEqual(['2', '1', '3'])
  })

  test('reordered-events holds an event that nothing follows only so long', async () => {
    const clock = new FakeClock()
    const { control, chat } = await staged(clock)
    const stream = await chat.stream()
    await control.addFault({ name: 'reordered-events', parameters: { holdMs: 500 }, times: 1 })
    await chat.send('1')
    clock.advance(500)
    expect((await stream.next()).text).toBe('1')
  })
})

describe('ordering a fault', () => {
  test('strikes only what matches, and only so often', async () => {
    const { simulator, control, chat } = await staged()
    const other = await openChat(simulator)
    await control.addFault({ name: 'internal-error', times: 1, match: { conversationId: chat.id } })
    expect((await other.send('hi')).status).toBe(200)
    expect((await chat.send('hi')).status).toBe(500)
    expect((await chat.send('hi')).status).toBe(200)
    expect((await control.faults()).active).toEqual([])
  })

  test('matches the status of the answer it would spoil', async () => {
    const { control, chat } = await staged()
    await control.addFault({ name: 'lost-answer', match: { status: 400 } })
    expect(await outcome(chat.send('hi'))).toBe(200)
    expect(await outcome(chat.send(''))).toBe('broken')
  })

  test('strikes the token endpoint by its client', async () => {
    const { simulator, control } = await staged()
    await control.addFault({ name: 'service-unavailable', match: { operation: ['token'] } })
    expect((await askToken(simulator)).status).toBe(503)
  })

  test('ends when it is removed', async () => {
    const { control, chat } = await staged()
    const { id } = await control.addFault({ name: 'internal-error' })
    expect((await chat.send('hi')).status).toBe(500)
    await control.removeFault(id)
    expect((await chat.send('hi')).status).toBe(200)
    await control.addFault({ name: 'internal-error' })
    await control.removeFaults()
    expect((await chat.send('hi')).status).toBe(200)
  })

  test.each([
    [{ name: 'nothing' }, 'body.name'],
    [{ name: 'latency' }, 'body.parameters.latencyMs'],
    [{ name: 'latency', parameters: { latencyMs: -1 } }, 'body.parameters.latencyMs'],
    [{ name: 'hang', parameters: { forMs: 1 } }, 'body.parameters.forMs'],
    [{ name: 'hang', times: 0 }, 'body.times'],
    [{ name: 'hang', match: { status: 200 } }, 'body.match.status'],
  ])('refuses %o at %s', async (order, where) => {
    const { control } = await staged()
    await expect(control.addFault(order)).rejects.toMatchObject({ status: 400, where })
  })

  test('is possible for every kind by its name', async () => {
    const { available } = await (await staged()).control.faults()
    expect(available.map(({ name }) => name)).toEqual(faultKinds.map(({ name }) => name))
  })
})
