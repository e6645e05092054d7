import { DatabaseSync } from 'node:sqlite'
import { describe, expect, onTestFinished, test } from 'vitest'
import { eventually } from './support/eventually.ts'
import { eventsIn, Guest, stateOf, textsOf } from './support/guest.ts'
import { scrape, total } from './support/prometheus.ts'
import { startScriptedPlatform } from './support/scripted-platform.ts'
import { spawnFoyer } from './support/spawn-foyer.ts'
import { startBoth, startFoyer } from './support/start-foyer.ts'
import { newDatabaseFile, newKey } from './support/stores.ts'
import { openTab } from './support/tab.ts'
import { connectWebMessaging, DEPLOYMENT_ID, loosePlatform } from './support/web-messaging.ts'

/** Another process holds the store for itself, until the returned function is called. */
function lock(file: string): () => void {
  const other = new DatabaseSync(file)
  onTestFinished(() => (other.isOpen ? other.close() : undefined))
  other.exec('PRAGMA busy_timeout = 2000; BEGIN IMMEDIATE') // a transaction may be under way
  return () => other.close()
}

/** The rows of the sessions cannot be found any more, by any process, until the returned function is called. */
function hideSessions(file: string): () => void {
  const other = new DatabaseSync(file, { defensive: false })
  onTestFinished(() => other.close())
  function move(by: number): void {
    other.exec('PRAGMA busy_timeout = 2000; PRAGMA writable_schema = ON')
    other.prepare(`UPDATE sqlite_schema SET rootpage = rootpage + ? WHERE tbl_name = 'sessions'`).run(by)
    const version = Number(other.prepare('PRAGMA schema_version').get()?.['schema_version'])
    other.exec(`PRAGMA schema_version = ${version + 1}`) // that everybody reads it anew
  }
  move(1_000_000)
  return () => move(-1_000_000)
}

/** Rows that are kept of it. */
function countIn(file: string, table: string): number {
  const other = new DatabaseSync(file, { readOnly: true })
  try {
    return Number(other.prepare(`SELECT COUNT(*) AS count FROM ${table}`).get()?.['count'])
  } finally {
    other.close()
  }
}

/** An answer for which the store was needed, and was not there. */
async function expectNoStore(what: string, response: Response): Promise<void> {
  const { code } = (await response.json()) as { code?: string }
  const told = [response.status, code, response.headers.get('Retry-After'), response.headers.getSetCookie()]
  expect([what, ...told]).toEqual([what, 503, 'store-unavailable', '5', []])
}

/** From the moment the store works again. */
const RECOVERY_MS = 5_000

/** The platform has the message, and says so when the store is locked already. */
const SLOW_ANSWER = { name: 'latency', parameters: { latencyMs: 800 }, match: { operation: 'send-message' }, times: 1 }
const SLOW_ECHO = {
  ...{ name: 'frames-delayed', parameters: { delayMs: 800 }, match: { class: ['StructuredMessage'] }, times: 1 },
}

describe.each([
  ['guest-api', {}, {}, SLOW_ANSWER],
  ['web-messaging', loosePlatform(), { connect: connectWebMessaging }, SLOW_ECHO],
] as const)('a store that another process has locked, over %s', (_, platform, connector, slowAnswer) => {
  test('takes nothing, says so, cuts no stream, and loses nothing of either side', { timeout: 40_000 }, async () => {
    const store = newDatabaseFile()
    const { foyer, simulator } = await startBoth(platform, { store, ...connector })
    const ready = async () => (await fetch(`${foyer.url}/health/ready`)).status
    const guest = await new Guest(foyer.url).arrive()
    const tab = await openTab(foyer.url, guest)
    const conversation = await eventually(
      'the platform knows of it',
      async () => (await simulator.control.state()).conversations[0]?.id,
    )
    await simulator.control.joinAgent(conversation, 'Ingrid')
    await simulator.control.sendAgentMessage(conversation, 'before')
    await eventually('it is heard', () => textsOf(eventsIn(tab.text())).includes('before'))
    await simulator.control.addFault(slowAnswer)
    expect(await guest.send('on its way', 'message-0')).toMatchObject({ status: 202 })

    const release = lock(store)
    await simulator.control.sendAgentMessage(conversation, 'meanwhile, one')
    await simulator.control.sendAgentMessage(conversation, 'meanwhile, two')
    const message = { messageId: 'message-1', text: 'not now' }
    const newcomer = new Guest(foyer.url)
    await Promise.all([
      guest.request('POST', `${guest.path}/messages`, message).then((answer) => expectNoStore('a message', answer)),
      newcomer.request('POST', '/api/session', {}).then((answer) => expectNoStore('a session', answer)),
    ])
    expect(await ready()).toBe(503)

    release()
    const releasedAtMs = performance.now()
    expect(await guest.send('not now', 'message-1')).toMatchObject({ status: 202 })
    expect((await newcomer.request('POST', '/api/session', {})).status).toBe(201)
    const events = () => eventsIn(tab.text())
    await eventually('what came meanwhile is there', () => textsOf(events()).includes('meanwhile, two'))
    await eventually('the one before is sent', () => stateOf(events(), 'message-0') === 'sent')
    await eventually('it was sent', () => stateOf(events(), 'message-1') === 'sent')
    expect(performance.now() - releasedAtMs).toBeLessThan(RECOVERY_MS)
    expect(tab.ending()).toBe('none')
    expect(await ready()).toBe(200)
    const own = ['on its way', 'not now']
    const heard = textsOf(events())
    expect(heard.filter((text) => !own.includes(text))).toEqual(['before', 'meanwhile, one', 'meanwhile, two'])
    expect(heard.filter((text) => own.includes(text))).toEqual(own)
    const { entities } = await simulator.control.conversation(conversation)
    expect(entities.flatMap(({ text }) => (text && own.includes(text) ? [text] : []))).toEqual(own)
  })
})

test('a newcomer turned away for want of a store leaves no token behind', { timeout: 40_000 }, async () => {
  const store = newDatabaseFile()
  const { foyer, simulator } = await startBoth({}, { store })
  const tokens = async () => (await simulator.control.state()).livingTokens
  lock(store)
  const arriving = new Guest(foyer.url).request('POST', '/api/session', {})
  await eventually('the platform has admitted them', async () => (await tokens()) === 1)
  await expectNoStore('a newcomer', await arriving)
  await eventually('it is given back', async () => (await tokens()) === 0)
})

test(
  'a session whose end the store does not take has not ended: all goes on as before',
  { timeout: 40_000 },
  async () => {
    const store = newDatabaseFile()
    const { foyer, simulator } = await startBoth({}, { store })
    const guest = await new Guest(foyer.url).arrive()
    const events = guest.follow()
    const release = lock(store)
    await expectNoStore('its end', await guest.request('DELETE', '/api/session'))
    expect((await guest.request('GET', '/api/session')).status).toBe(200)
    release()
    expect(await guest.send('still here', 'message-1')).toMatchObject({ status: 202 })
    await eventually('it is sent', () => stateOf(events, 'message-1') === 'sent')
    const { conversations, livingTokens } = await simulator.control.state()
    expect([conversations.map(({ state }) => state), livingTokens]).toEqual([['connected'], 1])
    expect((await guest.request('DELETE', '/api/session')).status).toBe(204)
  },
)

test(
  'a session whose end the store has taken is over, and all of it goes, after a restart too',
  { timeout: 60_000 },
  async () => {
    const store = newDatabaseFile()
    const secrets = [newKey()]
    const { foyer: before, simulator } = await startBoth({}, { store, secrets })
    const guest = await new Guest(before.url).arrive()
    const { cookie } = guest
    await simulator.control.addFault({
      ...{ name: 'latency', parameters: { latencyMs: 1_500 }, match: { operation: 'end-conversation' } },
    })
    const ended = guest.request('DELETE', '/api/session')
    const again = Object.assign(new Guest(before.url), { cookie })
    const look = async () => (await again.request('GET', '/api/session')).status
    await eventually('the store has taken it', async () => (await look()) === 401)
    const release = lock(store)
    expect((await ended).status).toBe(204)
    expect(await look()).toBe(401)
    const rows = () => ['sessions', 'conversations', 'events'].map((table) => countIn(store, table))
    expect(rows()[0]).toBe(1)
    await before.close()
    release()

    const foyer = await startFoyer(simulator.url, { store, secrets, lifetimes: { idleMs: 2_000, absoluteMs: 600_000 } })
    onTestFinished(() => foyer.close())
    await eventually('all of it is gone', () => rows().every((count) => count === 0), 10_000)
  },
)

test(
  'a guest who signed in elsewhere ends nobody, though no other token can be kept',
  { timeout: 60_000 },
  async () => {
    const platform = await startScriptedPlatform()
    const store = newDatabaseFile()
    const webMessaging = { FOYER_CONNECTOR: 'web-messaging', FOYER_DEPLOYMENT_ID: DEPLOYMENT_ID }
    const secrets = { FOYER_SECRETS: Buffer.alloc(32, 7).toString('base64url') }
    const foyer = await spawnFoyer(platform.origin, { ...webMessaging, ...secrets, FOYER_STORE: `sqlite:${store}` })
    const guest = await new Guest(foyer.url).arrive()
    const events = guest.follow()
    await eventually('it is up', () => events.some((event) => event.type === 'connection' && event.state === 'up'))

    const release = lock(store)
    platform.sockets[0]?.push('LogoutEvent', {})
    await eventually('it cannot be kept', () => foyer.output.includes('"token-not-replaced"'), 20_000)
    release()
    await eventually(
      'the same process tells its end',
      () => events.some((event) => event.type === 'conversation' && event.state === 'ended'),
      20_000,
    )
    expect(foyer.output).not.toContain('"uncaught"')
  },
)

test('a store that cannot be read lets nobody in and signs nobody out, and does neither once it can be', async () => {
  const store = newDatabaseFile()
  const secrets = [newKey()]
  const { foyer: before, simulator } = await startBoth({}, { store, secrets })
  const guest = await new Guest(before.url).arrive()
  const events = guest.follow()
  await guest.send('before', 'message-before')
  await eventually('it is sent', () => stateOf(events, 'message-before') === 'sent')
  await before.close()
  // Another process remembers nobody.
  const foyer = await startFoyer(simulator.url, { store, secrets })
  onTestFinished(() => foyer.close())
  const as = (cookie: string | undefined) =>
    Object.assign(new Guest(foyer.url), { cookie, conversationId: guest.conversationId })
  const known = () => as(guest.cookie)
  const madeUp = () => as(`__Host-Http-foyer=${'a'.repeat(43)}`)

  const mend = hideSessions(store)
  const message = { messageId: 'message-intruded', text: 'intruded' }
  const asks: [string, string, object?][] = [
    ['GET', '/api/session'],
    ['POST', '/api/session', {}],
    ['DELETE', '/api/session'],
    ['POST', '/api/conversations'],
    ['GET', guest.path],
    ['GET', `${guest.path}/messages`],
    ['GET', `${guest.path}/events`],
    ['GET', `${guest.path}/transcript`],
    ['POST', `${guest.path}/messages`, message],
    ['POST', `${guest.path}/end`],
  ]
  for (const [method, path, body] of asks) {
    await expectNoStore(`${method} ${path}, known`, await known().request(method, path, body))
    await expectNoStore(`${method} ${path}, made up`, await madeUp().request(method, path, body))
  }
  await expectNoStore('a newcomer', await as(undefined).request('POST', '/api/session', {}))
  expect((await as(undefined).request('GET', guest.path)).status).toBe(401)
  expect((await fetch(`${foyer.url}/`)).status).toBe(200)

  mend()
  expect((await madeUp().request('GET', '/api/session')).status).toBe(401)
  expect((await known().request('GET', '/api/session')).status).toBe(200)
  expect(textsOf(await known().history())).toEqual(['before'])
  const [conversation] = (await simulator.control.state()).conversations
  expect(conversation).toMatchObject({ lastText: 'before', state: 'connected' })
})

test('a row of the log that is damaged costs itself: the rest is read, and it is told', async () => {
  const store = newDatabaseFile()
  const { foyer } = await startBoth({}, { store })
  const guest = await new Guest(foyer.url).arrive()
  const before = guest.follow()
  for (const text of ['one', 'two', 'three']) await guest.send(text, `message-${text}`)
  await eventually('all are sent', () => stateOf(before, 'message-three') === 'sent')
  const other = new DatabaseSync(store)
  onTestFinished(() => other.close())
  other.exec(`UPDATE events SET body = zeroblob(40) WHERE message_id = 'message-two'`)

  const history = await guest.history()
  expect(textsOf(history)).toEqual(['one', 'three'])
  expect(history.find(({ type }) => type === 'notice')).toMatchObject({ problem: { code: 'messages-missing' } })
  const events = guest.follow()
  await eventually('the stream goes on', () => stateOf(events, 'message-three') === 'sent')
  await guest.send('four')
  await eventually('and follows', () => textsOf(events).includes('four'))
  expect(textsOf(events)).toEqual(['one', 'three', 'four'])
  const transcript = await guest.request('GET', `${guest.path}/transcript?format=txt&timeZone=UTC`)
  expect([transcript.status, await transcript.text()]).toEqual([200, expect.stringMatching(/one[^]*three[^]*four/)])

  const samples = await scrape(foyer)
  expect(total(samples, 'foyer_store_errors_total', { kind: 'corrupt' })).toBeGreaterThan(0)
  const told = { event: 'store-decrypt-failed', reason: 'tampered' }
  expect(total(samples, 'foyer_security_events_total', told)).toBeGreaterThan(0)
})
