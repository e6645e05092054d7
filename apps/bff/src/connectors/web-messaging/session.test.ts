import { randomUUID } from 'node:crypto'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { eventually } from '../../../test/support/eventually.ts'
import { failsAfterSeconds } from '../../../test/support/fails-after.ts'
import { FakeClock, settle } from '../../../test/support/fake-clock.ts'
import { createRecordingLogger } from '../../../test/support/loggers.ts'
import { createTestMetrics } from '../../../test/support/metrics.ts'
import {
  said,
  startScriptedPlatform,
  type ClientFrame,
  type PlatformScript,
} from '../../../test/support/scripted-platform.ts'
import { StoreError } from '../../storage/store-error.ts'
import type { ConnectorEvent, Credential, CredentialSlot, GuestProfile } from '../connector.ts'
import { createWebMessagingConnector, type WebMessagingOptions } from './connector.ts'

const LOOSE = {
  messagesPerSecond: 1_000,
  requestsPerMinute: 1_000,
  historyPerMinute: 1_000,
  connectionsPerMinute: 1_000,
}
const MINUTES = 60_000
/** What is held, and for how long. */
const HELD = new Set(['message', 'participant', 'ended'])
const HOLD_MS = 100
/** A healthy line waits so long before it reads the record again. */
const REREAD_MS = 60_000

/** A guest with a conversation that is listened to, towards a platform that says what the test tells it to. */
async function arrive(
  change: Partial<PlatformScript> = {},
  { profile = {}, ...options }: Partial<WebMessagingOptions> & { profile?: GuestProfile } = {},
) {
  const platform = await startScriptedPlatform(change)
  const clock = new FakeClock()
  const { metrics, sample } = createTestMetrics()
  const { logger, events: logged } = createRecordingLogger()
  const connector = createWebMessagingConnector({
    hosts: { api: platform.origin, apiCdn: platform.origin, webmessaging: platform.origin.replace('http', 'ws') },
    ...{ deploymentId: randomUUID(), limits: LOOSE, clock, logger, metrics, ...options },
  })
  onTestFinished(() => connector.close())
  let credential: Credential = await connector.admit()
  const store: { failure?: Error | undefined } = {}
  const slot: CredentialSlot = {
    read: async () => credential,
    async write(next) {
      if (store.failure) throw store.failure
      credential = next
    },
  }
  const guest = connector.guest(slot)

  function open(upstreamConversationId: string) {
    const stop = new AbortController()
    onTestFinished(() => stop.abort(new Error('the test is over')))
    const session = guest.openConversation({ upstreamConversationId, signal: stop.signal })
    const events: ConnectorEvent[] = []
    const listen = async () => {
      for await (const event of session) events.push(event)
    }
    const find = <Type extends ConnectorEvent['type']>(type: Type, at = 0) =>
      eventually(`${type} (${at})`, async () => {
        // What came in is held for what it may have overtaken.
        if (HELD.has(type) && Math.round(clock.waits[0] ?? 0) === HOLD_MS) await clock.advance(HOLD_MS)
        return events.filter((event) => is(event, type))[at]
      })
    return { session, events, find, texts: () => textsOf(events), listen, listening: listen() }
  }

  const upstreamId = await guest.startConversation(profile)
  const talk = open(upstreamId)
  const socket = (index = 0) => eventually(`socket ${index}`, () => platform.sockets[index])
  const say = (text: string, messageId = randomUUID()) => talk.session.send({ messageId, text })
  /** Lets the time pass that the session waits before it connects again. */
  const passWait = async () => {
    const waitMs = await eventually('it waits', () => clock.waits.find((ms) => ms < REREAD_MS))
    await clock.advance(waitMs)
    return waitMs
  }
  /** Lets one wait after the other pass, until it has come true. */
  const passWaitsUntil = async (isDone: () => boolean) => {
    while (!isDone()) await clock.advance(await eventually('something waits', () => clock.waits[0]))
  }
  const grant = () => connector.describe(credential)
  return {
    ...platform,
    ...talk,
    clock,
    store,
    upstreamId,
    logged,
    guest,
    connector,
    open,
    socket,
    say,
    passWait,
    passWaitsUntil,
    grant,
    sample,
  }
}

const is = <Type extends ConnectorEvent['type']>(
  event: ConnectorEvent,
  type: Type,
): event is Extract<ConnectorEvent, { type: Type }> => event.type === type
const textsOf = (events: readonly ConnectorEvent[]) =>
  events.flatMap((event) =>
    event.type === 'message' ? event.parts.flatMap((part) => (part.type === 'text' ? part.text : [])) : [],
  )
const framesOf = (received: readonly ClientFrame[], action: string) =>
  received.filter((frame) => frame.action === action)
/** Answers one action in its own way. */
const answering =
  (action: string, name: string, body: unknown, envelope: object = {}): PlatformScript['answer'] =>
  (frame, socket) => {
    if (frame.action !== action) return false
    socket.push(name, body, { tracingId: frame.tracingId, ...envelope })
    return true
  }

describe('over any number of sockets', () => {
  test('the session stays the same: begun anew once, then resumed by the same token', async () => {
    const { find, socket, passWait } = await arrive()
    await find('up')
    for (const round of [0, 1, 2]) {
      ;(await socket(round)).close(round === 1 ? 1001 : undefined)
      await find('down', round)
      await passWait()
      await find('up', round + 1)
    }
    const sockets = await Promise.all([0, 1, 2, 3].map(socket))
    const configures = sockets.flatMap(({ received }) => framesOf(received, 'configureSession'))
    expect(configures.map(({ startNew }) => startNew)).toEqual([true, false, false, false])
    expect(new Set(configures.map(({ token }) => token)).size).toBe(1)
  })

  test('a link that answers nothing is noticed, and replaced', async () => {
    const { find, socket, script, passWait } = await arrive({}, { heartbeatMs: 30 })
    await find('up')
    script.isAlive = false
    await find('down')
    expect((await socket()).isOpen()).toBe(false)
    script.isAlive = true
    await passWait()
    await find('up', 1)
  })

  test('it is tried ever more rarely, and given up after five minutes; who asks again begins again', async () => {
    const { find, handshakes, passWait, script, listening, listen, events, clock } = await arrive({ handshake: 503 })
    const startedAtMs = clock.monotonic()
    const waits: number[] = []
    while (!events.some(({ type }) => type === 'closed')) {
      await Promise.race([passWait().then((waitMs) => waits.push(waitMs)), listening])
    }
    expect((await find('closed')).error).toMatchObject({ code: 'platform-unavailable', retryable: true })
    expect(waits[0]).toBeLessThanOrEqual(300)
    expect(Math.max(...waits)).toBeLessThanOrEqual(30_100)
    expect(clock.monotonic() - startedAtMs).toBeGreaterThan(5 * MINUTES)
    expect(clock.monotonic() - startedAtMs).toBeLessThan(6 * MINUTES)
    expect(handshakes.length).toBeLessThan(1_000)
    script.handshake = undefined
    await clock.advance(5_000)
    void listen()
    await find('up')
  })

  test('R9: a platform that opens no sockets is left alone by all, but for one look every five seconds', async () => {
    const { find, handshakes, passWait, passWaitsUntil, script, sample, clock } = await arrive({ handshake: 503 })
    while ((await sample('foyer_breaker_state{operation="handshake"}')) !== 2) await passWait()
    const [made, openedAtMs] = [handshakes.length, clock.monotonic()]
    await clock.advance(4_900)
    expect(handshakes).toHaveLength(made)
    script.handshake = undefined
    await passWaitsUntil(() => handshakes.length > made)
    await find('up')
    expect(clock.monotonic() - openedAtMs).toBeGreaterThanOrEqual(5_000)
    expect(await sample('foyer_breaker_state{operation="handshake"}')).toBe(0)
  })

  test.each([
    [403, 'deployment-refused'],
    [401, 'deployment-refused'],
  ])('a handshake refused with %i is final', async (handshake, cause) => {
    const { find, handshakes, listening, clock } = await arrive({ handshake })
    expect((await find('closed')).error).toMatchObject({ code: cause, retryable: false })
    await listening
    await clock.advance(10 * MINUTES)
    expect(handshakes).toHaveLength(1)
  })

  test('an error while configuring is final, and the guest’s words are refused', async () => {
    const answer = answering('configureSession', 'string', 'Deployment not found', { code: 400 })
    const { find, say, socket } = await arrive({ answer })
    expect((await find('closed')).error).toMatchObject({ code: 'deployment-refused' })
    await eventually('the socket is let go', async () => !(await socket()).isOpen())
    await expect(say('hello')).rejects.toMatchObject({ code: 'deployment-refused', outcome: 'refused' })
  })

  test('a pause the platform asks for while configuring is kept to the second', async () => {
    const body = { retryAfter: 7, errorCode: 4029, errorMessage: '' }
    const { find, script, passWait } = await arrive({
      answer: answering('configureSession', 'TooManyRequestsErrorMessage', body, { code: 429 }),
    })
    expect(await find('down')).toMatchObject({ retryInMs: 7_000, error: { code: 'rate-limited' } })
    script.answer = () => false
    expect(await passWait()).toBe(7_000)
    await find('up')
  })

  test('a pause without end that it asks for then is kept for five minutes', async () => {
    const body = { retryAfter: 1_795_600_000, errorCode: 4029, errorMessage: '' }
    const { find, script, clock } = await arrive({
      answer: answering('configureSession', 'TooManyRequestsErrorMessage', body, { code: 429 }),
    })
    expect(await find('down')).toMatchObject({ retryInMs: 300_000, error: { retryAfterMs: 300_000 } })
    script.answer = () => false
    await eventually('it waits', () => clock.waits.some((waitMs) => Math.round(waitMs) === 300_000))
    await clock.advance(300_000)
    await find('up')
  })

  test('a socket that was given up, and closes long after, does no harm to the one in its place', async () => {
    const body = { retryAfter: 1, errorCode: 4029, errorMessage: '' }
    const pause = answering('configureSession', 'TooManyRequestsErrorMessage', body, { code: 429 })
    const { find, script, socket, passWait, say, events } = await arrive({
      answer(frame, first) {
        first.freeze()
        return pause(frame, first)
      },
    })
    await find('down')
    script.answer = () => false
    await passWait()
    await find('up')
    const first = await socket()
    first.thaw()
    await eventually('the first is closed', async () => first.isClosed())
    await settle()
    await say('hello')
    expect(events.filter(({ type }) => type === 'down')).toHaveLength(1)
    expect((await socket(1)).isOpen()).toBe(true)
  })

  test('the origin a restricted deployment lets in is sent', async () => {
    const { find, handshakes, requests, session } = await arrive({}, { origin: 'https://shop.example' })
    await find('up')
    await session.readRecord(undefined)
    expect(handshakes).toEqual(['https://shop.example'])
    expect(requests.length).toBeGreaterThan(1) // configuration and history
    expect(new Set(requests)).toEqual(new Set(['https://shop.example']))
  })
})

describe('a session ends', () => {
  test.each([
    ['SessionExpiredEvent', {}],
    ['SessionClearedEvent', {}],
    ['LogoutEvent', {}],
    ['ConnectionClosedEvent', { reason: 'signedIn' }],
    ['ConnectionClosedEvent', { reasonCode: 'signedIn' }],
  ])('by %s %j: without an error, the socket is closed, and nothing can be said', async (name, body) => {
    const { find, socket, say, listening } = await arrive()
    await find('up')
    ;(await socket()).push(name, body)
    expect(await find('closed')).toEqual({ type: 'closed' })
    await listening
    await eventually('the socket is let go', async () => !(await socket()).isOpen())
    await expect(say('too late')).rejects.toMatchObject({ code: 'conversation-ended', outcome: 'refused' })
  })

  test.each([
    [4006, 'conversation-ended'],
    [4007, 'conversation-ended'],
    [4017, 'session-expired'],
  ])('by code %i for a message, which is refused', async (code, cause) => {
    const { find, say, socket } = await arrive({ answer: answering('onMessage', 'string', 'gone', { code }) })
    await find('up')
    await expect(say('too late')).rejects.toMatchObject({ code: cause, outcome: 'refused' })
    expect(await find('closed')).toEqual({ type: 'closed' })
    await eventually('the socket is let go', async () => !(await socket()).isOpen())
  })

  test('by being wiped, also where the socket goes before the echo', async () => {
    const { find, session } = await arrive({
      answer({ action }, socket) {
        if (action !== 'onMessage') return false
        socket.push('SessionClearedEvent', {})
        socket.close()
        return true
      },
    })
    await find('up')
    await session.clear?.()
    expect(await find('closed')).toEqual({ type: 'closed' })
  })

  test('where the platform has forgotten it, and offers another', async () => {
    const { find, socket, script, passWait } = await arrive()
    await find('up')
    script.session = { newSession: true }
    ;(await socket()).close()
    await passWait()
    expect(await find('closed')).toEqual({ type: 'closed' })
  })

  test.each([
    ['a sign-in elsewhere', 'ConnectionClosedEvent', { reason: 'signedIn' }, {}, true],
    ['a logout', 'LogoutEvent', {}, {}, true],
    ['a session that cannot go back to a guest’s', 'string', 'cannot downgrade', { code: 4017 }, true],
    ['expiry', 'SessionExpiredEvent', {}, {}, false],
  ])('by %s: the next conversation', async (_name, frame, body, envelope, hasNewToken) => {
    const { find, socket, guest, open, listening } = await arrive()
    await find('up')
    ;(await socket()).push(frame, body, envelope)
    await listening
    const next = open(await guest.startConversation({}))
    await next.find('up')
    const tokens = [(await socket(0)).received[0]?.token, (await socket(1)).received[0]?.token]
    expect(tokens[0] !== tokens[1]).toBe(hasNewToken)
    expect(framesOf((await socket(1)).received, 'configureSession')[0]?.startNew).toBe(true)
  })

  describe('by a sign-in, while the store fails', () => {
    /** Up to where it has said so, and could not keep another token. */
    async function endBySignIn() {
      const arrived = await arrive()
      const { find, socket, store, listening, logged } = arrived
      await find('up')
      store.failure = new StoreError('full')
      ;(await socket()).push('LogoutEvent', {})
      expect(await find('closed')).toEqual({ type: 'closed' })
      await listening
      expect(logged()).toEqual(['token-not-replaced'])
      const tokens = async () => [(await socket(0)).received[0]?.token, (await socket(1)).received[0]?.token]
      return { ...arrived, tokens }
    }

    test('the next conversation begins with another token, or not at all', async () => {
      const { guest, open, store, tokens } = await endBySignIn()
      await expect(guest.startConversation({})).rejects.toBe(store.failure)
      store.failure = undefined
      await open(await guest.startConversation({})).find('up')
      const [before, after] = await tokens()
      expect(after).not.toBe(before)
    })

    test('the same one, looked at again, is asked about with another token, or not at all', async () => {
      const { upstreamId, open, store, tokens, sockets, logged, passWaitsUntil } = await endBySignIn()
      open(upstreamId)
      await eventually('it cannot', () => logged().includes('session-failed'))
      expect(sockets).toHaveLength(1)
      store.failure = undefined
      await passWaitsUntil(() => sockets[1]?.received[0] !== undefined)
      const [before, after] = await tokens()
      expect(after).not.toBe(before)
    })
  })

  test('not by a fourth connection: its place is taken back, but not at once', async () => {
    const { find, socket, passWait, clock } = await arrive()
    await find('up')
    ;(await socket()).push('ConnectionClosedEvent', {})
    const { retryInMs } = await find('down')
    expect(retryInMs).toBeGreaterThan(100)
    expect(clock.waits).toEqual([expect.closeTo(retryInMs)])
    await passWait()
    await find('up', 1)
    const [first, second] = [await socket(0), await socket(1)]
    expect(second.received[0]?.token).toBe(first.received[0]?.token)
  })

  test.each([403, 404, 409, 4011, 4020, 5000])('not by code %i for a message', async (code) => {
    const { find, say, events, script } = await arrive({ answer: answering('onMessage', 'string', 'no', { code }) })
    await find('up')
    await expect(say('hello')).rejects.toMatchObject({ outcome: 'refused' })
    script.answer = () => false
    await say('again')
    expect(events.map(({ type }) => type)).not.toContain('closed')
  })
})

describe('what can only be read', () => {
  test('is told where the platform says so when it is resumed, and the record stays', async () => {
    const { find, socket, script, passWait, say, session } = await arrive()
    await find('up')
    Object.assign(script, { session: { readOnly: true }, history: [said('Outbound', 'old', { text: 'bye' })] })
    ;(await socket()).close()
    await passWait()
    expect(await find('ended')).toMatchObject({ by: 'system', readOnly: true })
    await expect(say('too late')).rejects.toMatchObject({ code: 'conversation-ended', outcome: 'refused' })
    expect(textsOf(await session.readRecord(undefined))).toEqual(['bye'])
  })

  const disconnect = (readOnly: string) => ({
    ...{ type: 'Event', metadata: { readOnly }, originatingEntity: 'Human' },
    ...{ events: [{ eventType: 'Presence', presence: { type: 'Disconnect' } }] },
  })

  test('is what an agent’s end leaves where it says so', async () => {
    const { find, socket, say } = await arrive()
    await find('up')
    ;(await socket()).push('StructuredMessage', said('Outbound', 'end', disconnect('true')))
    expect(await find('ended')).toMatchObject({ readOnly: true })
    await expect(say('too late')).rejects.toMatchObject({ code: 'conversation-ended' })
  })

  test('is not what another end leaves: the guest goes on', async () => {
    const { find, socket, say } = await arrive()
    await find('up')
    ;(await socket()).push('StructuredMessage', said('Outbound', 'end', disconnect('false')))
    expect(await find('participant')).toMatchObject({ change: 'left', participant: { role: 'agent' } })
    await say('one more thing')
  })
})

describe('what comes in', () => {
  test('while there is no line yet known to be level waits for the record', async () => {
    const { find, socket, script, passWait, texts, clock } = await arrive()
    await find('up')
    const [one, two] = [said('Outbound', 'a', { text: 'one' }, 1), said('Outbound', 'b', { text: 'two' }, 2)]
    // The last words before the loss are held still, and overtook some that were lost with the line.
    ;(await socket()).push('StructuredMessage', two)
    await eventually('it is held', () => clock.waits.some((waitMs) => Math.round(waitMs) === HOLD_MS))
    ;(await socket()).close()
    await find('down')
    await clock.advance(HOLD_MS)
    expect(texts()).toEqual([])
    script.history = [two, one]
    await passWait()
    await find('message', 1)
    expect(texts()).toEqual(['one', 'two'])
  })

  describe('where the record cannot be read', () => {
    test.each([400, 403, 404])('(%i, for good) is told at once, and what is missing is said', async (historyStatus) => {
      const { find, socket, script, passWait, passWaitsUntil, texts, say, logged, events } = await arrive()
      await find('up')
      Object.assign(script, { historyStatus })
      ;(await socket()).close()
      await passWait()
      await find('up', 1)
      await find('gap')
      ;(await socket(1)).push('StructuredMessage', said('Outbound', 'b', { text: 'two' }, 2))
      expect(await find('message')).not.toMatchObject({ cursor: expect.anything() as string })
      await say('and I can answer')
      expect(logged()).toContain('history-unreadable')
      // Once it can be read it is, from where it got to; what was missed comes late.
      script.historyStatus = 200
      script.history = [said('Outbound', 'b', { text: 'two' }, 2), said('Outbound', 'a', { text: 'one' }, 1)]
      await passWaitsUntil(() => texts().includes('one'))
      expect(texts().filter((text) => text === 'two')).toHaveLength(1)
      expect(events.filter(({ type }) => type === 'gap')).toHaveLength(1)
    })

    test('(503, for a while) waits for it, and keeps its order', async () => {
      const { find, socket, script, passWait, passWaitsUntil, texts, events, say } = await arrive()
      await find('up')
      script.historyStatus = 503
      ;(await socket()).close()
      await passWait()
      await find('up', 1)
      ;(await socket(1)).push('StructuredMessage', said('Outbound', 'b', { text: 'two' }, 2))
      await say('and I can answer')
      expect(texts()).toEqual([])
      script.historyStatus = 200
      script.history = [said('Outbound', 'a', { text: 'one' }, 1)]
      await passWaitsUntil(() => texts().length >= 3)
      expect(texts().filter((text) => text !== 'and I can answer')).toEqual(['one', 'two'])
      expect(events.map(({ type }) => type)).not.toContain('gap')
    })

    test('(it takes long, as when it has to wait for a turn) keeps nobody from talking, and its order', async () => {
      const { find, socket, script, clock, passWait, texts, say } = await arrive()
      await find('up')
      const answered = Promise.withResolvers<undefined>()
      script.history = [said('Outbound', 'a', { text: 'one' }, 1)]
      script.duringHistory = () => answered.promise
      ;(await socket()).close()
      await passWait()
      ;(await socket(1)).push('StructuredMessage', said('Outbound', 'b', { text: 'two' }, 2))
      await eventually('the record is waited for', () => clock.waits.some((waitMs) => Math.round(waitMs) === 3_000))
      await clock.advance(3_001)
      await find('up', 1)
      await say('and I can answer')
      expect(texts()).toEqual([])
      answered.resolve(undefined)
      await find('message', 2)
      expect(texts().filter((text) => text !== 'and I can answer')).toEqual(['one', 'two'])
    })

    test('(503, for long) waits half a minute, not for ever', async () => {
      const { find, socket, script, clock, passWait, passWaitsUntil, texts } = await arrive()
      await find('up')
      script.historyStatus = 503
      ;(await socket()).close()
      await passWait()
      await find('up', 1)
      ;(await socket(1)).push('StructuredMessage', said('Outbound', 'b', { text: 'two' }, 2))
      const startedAtMs = clock.monotonic()
      await passWaitsUntil(() => texts().includes('two'))
      expect(clock.monotonic() - startedAtMs).toBeGreaterThanOrEqual(30_000)
      await find('gap')
    })
  })

  test('and is lost on a line that did not break is found while somebody attends', async () => {
    const { find, script, session, clock, requests } = await arrive()
    await find('up')
    script.history = [said('Outbound', 'a', { text: 'one' }, 1)]
    const asked = requests.length
    await clock.advance(MINUTES)
    expect(requests).toHaveLength(asked)
    session.attend('active')
    await clock.advance(MINUTES)
    expect(await find('message')).toMatchObject({ upstreamId: 'a' })
  })

  test('is put in order, and told once however often it comes', async () => {
    const { find, socket, texts } = await arrive()
    await find('up')
    const platform = await socket()
    const one = said('Outbound', 'a', { text: 'one' }, 1)
    for (const message of [
      said('Outbound', 'c', { text: 'three' }, 3),
      one,
      said('Outbound', 'b', { text: 'two' }, 2),
    ]) {
      platform.push('StructuredMessage', message, { type: 'response' })
    }
    platform.push('StructuredMessage', one)
    await find('message', 2)
    platform.push('StructuredMessage', said('Outbound', 'd', { text: 'four' }, 4))
    await find('message', 3)
    expect(texts()).toEqual(['one', 'two', 'three', 'four'])
  })

  test('while the record is read waits for it: no gap, no repeat', async () => {
    const { find, socket, script, passWait, texts, clock } = await arrive()
    await find('up')
    ;(await socket()).push('StructuredMessage', said('Outbound', 'a', { text: 'one' }, 1))
    await find('message')
    const [two, three] = [said('Outbound', 'b', { text: 'two' }, 2), said('Outbound', 'c', { text: 'three' }, 3)]
    script.history = [three, two, said('Outbound', 'a', { text: 'one' }, 1)]
    script.duringHistory = () => clock.advance(10 * HOLD_MS)
    script.answer = (frame, line) => {
      if (frame.action === 'getJwt') {
        line.push('StructuredMessage', three)
        line.push('StructuredMessage', said('Outbound', 'd', { text: 'four' }, 4))
      }
      return false
    }
    ;(await socket()).close()
    await passWait()
    await find('up', 1)
    await find('message', 3)
    expect(texts()).toEqual(['one', 'two', 'three', 'four'])
  })

  test('S53 and is of no class or type anybody knows is counted and named in the log, and costs nothing else', async () => {
    const { find, socket, logged, sample } = await arrive()
    await find('up')
    const platform = await socket()
    platform.push('SomethingNewEvent', { secret: 'words' })
    platform.push('StructuredMessage', { nonsense: true })
    platform.pushBytes(Buffer.from('{}'))
    const events = [{ eventType: 'Telepathy' }, { eventType: 'CoBrowse' }]
    platform.push('StructuredMessage', said('Outbound', 'e', { type: 'Event', events }))
    platform.push('StructuredMessage', said('Outbound', 'a', { text: 'still here' }))
    await find('message')
    expect(logged()).toEqual([...Array<string>(3).fill('frame-unreadable'), 'event-unknown'])
    const ignored = (kind: string) => sample(`foyer_upstream_ignored_total{connector="web-messaging",kind="${kind}"}`)
    expect([await ignored('frame'), await ignored('event'), await ignored('entity')]).toEqual([3, 1, 0])
  })

  test('S53 in a frame longer than a megabyte is not taken: the line is given up, and the next one is up', async () => {
    const { find, socket, texts, passWait, sample } = await arrive()
    await find('up')
    const first = await socket()
    first.push('StructuredMessage', said('Outbound', 'a', { text: 'x'.repeat(1024 * 1024) }))
    first.push('StructuredMessage', said('Outbound', 'b', { text: 'behind it' }))
    await eventually('the line is given up', () => first.isClosed())
    await find('down')
    await passWait()
    await find('up', 1)
    ;(await socket(1)).push('StructuredMessage', said('Outbound', 'c', { text: 'still here' }))
    await find('message')
    expect(texts()).toEqual(['still here'])
    expect(await sample('foyer_upstream_ignored_total{connector="web-messaging",kind="frame"}')).toBe(1)
  })

  test('of a bot without a name is of the bot the deployment presents', async () => {
    const humanize = { enabled: true, bot: { name: 'Skipper', avatarUrl: 'https://img.example/skipper.png' } }
    const configuration = { id: 'c', version: 1, messenger: { apps: { conversations: { humanize } } } }
    const { find, socket } = await arrive({ configuration })
    await find('up')
    ;(await socket()).push('StructuredMessage', said('Outbound', 'a', { text: 'hi', originatingEntity: 'Bot' }))
    const { from } = await find('message')
    expect(from).toMatchObject({ role: 'bot', name: 'Skipper', image: 'https://img.example/skipper.png' })
  })
})

describe('a deployment that begins by itself', () => {
  const conversations = { autoStart: { enabled: true } }
  const configuration = { id: 'c', version: '1', messenger: { apps: { conversations } } }
  const joinsOf = (received: readonly ClientFrame[]) =>
    framesOf(received, 'onMessage').filter(({ message }) => message?.type === 'Event')

  test.each([
    ['again where the platform has not heard of it', [], 1],
    ['not again where it has', [said('Inbound', 'j', { type: 'Event', events: [] })], 0],
  ])('is joined %s, when the line broke before the echo came', async (_name, history, joins) => {
    const { find, socket, script, passWait, passWaitsUntil, events } = await arrive({
      configuration,
      answer({ action }, first) {
        if (action === 'onMessage') first.close()
        return action === 'onMessage'
      },
    })
    await find('down')
    Object.assign(script, { history, answer: () => false })
    await passWait()
    await find('up')
    expect(joinsOf((await socket(0)).received)).toHaveLength(1)
    expect(joinsOf((await socket(1)).received)).toHaveLength(joins)
    ;(await socket(1)).close()
    await passWaitsUntil(() => events.filter(({ type }) => type === 'up').length === 2)
    expect(joinsOf((await socket(2)).received)).toEqual([])
  })
})

describe('what the guest says', () => {
  test('is found in the record though its echo was lost, and the agent has gone on for minutes', async () => {
    const { find, socket, script, session } = await arrive()
    await find('up')
    const later = said('Outbound', 'later', { text: 'still there?' }, 10 * 60)
    ;(await socket()).push('StructuredMessage', later)
    const { cursor } = await find('message')
    const messageId = randomUUID()
    script.history = [later, said('Inbound', 'mine', { text: 'only once', metadata: { id: messageId } })]
    const record = await session.readRecord(cursor)
    expect(record).toContainEqual(expect.objectContaining({ upstreamId: 'mine', messageId }))
  })

  test('is known again by the id it went out with, also where the platform keeps no metadata', async () => {
    const { find, script, say } = await arrive()
    await find('up')
    script.answer = ({ action, tracingId, message }, socket) => {
      const echo = said('Inbound', 'theirs', { text: message?.text })
      if (action === 'onMessage') socket.push('StructuredMessage', echo, { tracingId })
      return action === 'onMessage'
    }
    const messageId = randomUUID()
    expect(await say('hello', messageId)).toEqual({ upstreamId: 'theirs' })
    expect(await find('message')).toMatchObject({ messageId, upstreamId: 'theirs' })
  })

  test('waits after a pause was asked for, and no longer', async () => {
    const body = { retryAfter: 3, errorCode: 4029, errorMessage: '' }
    const { find, say, script, clock, texts } = await arrive({
      answer: answering('onMessage', 'TooManyRequestsErrorMessage', body, { code: 429 }),
    })
    await find('up')
    await expect(say('one')).rejects.toMatchObject({ retryAfterMs: 3_000, outcome: 'refused', retryable: true })
    script.answer = () => false
    const sending = say('two')
    await eventually('it waits', () => clock.waits.some((waitMs) => Math.round(waitMs) === 3_000))
    expect(texts()).toEqual([])
    await clock.advance(3_001)
    await sending
  })

  const busy = (retryAfter: number): PlatformScript['answer'] =>
    answering(
      'onMessage',
      'TooManyRequestsErrorMessage',
      { retryAfter, errorCode: 4029, errorMessage: '' },
      { code: 429 },
    )

  test('is refused for now where the pause is long, and typing not told: nothing is held out of reach', async () => {
    const { find, say, script, clock, session, socket, texts } = await arrive({ answer: busy(3_600) })
    await find('up')
    await expect(say('one')).rejects.toMatchObject({ retryAfterMs: 300_000 })
    script.answer = () => false
    const sent = (await socket()).received.length
    await clock.advance(60_000)
    const held = { code: 'rate-limited', outcome: 'not-sent', retryable: true, retryAfterMs: 240_000 }
    await expect(say('two')).rejects.toMatchObject(held)
    await session.typing(true)
    expect((await socket()).received).toHaveLength(sent)
    await clock.advance(240_000)
    await say('two')
    await find('message')
    expect(texts()).toEqual(['two'])
  })

  test('does not leave once its signal has aborted', async () => {
    const { find, session, script, clock, socket } = await arrive({ answer: busy(3) })
    await find('up')
    await expect(session.send({ messageId: randomUUID(), text: 'one' })).rejects.toMatchObject({ outcome: 'refused' })
    script.answer = () => false
    const sent = (await socket()).received.length
    const stop = new AbortController()
    const sending = session.send({ messageId: randomUUID(), text: 'two' }, stop.signal)
    await eventually('it waits', () => clock.waits.some((waitMs) => Math.round(waitMs) === 3_000))
    stop.abort(new Error('parked'))
    await expect(sending).rejects.toThrow('parked')
    await clock.advance(10_000)
    expect((await socket()).received).toHaveLength(sent)
  })

  test('is waited for once it has left, though its signal aborts', async () => {
    const { find, session, socket } = await arrive({ answer: ({ action }) => action === 'onMessage' })
    await find('up')
    const stop = new AbortController()
    const messageId = randomUUID()
    const sending = session.send({ messageId, text: 'one' }, stop.signal)
    const platform = await socket()
    await eventually('it has left', () => framesOf(platform.received, 'onMessage')[0])
    stop.abort(new Error('parked'))
    platform.push('StructuredMessage', said('Inbound', 'mine', { text: 'one' }), { tracingId: messageId })
    expect(await sending).toEqual({ upstreamId: 'mine' })
  })

  test('carries what they told of themselves until it was taken once', async () => {
    const { find, say, socket } = await arrive({}, { profile: { name: 'Rosa', attributes: { plan: 'pro' } } })
    await find('up')
    await say('one')
    await say('two')
    const channels = framesOf((await socket()).received, 'onMessage').map(({ message }) => message?.['channel'])
    expect(channels).toEqual([{ metadata: { customAttributes: { plan: 'pro', name: 'Rosa' } } }, undefined])
  })

  test.each([
    ['by its own word before', { maxCustomDataBytes: 10 }, 1],
    ['only when it has them', {}, 2],
  ])('goes without that where the platform finds it too large, %s', async (_name, session, sends) => {
    const answer: PlatformScript['answer'] = ({ message, tracingId, action }, socket) => {
      const isTooLarge = action === 'onMessage' && message?.['channel'] !== undefined
      if (isTooLarge) socket.push('string', 'Custom Attributes … larger than …', { code: 4013, tracingId })
      return isTooLarge
    }
    const { find, say, socket, logged } = await arrive(
      { session, answer },
      { profile: { attributes: { plan: 'much too long a word' } } },
    )
    await find('up')
    await say('one')
    expect(framesOf((await socket()).received, 'onMessage')).toHaveLength(sends)
    await say('two')
    expect(framesOf((await socket()).received, 'onMessage')).toHaveLength(sends + 1)
    expect(logged()).toEqual(['attributes-too-large'])
  })

  describe('R7 has fifteen seconds as a whole', () => {
    /** What became of it, and after how many seconds of silence. */
    async function outcomeOf(work: () => Promise<unknown>) {
      let error: unknown
      const seconds = await failsAfterSeconds(
        () => work().catch((thrown: unknown) => Promise.reject((error = thrown) as Error)),
        () => true,
      )
      return { seconds, error }
    }
    const late = { code: 'network', retryable: true, verdict: { evidence: { code: 'DEADLINE' } } }

    test('for the line and the answer: nobody knows', async () => {
      let admit: (() => void) | undefined
      const answer: PlatformScript['answer'] = ({ action, tracingId }, socket) => {
        if (action !== 'configureSession') return action === 'onMessage'
        admit = () => socket.push('SessionResponse', { connected: true, newSession: true }, { tracingId })
        return true
      }
      const { say, socket } = await arrive({ answer })
      const open = await eventually('it is being configured', () => admit)
      const { seconds, error } = await outcomeOf(() => {
        setTimeout(open, 7_000)
        return say('one')
      })
      expect({ seconds, error }).toMatchObject({ seconds: 15, error: { ...late, outcome: 'unknown' } })
      expect(framesOf((await socket()).received, 'onMessage')).toHaveLength(1)
    })

    test('for a message that is said again without what was too large: nobody knows', async () => {
      const answer: PlatformScript['answer'] = ({ message, tracingId, action }, socket) => {
        const refuse = () => socket.push('string', 'Custom Attributes … larger than …', { code: 4013, tracingId })
        if (action === 'onMessage' && message?.['channel'] !== undefined) setTimeout(refuse, 9_000)
        return action === 'onMessage'
      }
      const { find, say } = await arrive({ answer }, { profile: { name: 'Rosa' } })
      await find('up')
      const outcome = await outcomeOf(() => say('one'))
      expect(outcome).toMatchObject({ seconds: 15, error: { ...late, outcome: 'unknown' } })
    })

    test('for its turn, but leaves within ten, while there is time for an answer: it did not leave, and does not later', async () => {
      const { find, say, clock, socket } = await arrive({}, { limits: { ...LOOSE, messagesPerSecond: 1 } })
      await find('up')
      await say('one')
      const outcome = await outcomeOf(() => say('two'))
      expect(outcome).toMatchObject({ seconds: 10, error: { ...late, outcome: 'not-sent' } })
      await clock.advance(MINUTES)
      await say('three')
      const texts = framesOf((await socket()).received, 'onMessage').map(({ message }) => message?.text)
      expect(texts).toEqual(['one', 'three'])
    })

    test('for its end, which is then not told to have been refused', async () => {
      let admit: (() => void) | undefined
      const answer: PlatformScript['answer'] = ({ action, tracingId }, socket) => {
        if (action !== 'configureSession') return action === 'closeSession'
        admit = () => socket.push('SessionResponse', { connected: true, newSession: true }, { tracingId })
        return true
      }
      const { session } = await arrive({ answer })
      const open = await eventually('it is being configured', () => admit)
      const outcome = await outcomeOf(() => {
        setTimeout(open, 7_000)
        return session.end()
      })
      expect(outcome).toMatchObject({ seconds: 15, error: { ...late, outcome: 'unknown' } })
    })
  })

  test('of typing is told within three seconds or not at all', async () => {
    const { find, session, say, socket, clock } = await arrive({}, { limits: { ...LOOSE, messagesPerSecond: 1 } })
    await find('up')
    await say('one')
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    onTestFinished(() => void vi.useRealTimers())
    const told = session.typing(true)
    await vi.advanceTimersByTimeAsync(3_000)
    await told
    await clock.advance(MINUTES)
    expect((await socket()).received.filter(({ message }) => message?.type === 'Event')).toEqual([])
  })

  test('is the message that waits longest where a refusal names none', async () => {
    const { find, say, script } = await arrive()
    await find('up')
    script.answer = ({ action, message }, socket) => {
      if (message?.text === 'two') socket.push('string', 'too long', { code: 4011 })
      return action === 'onMessage'
    }
    const first = say('one').catch((error: unknown) => error)
    const second = say('two').catch((error: unknown) => error)
    expect(await first).toMatchObject({ code: 'message-too-long' })
    script.answer = () => false
    expect(await Promise.race([second, say('three').then(() => 'still waiting')])).toBe('still waiting')
  })
})

test.each([
  ['seconds', 1_795_600_000],
  ['milliseconds', 1_795_600_000_000],
])('the end of a session is told, in %s', async (_unit, expirationDate) => {
  const { find, grant } = await arrive({ session: { expirationDate } })
  await find('up')
  expect(grant().expiresAt).toBe('2026-11-25T09:46:40.000Z')
})
