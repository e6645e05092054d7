import { readSamples, type Exchange } from '@foyer/shared/platform/samples'
import { guestApiPaths } from '@foyer/shared/platform/guest-api'
import { describe, expect, test } from 'vitest'
import type { Simulator, SimulatorOptions } from '../src/start-simulator.ts'
import { DEMO_CLIENT_ID, DEMO_CLIENT_SECRET } from '../src/options.ts'
import { askToken, call, demoClient, openChat, simulatorFor, type CallOptions, type Chat, type Reply } from './guest.ts'
import { comparableHeaders, withoutVolatile } from './volatile.ts'

/**
 * Every documented exchange of the guest contract, asked for real. A sample's ids and tokens are those of its story; here
 * the same story is played first, and ours take their place.
 */
interface Play {
  options?: SimulatorOptions
  /** Brings the simulator to where the sample begins; what it returns replaces words of the sample's request. */
  before?: (simulator: Simulator, chat: Chat) => Promise<Record<string, string> | undefined>
  /** For samples that show an answer only. */
  request?: (simulator: Simulator, chat: Chat) => Promise<Reply>
  /** Where the contract of guests differs from the platform's at large, and the sample shows the latter. */
  expected?: (text: string) => string
}

const THANKS = { text: 'Thank you!', clientMessageId: '1ea21e1f-3c06-4415-9e66-db22178a09b9' }
const ORDER = { text: 'Where is my order?', clientMessageId: 'c57c60f7-f184-4dcb-8bd0-fd32b2aa1e48' }
const HELD_REFRESH_TOKEN = 'mJCVOxo0VkQ2sQwtsOMNgITUft9YKUjK_87pddWRnn4'

const sendThanks: Play['before'] = async (_simulator, chat) => void (await chat.send(THANKS.text, THANKS))
const get = (simulator: Simulator, chat: Chat, options: CallOptions) =>
  call(simulator, 'GET', guestApiPaths.conversation(chat.id), options)
const post = (simulator: Simulator, { id, accessToken }: Chat, body: unknown, headers = {}) =>
  call(simulator, 'POST', guestApiPaths.messages(id), { accessToken, body, headers })
const refresh = (simulator: Simulator, { refreshToken }: Chat) =>
  askToken(simulator, { ...demoClient, grant_type: 'refresh_token', refresh_token: refreshToken })

/** Noor is in; the guest asked and she answered. */
async function answered(simulator: Simulator, chat: Chat) {
  const { body } = await chat.send(ORDER.text, ORDER)
  await simulator.control.joinAgent(chat.id, 'Noor')
  await simulator.control.sendAgentMessage(chat.id, 'Hello Rosa, let me look.')
  const page = await chat.list()
  await simulator.control.sendAgentMessage(chat.id, 'It leaves the depot today.')
  return { first: body.id, last: page.body.entities.at(-1)?.id ?? '' }
}

const plays: Record<string, Play> = {
  '08': {},
  '09': {},
  '10': { request: (simulator, chat) => get(simulator, chat, {}) },
  '11': { request: (simulator, chat) => get(simulator, chat, { accessToken: 'unknown' }) },
  '12': {
    before: async ({ control }) => void (await control.expireTokens()),
    request: (simulator, chat) => get(simulator, chat, chat),
  },
  '17': { request: (simulator, chat) => get(simulator, { ...chat, id: crypto.randomUUID() }, chat) },
  '19': {
    request: (simulator, chat) => post(simulator, chat, { text: 'x'.repeat(70_000) }),
    expected: (text) => text.replace('512000', '65536'),
  },
  '20': { request: (simulator, chat) => post(simulator, chat, 'text=hi', { 'content-type': 'text/plain' }) },
  '21': {
    before: async ({ control }) => void (await control.changeOptions({ rateLimitPerMinute: 1 })),
    request: (simulator, chat) => get(simulator, chat, chat),
    expected: (text) => text.replace('[12]', '[60]').replace('300', '1'),
  },
  '22': {
    before: async ({ control }) => void (await control.addFault({ name: 'service-unavailable' })),
    request: (simulator, chat) => get(simulator, chat, chat),
  },
  '23': {
    before: async ({ control }) => void (await control.addFault({ name: 'bad-gateway' })),
    request: (simulator, chat) => get(simulator, chat, chat),
  },
  '30': {},
  '31': {},
  '32': {},
  '33': {},
  '34': {
    options: {
      clients: [{ id: DEMO_CLIENT_ID, secret: DEMO_CLIENT_SECRET, allowedScopes: ['messaging:conversation:write'] }],
    },
  },
  '35': {},
  '36': {},
  '37': {},
  '38': { before: async (_simulator, { refreshToken }) => ({ [HELD_REFRESH_TOKEN]: refreshToken }) },
  '39': {
    before: async (simulator, chat) => {
      await refresh(simulator, chat)
      return { [HELD_REFRESH_TOKEN]: chat.refreshToken }
    },
  },
  '40': {},
  '41': { before: async ({ control }, { id }) => void (await control.joinAgent(id, 'Noor')) },
  '43': {
    before: async (simulator, chat) => ({ '915e3fda2bddf3d40b68c8b1955903b9': (await answered(simulator, chat)).last }),
    // Ours is not the conversation's first page, so it also says how to go back.
    expected: (text) => text.replace('"pageSize":25', '"pageSize":25,"previousUri":"<any>"'),
  },
  '44': {},
  '45': {},
  '46': { before: sendThanks },
  '47': { before: sendThanks },
  '48': {},
  '49': { options: { insufficientScopeDialect: 'rfc6750' } },
  '50': { options: { insufficientScopeDialect: 'strings' } },
  '51': { options: { insufficientScopeDialect: 'bare' } },
  '52': { before: async ({ control }) => void (await control.expireTokens()) },
  '53': {
    before: async ({ control }, { id }) => void (await control.disconnectConversation(id, { readOnly: true })),
  },
  '54': { before: async () => ({ '<4097 characters>': 'x'.repeat(4097) }) },
  '55': {},
  '56': {},
  '57': {},
  '58': {
    before: async (simulator, chat) => {
      const { body } = await chat.send('Thank you!')
      await call(simulator, 'DELETE', guestApiPaths.conversation(chat.id), chat)
      return { '48dc8d442b8be52a4a587ff353406956': body.id }
    },
    expected: (text) => text.replace('"pageSize":25', '"pageSize":25,"previousUri":"<any>"'),
  },
}

const samples = readSamples('guest-api').filter(({ response }) => response !== undefined)

describe('answers as the sample', () => {
  test.each(samples.filter((sample) => numberOf(sample) in plays).map((sample) => [sample.file, sample] as const))(
    '%s',
    async (_file, sample) => {
      const play = plays[numberOf(sample)] ?? {}
      const simulator = await simulatorFor(play.options)
      const chat = await openChat(simulator)
      const readOnly = (await askToken(simulator, demoClient)).body.access_token
      const words = { ...(await play.before?.(simulator, chat)) }
      const tokens = { FrUvM7Ad: chat.accessToken, co_g7zIq: readOnly, NWXy8iew: chat.accessToken }
      const reply = play.request
        ? await play.request(simulator, chat)
        : await replay(simulator, sample, chat, { tokens, words })
      expectLike(reply, sample, play.expected)
    },
  )

  test('42-guest-list-messages.json', async () => {
    const simulator = await simulatorFor()
    const chat = await openChat(simulator)
    const { first } = await answered(simulator, chat)
    const sample = samples.find(({ file }) => file.startsWith('42'))
    // Our history also tells that the agent joined, between the two.
    const { body } = await chat.list('?pageSize=3')
    const messages = body.entities.filter(({ type }) => type === 'Text')
    expect(first).toBe(messages[0]?.id)
    const expected = withoutVolatile(sample?.response?.body) as Record<string, unknown>
    expect(withoutVolatile(messages)).toEqual(expected.entities)
    expect(withoutVolatile(body.nextUri)).toBe(String(expected.nextUri).replace('pageSize=2', 'pageSize=3'))
    expect(withoutVolatile(body.selfUri)).toBe(String(expected.selfUri).replace('pageSize=2', 'pageSize=3'))
  })

  test('every sample has been played', () => {
    expect(samples.map(numberOf).filter((number) => !(number in plays))).toEqual(['42'])
  })
})

function numberOf({ file }: Exchange): string {
  return file.slice(0, 2)
}

interface Replacements {
  tokens: Record<string, string>
  words: Record<string, string>
}

function replay(simulator: Simulator, { request }: Exchange, chat: Chat, { tokens, words }: Replacements) {
  const ours = { '719cc0fe-d845-4924-9eb3-7adbe5e930c7': chat.id, ...words }
  const put = (text: string) => Object.entries(ours).reduce((done, [from, to]) => done.replaceAll(from, to), text)
  const accessToken = tokens[(request?.headers.authorization ?? '').replace('Bearer ', '').slice(0, 8)]
  const { authorization, ...headers } = request?.headers ?? {}
  const body = request?.form ?? (request?.body === undefined ? undefined : put(JSON.stringify(request.body)))
  return call(simulator, request?.method ?? 'GET', put(request?.path ?? '/'), {
    accessToken,
    headers: { ...headers, ...(authorization?.startsWith('Basic') ? { authorization } : {}) },
    ...(body === undefined ? {} : { body }),
  })
}

function expectLike(reply: Reply, { response }: Exchange, adapt = (text: string) => text) {
  const names = Object.keys(response?.headers ?? {})
  expect(reply.status).toBe(response?.status)
  expect(comparableHeaders(names, (name) => reply.headers.get(name))).toEqual(
    comparableHeaders(names, (name) => response?.headers[name] ?? null),
  )
  if (response?.text !== undefined) return expect(reply.text).toBe(response.text)
  if (response?.body === undefined) return expect(reply.text).toBe('')
  const expected = JSON.parse(adapt(JSON.stringify(withoutVolatile(response.body))))
  const actual = withoutVolatile(reply.body) as Record<string, unknown>
  if ('previousUri' in expected) actual.previousUri = '<any>'
  expect(actual).toEqual(expected)
  if (reply.body.contextId !== undefined) expect(reply.headers.get('inin-correlation-id')).toBe(reply.body.contextId)
}
