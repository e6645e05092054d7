import { DEMO_DEPLOYMENT_ID } from '../src/options.ts'
import { describe, expect, test } from 'vitest'
import { FakeClock } from './fake-clock.ts'
import { simulatorFor } from './guest.ts'
import { connect, refusedWith } from './web-messaging-client.ts'

const deployment = (more: object) => ({ deployments: [{ id: DEMO_DEPLOYMENT_ID, ...more }] })

describe('opening a socket', () => {
  test('is refused to who names no deployment, or one that is not active', async () => {
    const { url } = await simulatorFor({ deployments: [{ id: 'off', status: 'Inactive' }] })
    expect(await refusedWith(url, '/v1?deploymentId=unknown')).toBe(403)
    expect(await refusedWith(url, '/v1?deploymentId=off')).toBe(403)
    expect(await refusedWith(url, '/v1')).toBe(403)
    expect(await refusedWith(url, '/v2?deploymentId=off')).toBe(404)
  })

  test('is refused to origins that are not on the list; a host name alone will do', async () => {
    const { url } = await simulatorFor(deployment({ allowedDomains: ['example.com'] }))
    const path = `/v1?deploymentId=${DEMO_DEPLOYMENT_ID}`
    expect(await refusedWith(url, path)).toBe(403)
    expect(await refusedWith(url, path, 'https://badexample.com')).toBe(403)
    await connect(url, { origin: 'https://chat.example.com:8443' })
    await connect(url, { origin: 'example.com' })
  })

  test('is refused when too many come in a minute', async () => {
    const { url } = await simulatorFor(deployment({ limits: { connectionsPerMinute: 1 } }))
    await connect(url)
    expect(await refusedWith(url, `/v1?deploymentId=${DEMO_DEPLOYMENT_ID}`)).toBe(429)
  })
})

describe('configuring a session', () => {
  test('makes a new one of a token nobody used, and comes back to it', async () => {
    const { url } = await simulatorFor()
    const first = await connect(url)
    expect(await first.configure()).toMatchObject({
      class: 'SessionResponse',
      body: { connected: true, newSession: true, readOnly: false, maxCustomDataBytes: 2048, durationSeconds: 259200 },
    })
    const second = await connect(url, { token: first.token })
    expect((await second.configure()).body).toMatchObject({ connected: true, newSession: false, readOnly: false })
  })

  test('starts anew on request: the old conversation is over', async () => {
    const simulator = await simulatorFor()
    const guest = await connect(simulator.url)
    await guest.configure()
    await guest.say('hello')
    expect((await guest.configure({ startNew: true })).body).toMatchObject({ newSession: true, readOnly: false })
    await guest.say('again')
    const { conversations } = await simulator.control.state()
    expect(conversations.map(({ state, lastText }) => [state, lastText])).toEqual([
      ['connected', 'again'],
      ['disconnected', 'hello'],
    ])
  })

  test('is refused for another deployment than the socket was opened for', async () => {
    const { url } = await simulatorFor()
    const guest = await connect(url)
    const frame = await guest.ask({ action: 'configureSession', deploymentId: 'other' })
    expect(frame).toMatchObject({ class: 'string', code: 400, body: 'Deployment not found' })
  })

  test('is done at most so often a minute, anew or not; one too many changes nothing', async () => {
    const simulator = await simulatorFor(deployment({ limits: { configuresPerMinute: 2 } }))
    const guest = await connect(simulator.url)
    await guest.configure()
    await guest.configure({ startNew: true })
    await guest.say('hello')
    expect(await guest.configure({ startNew: true })).toMatchObject({ code: 429, body: { errorCode: 4029 } })
    expect((await simulator.control.state()).conversations[0]?.state).toBe('connected')
  })

  test('of two deployments by one token makes two sessions', async () => {
    const { url } = await simulatorFor({ deployments: [{ id: 'one' }, { id: 'two' }] })
    const [one, two] = [
      await connect(url, { deploymentId: 'one', token: 'same' }),
      await connect(url, { deploymentId: 'two', token: 'same' }),
    ]
    await one.configure()
    expect((await two.configure()).body.newSession).toBe(true)
    await one.say('hello')
    await two.ask({ action: 'getJwt' })
    expect(two.frames.map((frame) => frame.class)).toEqual(['SessionResponse', 'JwtResponse'])
  })

  test('says nothing of files where the configuration does', async () => {
    const { url } = await simulatorFor(deployment({ attachmentProfile: 'configuration' }))
    const { body } = await (await connect(url)).configure()
    expect(Object.keys(body)).not.toContain('allowedMedia')
    expect(body.maxCustomDataBytes).toBe(2048)
  })

  test('a fourth connection costs the oldest its place', async () => {
    const { url } = await simulatorFor()
    const first = await connect(url)
    await first.configure()
    const others = []
    for (let count = 0; count < 3; count++) {
      const other = await connect(url, { token: first.token })
      await other.configure()
      others.push(other)
    }
    expect((await first.nextOf('ConnectionClosedEvent')).body).toEqual({})
    expect(await first.closed()).toBe(1000)
    expect((await others[2]?.say('still here'))?.body.text).toBe('still here')
    expect((await others[0]?.nextOf('StructuredMessage'))?.body.text).toBe('still here')
  })
})

describe('saying something', () => {
  test('is confirmed by its echo, which all connections of the session get', async () => {
    const { url } = await simulatorFor()
    const [guest, other] = [await connect(url), await connect(url, { token: 'shared' })]
    await other.configure()
    const same = await connect(url, { token: 'shared' })
    await same.configure()
    await guest.configure()
    const echo = await same.say('hello', { metadata: { id: 'local-1' } })
    expect(echo).toMatchObject({
      type: 'message',
      class: 'StructuredMessage',
      body: { type: 'Text', direction: 'Inbound', text: 'hello', metadata: { id: 'local-1' } },
    })
    expect(echo.body.id).toMatch(/^[0-9a-f]{32}$/)
    expect(echo.body.channel.messageId).toMatch(/^[0-9a-f-]{36}$/)
    expect((await other.nextOf('StructuredMessage')).body.id).toBe(echo.body.id)
    expect(guest.frames.filter((frame) => frame.class === 'StructuredMessage')).toEqual([])
  })

  test('takes minimal frames, and attributes in either place', async () => {
    const simulator = await simulatorFor()
    const guest = await connect(simulator.url)
    guest.send({ action: 'configureSession', deploymentId: DEMO_DEPLOYMENT_ID })
    await guest.nextOf('SessionResponse')
    guest.send({ action: 'onMessage', message: { type: 'Text', text: 'bare' } })
    const bare = await guest.nextOf('StructuredMessage')
    expect('tracingId' in bare).toBe(false)
    const inside = await guest.say('a', { channel: { metadata: { customAttributes: { plan: 'gold' } } } })
    expect(inside.body.channel.metadata.customAttributes).toEqual({ plan: 'gold' })
    await guest.ask({
      action: 'onMessage',
      message: { type: 'Text', text: 'b' },
      channel: { metadata: { customAttributes: { cart: '3' } } },
    })
    const { conversations } = await simulator.control.state()
    expect(conversations[0]?.customAttributes).toEqual({ plan: 'gold', cart: '3' })
  })

  test('is refused when too long, too much, too often or empty, and the session stays', async () => {
    const { url } = await simulatorFor(deployment({ limits: { messagesPerSecond: 3 } }), { clock: new FakeClock() })
    const guest = await connect(url)
    await guest.configure()
    expect(await guest.say('x'.repeat(5000))).toMatchObject({
      code: 4011,
      body: 'Message length 5000 is larger than 4096',
    })
    const attributes = { channel: { metadata: { customAttributes: { k: 'v'.repeat(2048) } } } }
    expect(await guest.say('x', attributes)).toMatchObject({ class: 'string', code: 4013 })
    expect(await guest.say('  ')).toMatchObject({ class: 'string', code: 400 })
    expect(await guest.say('one too many')).toMatchObject({
      class: 'TooManyRequestsErrorMessage',
      code: 429,
      body: { retryAfter: 1, errorCode: 4029 },
    })
    expect(guest.isOpen).toBe(true)
  })

  test('needs a session, and frames that can be read', async () => {
    const { url } = await simulatorFor()
    const guest = await connect(url)
    expect(await guest.say('hello')).toMatchObject({ class: 'string', code: 4007 })
    guest.sendText('{nonsense')
    expect(await guest.nextOf('string')).toMatchObject({ code: 400 })
    expect(await guest.ask({ action: 'fly' })).toMatchObject({ class: 'string', code: 400 })
    await guest.configure()
    guest.send({ token: 'someone else', action: 'getJwt', tracingId: 't' })
    expect(await guest.nextOf('string')).toMatchObject({ code: 4007 })
  })
})

describe('hearing', () => {
  test('what an agent says, by name where the deployment tells names', async () => {
    const simulator = await simulatorFor()
    const guest = await connect(simulator.url)
    await guest.configure()
    await guest.presence('Join')
    const { conversations } = await simulator.control.state()
    const id = conversations[0]?.id ?? ''
    await simulator.control.act(id, { action: 'join', name: 'Ingrid' })
    await simulator.control.act(id, { action: 'typing', typing: true })
    await simulator.control.act(id, { action: 'message', text: 'Yes, two left.' })
    const typing = await guest.next((frame) => frame.body.events?.[0]?.eventType === 'Typing')
    expect(typing.body.events[0].typing).toEqual({ type: 'On', duration: 5000 })
    const said = await guest.next((frame) => frame.body.text === 'Yes, two left.')
    expect(said.body).toMatchObject({
      direction: 'Outbound',
      originatingEntity: 'Human',
      channel: { type: 'Private', from: { nickname: 'Ingrid' } },
    })
    expect('tracingId' in said).toBe(false)
  })

  test('a bot by its name and picture, its own or the deployment’s', async () => {
    const bot = { name: 'Skipper', avatarUrl: 'https://media.example/skipper.png' }
    const simulator = await simulatorFor(deployment({ bot }))
    const guest = await connect(simulator.url)
    await guest.configure()
    await guest.presence('Join')
    const id = (await simulator.control.state()).conversations[0]?.id ?? ''
    const image = 'https://media.example/robin.png'
    await simulator.control.joinAgent(id, 'Robin', { kind: 'Bot', image })
    await simulator.control.sendAgentMessage(id, 'one')
    await simulator.control.joinAgent(id, 'Skipper', { kind: 'Bot' })
    await simulator.control.sendAgentMessage(id, 'two')
    const [one, two] = [
      await guest.next((frame) => frame.body.text === 'one'),
      await guest.next((frame) => frame.body.text === 'two'),
    ]
    expect(one.body).toMatchObject({ originatingEntity: 'Bot', channel: { from: { nickname: 'Robin', image } } })
    expect(two.body.channel.from).toEqual({ nickname: 'Skipper', image: bot.avatarUrl })
  })

  test('nothing of names and typing where the deployment is silent about them', async () => {
    const simulator = await simulatorFor(deployment({ humanize: false, showAgentTypingIndicator: false }))
    const guest = await connect(simulator.url)
    await guest.configure()
    await guest.presence('Join')
    const id = (await simulator.control.state()).conversations[0]?.id ?? ''
    await simulator.control.act(id, { action: 'join', name: 'Ingrid' })
    await simulator.control.act(id, { action: 'typing', typing: true })
    await simulator.control.act(id, { action: 'message', text: 'hi' })
    expect((await guest.next((frame) => frame.body.text === 'hi')).body.channel.from).toEqual({})
    expect(guest.frames.filter((frame) => frame.body.events?.[0]?.eventType === 'Typing')).toEqual([])
  })
})

describe('the end of a conversation', () => {
  async function ended(options: object, readOnly: boolean) {
    const simulator = await simulatorFor(deployment(options))
    const guest = await connect(simulator.url)
    await guest.configure()
    await guest.say('hello')
    const id = (await simulator.control.state()).conversations[0]?.id ?? ''
    await simulator.control.act(id, { action: 'join', name: 'Ingrid' })
    await simulator.control.act(id, { action: 'disconnect', readOnly })
    return { simulator, guest }
  }

  test('read-only: nothing more can be said until the guest starts anew', async () => {
    const { simulator, guest } = await ended({}, true)
    const disconnect = await guest.next((frame) => frame.body.events?.[0]?.presence?.type === 'Disconnect')
    expect(disconnect.body.metadata.readOnly).toBe('true')
    expect(await guest.say('more')).toMatchObject({ code: 409, body: 'Session is read-only, no new messages allowed' })
    const other = await connect(simulator.url, { token: guest.token })
    expect((await other.configure()).body).toMatchObject({ connected: true, newSession: false, readOnly: true })
    expect((await other.ask({ action: 'closeSession', closeAllConnections: true })).body).toMatchObject({
      connected: false,
      readOnly: true,
    })
    await guest.nextOf('ConnectionClosedEvent')
    expect((await other.configure({ startNew: true })).body).toMatchObject({ newSession: true, readOnly: false })
  })

  test('not read-only: the next message goes on with the same conversation', async () => {
    const { simulator, guest } = await ended({}, false)
    const disconnect = await guest.next((frame) => frame.body.events?.[0]?.presence?.type === 'Disconnect')
    expect(disconnect.body.metadata.readOnly).toBe('false')
    await guest.say('more')
    const { conversations } = await simulator.control.state()
    expect(conversations.map(({ state }) => state)).toEqual(['connected'])
  })

  test('where the deployment does not tell, no frame does', async () => {
    const { guest } = await ended({ conversationDisconnect: 'off' }, true)
    await guest.say('more')
    expect(guest.frames.filter((frame) => frame.body.events?.[0]?.presence?.type === 'Disconnect')).toEqual([])
  })

  test('cleared: the echo, the news, and the end of every connection; the same token begins another', async () => {
    const simulator = await simulatorFor()
    const guest = await connect(simulator.url)
    await guest.configure()
    await guest.say('secret')
    const other = await connect(simulator.url, { token: guest.token })
    await other.configure()
    expect((await guest.presence('Clear')).body.events[0].presence.type).toBe('Clear')
    for (const client of [guest, other]) {
      await client.nextOf('SessionClearedEvent')
      await client.nextOf('ConnectionClosedEvent')
    }
    expect(await guest.closed()).toBe(1000)
    const later = await connect(simulator.url, { token: guest.token })
    expect((await later.configure()).body.newSession).toBe(true)
  })

  test('clearing is refused where the deployment does not offer it', async () => {
    const { url } = await simulatorFor(deployment({ conversationClear: false }))
    const guest = await connect(url)
    await guest.configure()
    expect(await guest.presence('Clear')).toMatchObject({
      code: 403,
      body: 'Presence events Conversation Clear are not supported',
    })
  })

  test('expired: every connection hears of it, and nothing of the session is left', async () => {
    const clock = new FakeClock()
    const { url } = await simulatorFor(deployment({ sessionDurationSeconds: 900 }), { clock })
    const guest = await connect(url)
    await guest.configure()
    clock.advance(890_000)
    await guest.say('still here')
    clock.advance(890_000)
    expect(guest.frames.some((frame) => frame.class === 'SessionExpiredEvent')).toBe(false)
    clock.advance(11_000)
    await guest.nextOf('SessionExpiredEvent')
    expect(await guest.say('hello?')).toMatchObject({ class: 'string', code: 4006 })
    expect((await guest.configure()).body.newSession).toBe(true)
  })
})

describe('asking', () => {
  test('an echo is answered to the one who asked, and nobody else hears of it', async () => {
    const simulator = await simulatorFor()
    const guest = await connect(simulator.url)
    await guest.configure()
    const other = await connect(simulator.url, { token: guest.token })
    await other.configure()
    const frame = { action: 'echo', message: { type: 'Text', text: 'ping' } }
    const pong = await guest.ask(frame)
    expect(pong).toMatchObject({ type: 'response', class: 'StructuredMessage', body: { text: 'ping' } })
    expect(pong.body.metadata.durationSeconds).toBe('259200')
    expect(pong.body.metadata.expirationDate).toMatch(/^\d{10}$/)
    await guest.ask(frame)
    expect(await guest.ask(frame)).toMatchObject({ code: 429, body: { errorCode: 4029 } })
    expect(other.frames.map((one) => one.class)).toEqual(['SessionResponse'])
    expect((await simulator.control.state()).conversations).toEqual([])
  })

  test('the configuration can be had without a session', async () => {
    const { url } = await simulatorFor(deployment({ fileTypes: ['image/*'], maxFileSizeKB: 5 }))
    const guest = await connect(url)
    expect((await guest.ask({ action: 'getConfiguration', deploymentId: DEMO_DEPLOYMENT_ID })).body).toMatchObject({
      allowedMedia: { inbound: { fileTypes: [{ type: 'image/*' }], maxFileSizeKB: 5 } },
      maxCustomDataBytes: 2048,
    })
  })

  test('a resume token is answered as the schema has it', async () => {
    const { url } = await simulatorFor()
    const guest = await connect(url)
    expect(await guest.ask({ action: 'resumeToken' })).toMatchObject({ class: 'string', code: 4007 })
    await guest.configure()
    const { body } = await guest.ask({ action: 'resumeToken' })
    expect(body).toEqual({ resumeToken: expect.any(String), exp: expect.any(Number) })
  })

  test('typing is shown to the agent, and refused where the deployment does not show it', async () => {
    const simulator = await simulatorFor()
    const guest = await connect(simulator.url)
    await guest.configure()
    await guest.presence('Join')
    const typing = { type: 'Event', events: [{ eventType: 'Typing', typing: { type: 'On' } }] }
    guest.send({ action: 'onMessage', message: typing })
    await expect.poll(async () => (await simulator.control.state()).conversations[0]?.guestIsTyping).toBe(true)
    const silent = await simulatorFor(deployment({ showUserTypingIndicator: false }))
    const other = await connect(silent.url)
    await other.configure()
    expect(await other.ask({ action: 'onMessage', message: typing })).toMatchObject({ class: 'string', code: 403 })
  })

  test('too many requests on one connection are refused', async () => {
    const { url } = await simulatorFor(deployment({ limits: { requestsPerConnectionPerMinute: 2 } }))
    const guest = await connect(url)
    await guest.configure()
    await guest.ask({ action: 'getJwt' })
    expect(await guest.ask({ action: 'getJwt' })).toMatchObject({ code: 429 })
  })
})
