import { guestApiPaths, scopes } from '@foyer/shared/platform/guest-api'
import { describe, expect, test } from 'vitest'
import { DEMO_CLIENT_SECRET } from '../src/options.ts'
import { askToken, call, demoClient, EVERY_SCOPE, openChat, simulatorFor } from './guest.ts'

describe('the journal', () => {
  test('tells what was asked, by whom, and how it ended', async () => {
    const simulator = await simulatorFor()
    const chat = await openChat(simulator)
    await chat.send('hi')
    const [record] = await simulator.control.requests({ operation: 'send-message' })
    expect(record).toMatchObject({
      method: 'POST',
      path: guestApiPaths.messages(chat.id),
      status: 200,
      conversationId: chat.id,
      clientId: demoClient.client_id,
      scopes: EVERY_SCOPE.split(' '),
      authorization: 'Bearer ***',
      body: { text: 'hi' },
    })
    expect(Date.parse(record?.at ?? '')).not.toBeNaN()
  })

  test('holds no secret and no token, however it was sent', async () => {
    const simulator = await simulatorFor()
    const chat = await openChat(simulator)
    const form = new URLSearchParams({ ...demoClient, scope: EVERY_SCOPE }).toString()
    const basic = Buffer.from(`${demoClient.client_id}:${DEMO_CLIENT_SECRET}`).toString('base64')
    await call(simulator, 'POST', guestApiPaths.token, {
      body: form,
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
    })
    await call(simulator, 'POST', guestApiPaths.token, { body: {}, headers: { authorization: `Basic ${basic}` } })
    await call(simulator, 'POST', guestApiPaths.token, { body: `{"client_secret":"${DEMO_CLIENT_SECRET}",` })
    await askToken(simulator, { ...demoClient, grant_type: 'refresh_token', refresh_token: chat.refreshToken })
    await chat.list(`?access_token=${chat.accessToken}`)
    const shown = JSON.stringify([await simulator.control.requests(), await simulator.control.state()])
    for (const secret of [DEMO_CLIENT_SECRET, basic, chat.accessToken, chat.refreshToken]) {
      expect(shown).not.toContain(secret)
    }
    expect(shown).toContain('***')
  })
})

describe('options', () => {
  test('change what happens next, and reset takes the change back', async () => {
    const { control, ...simulator } = await simulatorFor()
    await control.changeOptions({ guestTtlSeconds: 5, insufficientScopeDialect: 'strings' })
    expect((await askToken({ ...simulator, control })).body.expires_in).toBe(5)
    await control.reset()
    expect(await control.options()).toMatchObject({ guestTtlSeconds: 900, insufficientScopeDialect: 'genesys' })
  })

  test('may give a client what it lacked', async () => {
    const simulator = await simulatorFor({ clients: [{ id: 'c', secret: null, allowedScopes: [scopes.read] }] })
    const request = { client_id: 'c', scope: EVERY_SCOPE }
    expect((await askToken(simulator, request)).body.scope).toBe(scopes.read)
    await simulator.control.changeOptions({ clients: [{ id: 'c', secret: null }] })
    expect((await askToken(simulator, request)).body.scope).toBe(EVERY_SCOPE)
  })

  test.each([
    ['unknown', { colour: 'red' }, 'body.colour'],
    ['of the wrong kind', { guestTtlSeconds: 0 }, 'body.guestTtlSeconds'],
    ['wrong inside', { clients: [{ id: '' }] }, 'body.clients.0.id'],
  ])('are refused when %s', async (_what, body, where) => {
    const simulator = await simulatorFor()
    const reply = await call(simulator, 'PATCH', '/_simulator/options', { body })
    expect([reply.status, reply.body]).toMatchObject([400, { error: 'invalid_value', where }])
  })
})

describe('guests’ tokens', () => {
  test('of one guest expire, the others’ live on', async () => {
    const { control, ...rest } = await simulatorFor()
    const simulator = { ...rest, control }
    const [chat, other] = [await openChat(simulator), await openChat(simulator)]
    const { conversations } = await control.state()
    const guestId = conversations.find(({ id }) => id === chat.id)?.guestId ?? ''
    expect(await control.expireTokens(guestId)).toBe(1)
    expect([(await chat.read()).status, (await other.read()).status]).toEqual([401, 200])
  })

  test('lose scopes while they live, and refreshing does not bring them back', async () => {
    const simulator = await simulatorFor()
    const chat = await openChat(simulator)
    await simulator.control.revokeScopes([scopes.send])
    expect((await chat.send('hi')).body.code).toBe('app.not.authorized.for.scope')
    expect((await chat.read()).status).toBe(200)
    const request = { ...demoClient, grant_type: 'refresh_token', refresh_token: chat.refreshToken }
    expect((await askToken(simulator, request)).body.scope).toBe(`${scopes.read} ${scopes.write}`)
  })

  test('of nobody known are a 404', async () => {
    const { control } = await simulatorFor()
    await expect(control.revokeTokens('nobody')).rejects.toMatchObject({ status: 404, where: 'body.guestId' })
  })
})

describe('the agent', () => {
  test('must have joined to write', async () => {
    const simulator = await simulatorFor()
    const { id } = await openChat(simulator)
    await expect(simulator.control.sendAgentMessage(id, 'hi')).rejects.toMatchObject({ status: 409, code: 'no_agent' })
  })

  test('cannot act after the end', async () => {
    const simulator = await simulatorFor()
    const { id } = await openChat(simulator)
    await simulator.control.disconnectConversation(id, { readOnly: true })
    await expect(simulator.control.joinAgent(id, 'Noor')).rejects.toMatchObject({ code: 'conversation_ended' })
  })

  test('is refused a body that makes no sense, with the place', async () => {
    const simulator = await simulatorFor()
    const { id } = await openChat(simulator)
    const post = (body: unknown) => call(simulator, 'POST', `/_simulator/conversations/${id}/agent`, { body })
    expect((await post({ action: 'dance' })).body).toMatchObject({ where: 'body.action' })
    expect((await post({ action: 'typing' })).body).toMatchObject({ where: 'body.typing' })
    expect((await post('{')).body).toMatchObject({ error: 'invalid_json', where: 'body' })
  })

  test('who joins after another takes over', async () => {
    const simulator = await simulatorFor()
    const chat = await openChat(simulator)
    await simulator.control.joinAgent(chat.id, 'Noor')
    await simulator.control.joinAgent(chat.id, 'Kim')
    const { conversation, entities } = await simulator.control.conversation(chat.id)
    expect([conversation.agentName, entities.length]).toEqual(['Kim', 3])
  })
})

test('changes are told as they happen', async () => {
  const simulator = await simulatorFor()
  const abort = new AbortController()
  const changes = await simulator.control.changes(abort.signal)
  const chat = await openChat(simulator)
  await chat.send('hi')
  await call(simulator, 'POST', guestApiPaths.typing(chat.id), chat)
  const seen: string[] = []
  for await (const change of changes) {
    seen.push(change.type)
    if (seen.length === 3) abort.abort()
  }
  expect(seen).toEqual(['opened', 'entity', 'typing'])
})

test('reset leaves nothing', async () => {
  const simulator = await simulatorFor()
  const chat = await openChat(simulator)
  await simulator.control.addFault({ name: 'hang' })
  await simulator.control.reset()
  const state = await simulator.control.state()
  expect([state.guests, state.conversations, state.livingTokens, state.faults]).toEqual([[], [], 0, []])
  expect(await simulator.control.requests()).toEqual([])
  expect((await chat.read()).body.code).toBe('bad.credentials')
})

test('orders from another site’s page are refused', async () => {
  const simulator = await simulatorFor()
  const headers = { 'sec-fetch-site': 'cross-site' }
  expect((await call(simulator, 'POST', '/_simulator/reset', { headers })).status).toBe(403)
  const text = { body: '{}', headers: { 'content-type': 'text/plain' } }
  expect((await call(simulator, 'POST', '/_simulator/guests/expire-tokens', text)).status).toBe(415)
})

test('an unknown resource is told as JSON', async () => {
  const reply = await call(await simulatorFor(), 'GET', '/_simulator/nothing')
  expect([reply.status, reply.body.error]).toEqual([404, 'not_found'])
})
