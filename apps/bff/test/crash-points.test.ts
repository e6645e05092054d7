import type { Conversation } from '@foyer/shared/protocol/conversation'
import { startSimulator } from '@foyer/simulator/start-simulator'
import { randomBytes } from 'node:crypto'
import { fileURLToPath } from 'node:url'
import { describe, expect, onTestFinished, test } from 'vitest'
import { say } from './soak/talk.ts'
import { faultsIn } from './soak/verdict.ts'
import { eventually } from './support/eventually.ts'
import { FoyerProcess } from './support/foyer-process.ts'
import { Guest, messagesOf, receiptsOf, textsOf } from './support/guest.ts'
import { randomFrom } from './support/random.ts'
import { CLIENT_ID, CLIENT_SECRET } from './support/start-foyer.ts'
import { newDatabaseFile } from './support/stores.ts'
import { DEPLOYMENT_ID, loosePlatform } from './support/web-messaging.ts'

const CRASH_AT = fileURLToPath(new URL('support/crash-at.ts', import.meta.url))
const CONNECTORS = {
  'guest-api': { FOYER_CLIENT_ID: CLIENT_ID, FOYER_CLIENT_SECRET: CLIENT_SECRET },
  'web-messaging': { FOYER_DEPLOYMENT_ID: DEPLOYMENT_ID },
}
const SEND_PATH = [
  'before-commit message',
  'after-commit message',
  'after-answer',
  'before-upstream',
  'after-upstream',
  'upstream-answered',
  'before-commit receipt',
  'after-commit receipt',
]
const RECEIVE_PATH = ['before-commit agent-message', 'after-commit agent-message', 'after-push agent-message']

describe.each(['guest-api', 'web-messaging'] as const)('a process that dies, over %s', (connector) => {
  test.each([...SEND_PATH, ...RECEIVE_PATH])(
    '%s: once in every record, in order',
    { timeout: 60_000 },
    async (point) => {
      const { succeeded, control, guest, events, conversation } = await dyingAt(point, connector, 2)
      await control.joinAgent(conversation, 'Ingrid')
      const asked = ['asked 1', 'asked 2', 'asked 3']
      const answered = ['answered 1', 'answered 2', 'answered 3']
      const random = randomFrom(1)
      for (const [turn, text] of asked.entries()) {
        await say(guest, text, random)
        await control.sendAgentMessage(conversation, answered[turn] ?? '')
      }
      await succeeded

      const isSent = () => receiptsOf(events).filter(({ state }) => state === 'sent').length >= asked.length
      await eventually('all of the guest is sent', isSent, 30_000)
      await eventually('all of the agent is heard', () => textsOf(events).includes('answered 3'), 30_000)
      const ofRole = (all: typeof events, role: string) =>
        textsOf(messagesOf(all).filter(({ from }) => from.role === role))
      const log = await guest.history()
      const { entities } = await control.conversation(conversation)
      const inbound = entities.flatMap(({ text, direction }) => (direction === 'inbound' && text ? [text] : []))
      expect([
        ...faultsIn({ record: 'platform', said: asked, heard: inbound }),
        ...faultsIn({ record: 'log, guest', said: asked, heard: ofRole(log, 'guest') }),
        ...faultsIn({ record: 'log, agent', said: answered, heard: ofRole(log, 'agent') }),
        ...faultsIn({ record: 'tab, guest', said: asked, heard: ofRole(events, 'guest') }),
        ...faultsIn({ record: 'tab, agent', said: answered, heard: ofRole(events, 'agent') }),
      ]).toEqual([])
      expect(log.map(({ seq }) => seq)).toEqual(log.map((_, index) => index + 1))
    },
  )

  test('once it knows who joined: they are there afterwards', { timeout: 60_000 }, async () => {
    const { succeeded, control, guest, events, conversation } = await dyingAt(JOINED[connector], connector)
    await control.joinAgent(conversation, 'Ingrid')
    await control.sendAgentMessage(conversation, 'hello')
    await succeeded
    await eventually('the agent is heard', () => textsOf(events).includes('hello'), 30_000)
    const { body } = await guest.json<Conversation>('GET', guest.path)
    expect(body.participants.map(({ name }) => name)).toEqual(['Ingrid'])
  })

  test('once it has logged the end: it has ended afterwards, once', { timeout: 60_000 }, async () => {
    const { succeeded, guest } = await dyingAt('after-commit conversation', connector)
    await guest.request('POST', `${guest.path}/end`).catch(() => undefined)
    await succeeded
    await eventually(
      'it has ended',
      async () => (await guest.json<Conversation>('GET', guest.path)).body.state === 'ended',
      30_000,
    )
    expect((await guest.history()).filter(({ type }) => type === 'conversation')).toMatchObject([{ endedBy: 'guest' }])
  })
})

/** Where the log knows of an agent: over Web Messaging by their first word. */
const JOINED = { 'guest-api': 'after-commit participant', 'web-messaging': 'after-commit agent-message' }

/** A guest whose Foyer dies when it passes the point for the `count`-th time, and is started again. */
async function dyingAt(point: string, connector: keyof typeof CONNECTORS, count = 1) {
  const simulator = await startSimulator({ guestIdentity: 'hint', ...loosePlatform() })
  onTestFinished(() => simulator.close())
  const { control } = simulator
  const settings = {
    ...{ FOYER_CONNECTOR: connector, FOYER_PLATFORM_URL: simulator.url, ...CONNECTORS[connector] },
    FOYER_STORE: `sqlite:${newDatabaseFile()}`,
    FOYER_SECRETS: randomBytes(32).toString('base64url'),
  }
  const crash = { NODE_OPTIONS: `--import=${CRASH_AT}`, CRASH_AT: point, CRASH_COUNT: String(count) }
  const foyer = await FoyerProcess.start(settings, crash)
  onTestFinished(() => foyer.kill())
  // Whoever kills it, it comes back once, as under a supervisor.
  const succeeded = foyer.ended().then(() => foyer.start())

  const guest = await new Guest(foyer.url).arrive()
  const events = guest.follow()
  const conversation = await eventually(
    'the platform knows the guest',
    async () => (await control.state()).conversations[0]?.id,
  )
  return { succeeded, control, guest, events, conversation }
}
