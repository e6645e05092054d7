import { DatabaseSync } from 'node:sqlite'
import { describe, expect, onTestFinished, test } from 'vitest'
import { eventually } from './support/eventually.ts'
import { Guest, stateOf, textsOf } from './support/guest.ts'
import { scrape, total } from './support/prometheus.ts'
import { startScriptedPlatform } from './support/scripted-platform.ts'
import { spawnFoyer } from './support/spawn-foyer.ts'
import { startBoth } from './support/start-foyer.ts'
import { newDatabaseFile } from './support/stores.ts'
import { connectWebMessaging, DEPLOYMENT_ID, loosePlatform } from './support/web-messaging.ts'

/** Another process holds the store for itself, until the returned function is called. */
function lock(file: string): () => void {
  const other = new DatabaseSync(file)
  onTestFinished(() => (other.isOpen ? other.close() : undefined))
  other.exec('PRAGMA busy_timeout = 2000; BEGIN IMMEDIATE') // a transaction may be under way
  return () => other.close()
}

describe.each([
  ['guest-api', {}, {}],
  ['web-messaging', loosePlatform(), { connect: connectWebMessaging }],
] as const)('a store that another process has locked, over %s', (_, platform, connector) => {
  test('takes nothing, says so, and loses nothing of either side', { timeout: 40_000 }, async () => {
    const store = newDatabaseFile()
    const { foyer, simulator } = await startBoth(platform, { store, ...connector })
    const ready = async () => (await fetch(`${foyer.url}/health/ready`)).status
    const guest = await new Guest(foyer.url).arrive()
    const events = guest.follow()
    const conversation = await eventually(
      'the platform knows of it',
      async () => (await simulator.control.state()).conversations[0]?.id,
    )
    await simulator.control.joinAgent(conversation, 'Ingrid')
    await simulator.control.sendAgentMessage(conversation, 'before')
    await eventually('it is heard', () => textsOf(events).includes('before'))

    const release = lock(store)
    await simulator.control.sendAgentMessage(conversation, 'meanwhile, one')
    await simulator.control.sendAgentMessage(conversation, 'meanwhile, two')
    const refused = await guest.send('not now', 'message-1')
    expect(refused).toMatchObject({ status: 503, body: { code: 'store-unavailable', retryAfterSeconds: 5 } })
    expect(await ready()).toBe(503)

    release()
    expect(await guest.send('not now', 'message-1')).toMatchObject({ status: 202 })
    await eventually('what came meanwhile is there', () => textsOf(events).includes('meanwhile, two'), 20_000)
    await eventually('it was sent', () => stateOf(events, 'message-1') === 'sent', 20_000)
    expect(await ready()).toBe(200)
    expect(textsOf(events).filter((text) => text !== 'not now')).toEqual(['before', 'meanwhile, one', 'meanwhile, two'])
    const { entities } = await simulator.control.conversation(conversation)
    expect(entities.filter(({ text }) => text === 'not now')).toHaveLength(1)
  })
})

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
