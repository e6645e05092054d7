import { webMessagingPaths } from '@foyer/shared/platform/web-messaging/paths'
import { routes } from '@foyer/shared/protocol/routes'
import { DatabaseSync } from 'node:sqlite'
import { describe, expect, test } from 'vitest'
import { eventually } from './support/eventually.ts'
import { Guest, messagesOf, textsOf } from './support/guest.ts'
import { startBoth } from './support/start-foyer.ts'
import { bytesOnDisk, makeFolder } from './support/stores.ts'
import { connectWebMessaging, DEPLOYMENT_ID, DOT, loosePlatform } from './support/web-messaging.ts'

const NAME = '__Host-Http-foyer'
const HANDLE = /^[A-Za-z0-9_-]{43}$/

test('S10 a handle is made here, never taken over from a browser, and not to be read in the store', async () => {
  const store = `${makeFolder()}/foyer.db`
  const { foyer } = await startBoth({}, { store })
  const planted = `${NAME}=${'a'.repeat(43)}`
  const victim = new Guest(foyer.url)
  victim.cookie = planted
  await victim.arrive()
  expect(victim.cookie).not.toBe(planted)
  const handle = victim.cookie.slice(NAME.length + 1)
  expect(handle).toMatch(HANDLE)

  const attacker = new Guest(foyer.url)
  const as = async (cookie: string) => {
    attacker.cookie = cookie
    return (await attacker.request('GET', '/api/session')).status
  }
  expect(await as(planted)).toBe(401)
  expect(await as(`${victim.cookie}; ${planted}`)).toBe(401)
  expect(await as(`${NAME}="${handle}"`)).toBe(401)
  expect(await as(`${NAME}=${handle}%00`)).toBe(401)
  expect(await as(victim.cookie)).toBe(200)
  expect(bytesOnDisk(store)).not.toContain(handle)
})

test('S14 loading the page, and whatever other sites ask, creates nothing', async () => {
  const { foyer, simulator } = await startBoth()
  const foreign = { Origin: 'https://evil.example', 'Sec-Fetch-Site': 'cross-site' }
  for (let round = 0; round < 100; round++) {
    const answers = await Promise.all([
      fetch(`${foyer.url}/`),
      fetch(`${foyer.url}/api/session`, { headers: foreign }),
      fetch(`${foyer.url}/api/session`, { method: 'POST', headers: foreign, body: 'a=b' }),
    ])
    expect(answers.map(({ status }) => status)).toEqual([200, 403, 403])
    for (const answer of answers) {
      expect(answer.headers.getSetCookie()).toEqual([])
      await answer.arrayBuffer()
    }
  }
  expect(await simulator.control.requests()).toEqual([])
})

test('S12 an idle session ends though a stream is open: the stream is told, and nothing goes on', async () => {
  const { foyer } = await startBoth({}, { lifetimes: { idleMs: 1_500, absoluteMs: 43_200_000 } })
  const guest = await new Guest(foyer.url).arrive()
  const stream = await guest.request('GET', `${guest.path}/events`)
  const ended = stream.text()
  // Looking is not activity.
  const looking = eventually('it is over', async () => (await guest.request('GET', '/api/session')).status === 401)
  expect(await ended).toMatch(/event: session\ndata: {[^\n]*"state":"expired"}\n\n$/)
  await looking
  expect((await guest.send('too late')).status).toBe(401)
})

describe.each([
  ['same-site', ['HttpOnly', 'Max-Age=0', 'Path=/', 'SameSite=Strict', 'Secure']],
  ['cross-site', ['HttpOnly', 'Max-Age=0', 'Partitioned', 'Path=/', 'SameSite=None', 'Secure']],
] as const)('S13 ending a session (%s)', (cookieReach, attributes) => {
  test('ends all of it: cookie, streams, the platform’s token', async () => {
    const { foyer, simulator } = await startBoth({}, { cookieReach })
    const guest = await new Guest(foyer.url).arrive()
    const { cookie, path } = guest
    const streams = [
      (await guest.request('GET', `${path}/events`)).text(),
      (await guest.request('GET', `${path}/events`)).text(),
    ]
    const answer = await guest.request('DELETE', '/api/session')
    expect(answer.status).toBe(204)
    const deleted = answer.headers.getSetCookie()[0]?.split('; ') ?? []
    expect(deleted[0]).toBe(`${NAME}=`)
    expect(deleted.slice(1).sort()).toEqual(attributes)
    expect(answer.headers.get('Clear-Site-Data')).toBe('"storage"')
    await Promise.all(streams)
    guest.cookie = cookie
    for (const address of ['/api/session', `${path}/events`, path]) {
      expect((await guest.request('GET', address)).status).toBe(401)
    }
    expect(await simulator.control.requests({ operation: 'revoke-token' })).toHaveLength(1)
  })
})

test('S13 a foreign page cannot end a session', async () => {
  const { foyer } = await startBoth()
  const guest = await new Guest(foyer.url).arrive()
  const image = { 'X-CSRF': '', 'Sec-Fetch-Site': 'cross-site', 'Sec-Fetch-Mode': 'no-cors', 'Sec-Fetch-Dest': 'image' }
  expect((await guest.request('GET', '/api/session', undefined, image)).status).toBe(403)
  const form = { ...image, 'X-HTTP-Method-Override': 'DELETE', Origin: 'https://evil.example' }
  expect((await guest.request('POST', '/api/session', undefined, form)).status).toBe(403)
  expect((await guest.request('DELETE', '/api/session', undefined, form)).status).toBe(403)
  expect((await guest.request('GET', '/api/session')).status).toBe(200)
})

type Way = [method: string, path: string, body?: string | typeof DOT | undefined, headers?: Record<string, string>]

/** What only Rosa's session reaches. */
interface Theirs {
  readonly attachmentId: string
  /** One that Rosa does see. */
  readonly picture: { readonly messageId: string; readonly address: string }
}

/** Every way in which Mallory may name what is Rosa's: in the path, the query, the body, a header. */
function waysInto(rosa: Guest, mallory: Guest, { attachmentId, picture }: Theirs): Way[] {
  const json = (body: object) => JSON.stringify(body)
  const media = `${picture.messageId}/media?url=${encodeURIComponent(picture.address)}`
  const intrusion = { messageId: 'message-0001', text: 'INTRUDED' }
  return [
    ['GET', rosa.path],
    ['GET', `${rosa.path}/messages`],
    ['GET', `${rosa.path}/transcript?format=txt&timeZone=UTC`],
    ['GET', `${rosa.path}/events`],
    ['GET', `${rosa.path}/events`, undefined, { 'Last-Event-ID': '1' }],
    ['POST', `${rosa.path}/messages`, json(intrusion)],
    ['POST', `${rosa.path}/typing`, json({ typing: true })],
    ['POST', `${rosa.path}/rating`, json({ score: 1 })],
    ['POST', `${rosa.path}/clear`],
    ['POST', `${rosa.path}/end`],
    ['POST', `${rosa.path}/attachments?name=dot.png`, DOT, { 'Content-Type': 'image/png' }],
    ['GET', `${rosa.path}/attachments/${attachmentId}`],
    ['DELETE', `${rosa.path}/attachments/${attachmentId}`],
    ['GET', `${rosa.path}/messages/${media}`],
    ['GET', `${mallory.path}/attachments/${attachmentId}`],
    ['GET', `${mallory.path}/messages/${media}`],
    ['GET', `${mallory.path}/messages?conversationId=${rosa.conversationId}`],
    ['GET', `${mallory.path}/transcript?conversationId=${rosa.conversationId}`],
    ['POST', `${mallory.path}/messages`, json({ ...intrusion, conversationId: rosa.conversationId })],
    ['POST', `${mallory.path}/rating`, json({ score: 1, conversationId: rosa.conversationId })],
    ['GET', `${mallory.path}/events`, undefined, { 'Last-Event-ID': rosa.conversationId }],
    ['GET', `${mallory.path}/../${rosa.conversationId}/messages`],
    ['GET', `${mallory.path}%2f..%2f${rosa.conversationId}/messages`],
  ]
}

/** No address of a conversation is left out. */
function expectEachTried(ways: readonly Way[], { conversationId }: Guest): void {
  for (const { method, path } of Object.values(routes)) {
    if (!path.includes(':conversationId')) continue
    const template = path.replace(':conversationId', conversationId).replaceAll(/:\w+/g, '[^/?]+')
    const isTried = ways.some((way) => way[0] === method && new RegExp(`^${template}(\\?|$)`).test(way[1]))
    expect([method, path, isTried]).toEqual([method, path, true])
  }
}

test('S15 nothing of one session is reached from another, by whatever way its ids are named', async () => {
  const { foyer, simulator } = await startBoth(loosePlatform(), { connect: connectWebMessaging })
  const { control } = simulator
  const rosa = await new Guest(foyer.url).arrive()
  const rosaSees = rosa.follow()
  await rosa.send('SECRET of Rosa', 'message-of-rosa')
  const upload = await rosa.request('POST', `${rosa.path}/attachments?name=dot.png`, DOT, {
    'Content-Type': 'image/png',
  })
  const attachment = (await upload.json()) as { attachmentId: string }
  const { id } = await eventually('a conversation', async () => (await control.state()).conversations[0])
  const address = `${simulator.url}${webMessagingPaths.configuration(DEPLOYMENT_ID)}` // any that has an answer
  await control.joinAgent(id, 'Noor', { image: address })
  await control.sendAgentMessage(id, 'SECRET of Noor')
  const { messageId } = await eventually('the picture', () => messagesOf(rosaSees).find(({ from }) => from.image))
  const picture = `${rosa.path}/messages/${messageId}/media?url=${encodeURIComponent(address)}`
  expect((await rosa.request('GET', picture)).status).toBe(200)
  const mallory = await new Guest(foyer.url).arrive()
  const mallorySees = mallory.follow()
  await mallory.send('hello', 'message-of-mallory')

  const ways = waysInto(rosa, mallory, { ...attachment, picture: { messageId, address } })
  expectEachTried(ways, rosa)
  for (const [method, path, body, headers] of ways) {
    const answer = await mallory.request(method, path, body, headers)
    // What is another's is as unknown as what is nobody's; a request that is wrong in itself may hear so.
    const refusals = path.startsWith(rosa.path) ? [404] : [400, 404]
    expect([method, path, refusals]).toEqual([method, path, expect.arrayContaining([answer.status])])
    expect(await answer.text()).not.toContain('SECRET')
  }

  // A file of another's, named in a message of one's own, is not sent as if it were one's own.
  await mallory.json('POST', `${mallory.path}/messages`, {
    messageId: 'message-0003',
    text: 'look',
    attachment: { name: 'dot.png', mediaType: 'image/png', ...attachment },
  })
  await rosa.send('still here', 'message-still-here')
  await eventually('both were heard', () => textsOf(rosaSees).includes('still here') && mallorySees.length > 2)
  expect(textsOf(mallorySees).join()).not.toContain('SECRET')
  expect(textsOf(rosaSees).join()).not.toContain('INTRUDED')
  expect(textsOf(rosaSees)).toEqual(['SECRET of Rosa', 'SECRET of Noor', 'still here'])
  const own = await rosa.request('GET', `${rosa.path}/attachments/${attachment.attachmentId}`)
  expect(Buffer.from(await own.arrayBuffer())).toEqual(DOT)
  const { conversations } = await control.state()
  expect(conversations).toHaveLength(2)
})

test('a session that is kept is one row, and no more of it can be read than its times', async () => {
  const store = `${makeFolder()}/foyer.db`
  const { foyer } = await startBoth({}, { store })
  await new Guest(foyer.url).arrive()
  const [row] = new DatabaseSync(store, { readOnly: true }).prepare('SELECT * FROM sessions').all()
  const readable = Object.entries(row ?? {}).filter(([, value]) => !(value instanceof Uint8Array))
  expect(readable.map(([name]) => name)).toEqual(['session_id', 'handle_hash', 'created_at_ms', 'active_at_ms'])
})
