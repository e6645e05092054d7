import { guestApiPaths, scopes } from '@foyer/shared/platform/guest-api'
import { describe, expect, test } from 'vitest'
import { FakeClock } from './fake-clock.ts'
import { askToken, call, demoClient, openChat, simulatorFor, type Reply } from './guest.ts'

const textsOf = ({ body }: Reply) => body.entities.map(({ text }) => text)
const DAY_MS = 24 * 60 * 60 * 1000

describe('paging', () => {
  async function chatOfFive() {
    const chat = await openChat(await simulatorFor())
    const ids: string[] = []
    for (const text of ['1', '2', '3', '4', '5']) ids.push((await chat.send(text)).body.id)
    return { ...chat, ids }
  }

  test('forward by nextUri meets every message once', async () => {
    const simulator = await simulatorFor()
    const chat = await openChat(simulator)
    for (const text of ['1', '2', '3', '4', '5']) await chat.send(text)
    const seen: unknown[] = []
    for (let page = await chat.list('?pageSize=2'); ;) {
      seen.push(...textsOf(page))
      if (page.body.nextUri === undefined) break
      page = await call(simulator, 'GET', page.body.nextUri, chat)
    }
    expect(seen).toEqual(['1', '2', '3', '4', '5'])
  })

  test.each([
    ['?sortOrder=descending&maxResults=2', ['5', '4'], true],
    ['?sortOrder=descending&pageSize=2&before=$2', ['2', '1'], false],
    ['?after=$0&before=$3', ['2', '3'], false],
    ['?after=$4', [], false],
    ['?before=$0', [], false],
    ['?pageSize=100', ['1', '2', '3', '4', '5'], false],
    ['?since=2000-01-01T00:00:00Z&pageSize=1', ['1'], true],
    ['?since=2999-01-01T00:00:00Z', [], false],
  ])('%s', async (query, texts, hasNext) => {
    const { list, ids } = await chatOfFive()
    const page = await list(query.replace(/\$(\d)/g, (_all, index: string) => ids[Number(index)] ?? ''))
    expect([textsOf(page), page.body.nextUri !== undefined]).toEqual([texts, hasNext])
  })

  test('starts at the instant asked for, that instant included', async () => {
    const { list } = await chatOfFive()
    const third = (await list()).body.entities[2]
    expect(textsOf(await list(`?since=${third?.timestamp}`))).toEqual(['3', '4', '5'])
  })

  test.each(['pageSize=0', 'pageSize=101', 'maxResults=x', 'waitSeconds=26', 'sortOrder=up', 'since=now', 'before=x'])(
    'refuses %s by name',
    async (query) => {
      const { status, body } = await (await openChat(await simulatorFor())).list(`?${query}`)
      expect([status, body.code]).toEqual([400, 'invalid.query.param.value'])
      expect(body.details[0]?.fieldName).toBe(query.split('=')[0])
    },
  )

  test('goes on from the id of a typing event too', async () => {
    const clock = new FakeClock()
    const simulator = await simulatorFor({}, { clock })
    const chat = await openChat(simulator)
    await simulator.control.joinAgent(chat.id, 'Noor')
    const stream = await chat.stream()
    await simulator.control.showAgentTyping(chat.id, true)
    const typing = await stream.next()
    await chat.send('after')
    expect(textsOf(await chat.list(`?after=${typing.id}`))).toEqual(['after'])
    expect((await chat.list(`?before=${typing.id}`)).body.entities).toHaveLength(1)
  })
})

describe('times', () => {
  test('grow strictly within a conversation even when the clock stands still', async () => {
    const chat = await openChat(await simulatorFor({}, { clock: new FakeClock() }))
    for (const text of ['1', '2', '3']) await chat.send(text)
    const times = (await chat.list()).body.entities.map(({ timestamp }) => timestamp)
    expect(times).toEqual([...new Set(times)].sort())
    expect(times[0]).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/)
  })
})

describe('sending with an id', () => {
  test('in parallel posts once', async () => {
    const chat = await openChat(await simulatorFor())
    const replies = await Promise.all(Array.from({ length: 8 }, () => chat.send('hi', { clientMessageId: 'a' })))
    expect(new Set(replies.map(({ body }) => body.id)).size).toBe(1)
    expect((await chat.list()).body.entities).toHaveLength(1)
  })

  test('may name it in Idempotency-Key, quoted or not', async () => {
    const simulator = await simulatorFor()
    const chat = await openChat(simulator)
    const send = (key: string) =>
      call(simulator, 'POST', guestApiPaths.messages(chat.id), {
        accessToken: chat.accessToken,
        body: { text: 'hi' },
        headers: { 'idempotency-key': key },
      })
    const [first, second] = [await send('"a"'), await send('a')]
    expect([second.body.id, second.body.clientMessageId]).toEqual([first.body.id, 'a'])
  })

  test('again after the end still gives the first message', async () => {
    const simulator = await simulatorFor()
    const chat = await openChat(simulator)
    const first = await chat.send('hi', { clientMessageId: 'a' })
    await simulator.control.disconnectConversation(chat.id, { readOnly: true })
    expect((await chat.send('hi', { clientMessageId: 'a' })).body.id).toBe(first.body.id)
  })

  test('is remembered for a day', async () => {
    const clock = new FakeClock()
    const chat = await openChat(await simulatorFor({ guestTtlSeconds: 200_000 }, { clock }))
    await chat.send('hi', { clientMessageId: 'a' })
    clock.advance(DAY_MS - 1000)
    expect((await chat.send('other', { clientMessageId: 'a' })).status).toBe(409)
    clock.advance(1000)
    expect((await chat.send('other', { clientMessageId: 'a' })).status).toBe(200)
  })

  test.each([{ clientMessageId: 5 }, { clientMessageId: '' }, { clientMessageId: 'x'.repeat(129) }])(
    'refuses %o',
    async (fields) => {
      const { status, body } = await (await openChat(await simulatorFor())).send('hi', fields)
      expect([status, body.details[0]?.fieldName]).toEqual([400, 'clientMessageId'])
    },
  )
})

describe('the answer', () => {
  test('to create has the status that was set', async () => {
    for (const createStatus of [200, 201, 202] as const) {
      const simulator = await simulatorFor({ createStatus })
      const accessToken = (await askToken(simulator, { ...demoClient, scope: scopes.write })).body.access_token
      const options = { accessToken, body: {} }
      expect((await call(simulator, 'POST', guestApiPaths.conversations, options)).status).toBe(createStatus)
    }
  })

  test('to send may be MessageData', async () => {
    const { body } = await (await openChat(await simulatorFor({ sendAnswer: 'messageData' }))).send('hi')
    expect(body.normalizedMessage).toMatchObject({ text: 'hi', direction: 'Inbound' })
  })

  test('to send may be empty', async () => {
    const { status, text } = await (await openChat(await simulatorFor({ sendAnswer: 'empty' }))).send('hi')
    expect([status, text]).toEqual([202, ''])
  })
})

describe('a conversation', () => {
  test('of somebody else looks like one that is not', async () => {
    const simulator = await simulatorFor()
    const [mine, other] = [await openChat(simulator), await openChat(simulator)]
    const read = (id: string) => call(simulator, 'GET', guestApiPaths.messages(id), { accessToken: mine.accessToken })
    const [foreign, unknown] = [await read(other.id), await read(crypto.randomUUID())]
    expect({ ...foreign.body, contextId: '' }).toEqual({ ...unknown.body, contextId: '' })
    expect([foreign.status, unknown.status]).toEqual([404, 404])
  })

  test('ended by the agent but not read-only opens again when the guest writes', async () => {
    const simulator = await simulatorFor()
    const chat = await openChat(simulator)
    await simulator.control.joinAgent(chat.id, 'Noor')
    await simulator.control.disconnectConversation(chat.id, { readOnly: false })
    const end = (await chat.list()).body.entities.at(-1)
    expect(end).toMatchObject({ metadata: { readOnly: 'false' }, from: { nickname: 'Noor' } })
    expect((await chat.read()).body).toMatchObject({ state: 'disconnected', readOnly: false })
    expect((await chat.send('one more thing')).status).toBe(200)
    expect((await chat.read()).body.state).toBe('connected')
  })

  test('is ended once, however often', async () => {
    const simulator = await simulatorFor()
    const chat = await openChat(simulator)
    const path = guestApiPaths.conversation(chat.id)
    expect((await call(simulator, 'DELETE', path, chat)).status).toBe(204)
    const options = { accessToken: chat.accessToken, body: { state: 'disconnected' } }
    expect((await call(simulator, 'PATCH', path, options)).status).toBe(200)
    expect((await chat.list()).body.entities).toHaveLength(1)
  })

  test('tells who joined and who left', async () => {
    const simulator = await simulatorFor()
    const chat = await openChat(simulator)
    await simulator.control.joinAgent(chat.id, 'Noor')
    await simulator.control.leaveAgent(chat.id)
    const { entities } = (await chat.list()).body
    expect(entities.map(({ events, from, metadata }) => [events?.[0], from?.nickname, metadata])).toEqual([
      [{ eventType: 'Presence', presence: { type: 'Join' } }, 'Noor', undefined],
      [{ eventType: 'Presence', presence: { type: 'Disconnect' } }, 'Noor', undefined],
    ])
    expect((await chat.read()).body.participants[1]).toEqual({
      purpose: 'agent',
      nickname: 'Noor',
      state: 'disconnected',
    })
  })
})

describe('scopes', () => {
  test('write includes read, and send alone lets type', async () => {
    const simulator = await simulatorFor()
    const { id } = await openChat(simulator)
    const tokenFor = async (scope: string) => (await askToken(simulator, { ...demoClient, scope })).body.access_token
    const [writer, sender] = [await tokenFor(scopes.write), await tokenFor(scopes.send)]
    // The conversation is not theirs: 404 shows that the scope was enough.
    expect((await call(simulator, 'GET', guestApiPaths.conversation(id), { accessToken: writer })).status).toBe(404)
    expect((await call(simulator, 'POST', guestApiPaths.typing(id), { accessToken: sender })).status).toBe(404)
    expect((await call(simulator, 'GET', guestApiPaths.conversation(id), { accessToken: sender })).status).toBe(403)
  })
})
