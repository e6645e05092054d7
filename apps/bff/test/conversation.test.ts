import { expect, test } from 'vitest'
import { eventually } from './support/eventually.ts'
import { Guest, messagesOf, stateOf, textsOf } from './support/guest.ts'
import { startBoth } from './support/start-foyer.ts'

async function start(options: Parameters<typeof startBoth>[0] = {}) {
  const both = await startBoth(options)
  const upstreamId = async () => (await both.simulator.control.state()).conversations[0]?.id ?? ''
  return { ...both, upstreamId }
}

test('a guest and an agent talk', async () => {
  const { foyer, simulator, upstreamId } = await start()
  const guest = await new Guest(foyer.url).arrive()
  const events = guest.follow()

  const sent = await guest.send('Where is my order?')
  expect(sent.status).toBe(202)
  await eventually('the message is sent', () => stateOf(events, sent.body.messageId) === 'sent')

  const id = await upstreamId()
  await simulator.control.joinAgent(id, 'Noor')
  await simulator.control.showAgentTyping(id, true)
  await eventually('typing is seen', () => events.some((event) => event.type === 'typing' && event.typing))
  await simulator.control.sendAgentMessage(id, 'Let me look.')
  await eventually('the answer is there', () => textsOf(events).includes('Let me look.'))

  expect(textsOf(events)).toEqual(['Where is my order?', 'Let me look.'])
  expect(messagesOf(events)[1]?.from).toMatchObject({ role: 'agent', name: 'Noor' })
  expect(events.find((event) => event.type === 'participant')).toMatchObject({ change: 'joined' })
  const { body } = await guest.json<{ participants: { name: string }[] }>('GET', guest.path)
  expect(body.participants.map(({ name }) => name)).toEqual(['Noor'])
})

test.each(['stream', 'wait', 'poll'] as const)(
  'answers arrive when the platform offers no more than %s',
  async (receive) => {
    const { foyer, simulator, upstreamId } = await start({ receive })
    const guest = await new Guest(foyer.url).arrive()
    const events = guest.follow()
    await guest.send('hello')
    const id = await upstreamId()
    await simulator.control.joinAgent(id, 'Noor')
    for (const text of ['one', 'two', 'three']) await simulator.control.sendAgentMessage(id, text)
    await eventually('all of them', () => textsOf(events).length === 4)
    expect(textsOf(events)).toEqual(['hello', 'one', 'two', 'three'])
  },
)

test('every tab sees the same, also what was said before it opened', async () => {
  const { foyer, simulator, upstreamId } = await start()
  const guest = await new Guest(foyer.url).arrive()
  const first = guest.follow()
  await guest.send('one')
  await eventually('sent', () => first.some((event) => event.type === 'receipt'))
  const second = guest.follow()
  await simulator.control.joinAgent(await upstreamId(), 'Noor')
  await simulator.control.sendAgentMessage(await upstreamId(), 'two')
  await eventually('both have both', () => textsOf(first).length === 2 && textsOf(second).length === 2)
  const logged = (events: typeof first) =>
    events.filter((event) => event.type !== 'connection' && event.type !== 'typing')
  expect(logged(second)).toEqual(logged(first))
  const streams = (await simulator.control.requests({ operation: 'stream' })).filter(
    ({ durationMs }) => durationMs === null,
  )
  expect(streams.length).toBeLessThanOrEqual(1)
})

test('the same messageId 50 times at once is one message, on the platform and in the log', async () => {
  const { foyer, simulator, upstreamId } = await start()
  const guest = await new Guest(foyer.url).arrive()
  const events = guest.follow()
  const messageId = crypto.randomUUID()
  const answers = await Promise.all(Array.from({ length: 50 }, () => guest.send('only once', messageId)))

  expect(answers.filter(({ status }) => status === 202)).toHaveLength(1)
  expect(answers.filter(({ status }) => status === 200)).toHaveLength(49)
  expect(new Set(answers.map(({ body }) => `${body.messageId} ${body.seq}`)).size).toBe(1)
  await eventually('sent', () => stateOf(events, messageId) === 'sent')
  expect(textsOf(events)).toEqual(['only once'])
  const { entities } = await simulator.control.conversation(await upstreamId())
  expect(entities.filter(({ text }) => text === 'only once')).toHaveLength(1)
  expect(await guest.send('something else', messageId)).toMatchObject({
    status: 422,
    body: { code: 'message-id-reused' },
  })
})

test('the guest ends the chat; nothing more can be said, and a new one can begin', async () => {
  const { foyer, simulator } = await start()
  const guest = await new Guest(foyer.url).arrive()
  const events = guest.follow()
  await guest.send('bye')
  expect((await guest.request('POST', `${guest.path}/end`)).status).toBe(204)
  await eventually('ended', () => events.some((event) => event.type === 'conversation' && event.state === 'ended'))
  expect(await guest.send('too late')).toMatchObject({ status: 409, body: { code: 'conversation-ended' } })
  const ended = (await simulator.control.state()).conversations[0]
  expect(ended?.state).toBe('disconnected')

  const next = await guest.json<{ conversationId: string; state: string }>('POST', '/api/conversations')
  expect(next.status).toBe(201)
  expect(next.body.conversationId).not.toBe(guest.conversationId)
  expect((await guest.json('GET', guest.path)).status).toBe(200)
})

test('the agent ends the chat', async () => {
  const { foyer, simulator, upstreamId } = await start()
  const guest = await new Guest(foyer.url).arrive()
  const events = guest.follow()
  await guest.send('hello')
  await simulator.control.joinAgent(await upstreamId(), 'Noor')
  await simulator.control.disconnectConversation(await upstreamId(), { readOnly: true })
  await eventually('ended', () => events.find((event) => event.type === 'conversation'))
  expect(events.filter((event) => event.type === 'conversation')).toMatchObject([{ state: 'ended' }])
  expect((await guest.send('anyone?')).status).toBe(409)
})

test('ending the session revokes the token and forgets everything', async () => {
  const { foyer, simulator } = await start()
  const guest = await new Guest(foyer.url).arrive()
  const cookie = guest.cookie
  expect((await guest.request('DELETE', '/api/session')).status).toBe(204)
  guest.cookie = cookie
  expect((await guest.json('GET', '/api/session')).status).toBe(401)
  expect((await guest.json('GET', guest.path)).status).toBe(401)
  expect((await simulator.control.state()).livingTokens).toBe(0)
})

test('nothing more can be said or begun while the session is being ended', async () => {
  const { foyer, simulator } = await start()
  const guest = await new Guest(foyer.url).arrive()
  const cookie = guest.cookie
  await simulator.control.addFault({
    name: 'latency',
    parameters: { latencyMs: 800 },
    match: { operation: 'revoke-token' },
  })
  const ended = guest.request('DELETE', '/api/session')
  await eventually('the platform was told', async () =>
    (await simulator.control.state()).conversations.every(({ state }) => state === 'disconnected'),
  )
  const late = new Guest(foyer.url)
  late.cookie = cookie
  expect((await late.json('POST', '/api/conversations')).status).toBe(401)
  expect((await ended).status).toBe(204)
  expect((await simulator.control.state()).conversations).toHaveLength(1)
})

test('a platform that does not take its token back does not keep the guest waiting', async () => {
  const { foyer, simulator } = await start()
  const guest = await new Guest(foyer.url).arrive()
  await simulator.control.addFault({ name: 'hang', match: { operation: 'revoke-token' } })
  const startedAtMs = performance.now()
  expect((await guest.request('DELETE', '/api/session')).status).toBe(204)
  expect(performance.now() - startedAtMs).toBeLessThan(6_000)
})
