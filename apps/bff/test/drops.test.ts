import { setTimeout as delay } from 'node:timers/promises'
import { expect, onTestFinished, test } from 'vitest'
import { eventually } from './support/eventually.ts'
import { Guest, messagesOf, receiptsOf } from './support/guest.ts'
import { randomFrom } from './support/random.ts'
import { startBoth } from './support/start-foyer.ts'
import { connectWebMessaging, loosePlatform } from './support/web-messaging.ts'

const DROPS = 200
const MESSAGES_EACH = 1_000

test(`${DROPS} broken sockets in a talk of ${2 * MESSAGES_EACH} messages: none lost, none doubled, order kept`, async () => {
  const { foyer, simulator } = await startBoth(loosePlatform(), { connect: connectWebMessaging })
  const { control } = simulator
  const guest = await new Guest(foyer.url).arrive()
  const events = guest.follow()
  const id = await eventually('there is a conversation', async () => (await control.state()).conversations[0]?.id)
  await control.joinAgent(id, 'Ingrid')

  const heard: string[] = []
  const watching = new AbortController()
  onTestFinished(() => watching.abort())
  const changes = await control.changes(watching.signal)
  void (async () => {
    for await (const change of changes) {
      if (change.type === 'entity' && change.entity.direction === 'inbound') heard.push(change.entity.text ?? '')
    }
  })().catch(() => undefined)

  const asked = Array.from({ length: MESSAGES_EACH }, (_, index) => `guest ${index}`)
  const answered = Array.from({ length: MESSAGES_EACH }, (_, index) => `agent ${index}`)
  const random = randomFrom(20_261_124)
  let drops = 0

  const drop = async () => {
    while (drops < DROPS) {
      await delay(random.next() * 40)
      // A socket that is not there yet cannot be broken: only those that were count.
      drops += await control.dropSockets({ code: random.next() < 0.5 ? 1006 : 1001 })
    }
  }
  // Both sides talk for as long as sockets break, so that every drop has something to hurt.
  const pace = async (index: number) => {
    while (index / MESSAGES_EACH > (drops + 1) / DROPS) await delay(5)
  }
  const ask = async () => {
    for (const [index, text] of asked.entries()) {
      await pace(index)
      // Refused while too many wait for the platform: the guest keeps it and says it again, as the page does.
      const sendsIt = async () => (await guest.send(text, `message-${index}`)).status
      for (let status = await sendsIt(); status !== 202; status = await sendsIt()) {
        expect(status).toBe(429)
        await delay(50)
      }
    }
  }
  const answer = async () => {
    for (const [index, text] of answered.entries()) {
      await pace(index)
      await control.sendAgentMessage(id, text)
    }
  }
  await Promise.all([drop(), ask(), answer()])

  const textOf = (part: { type: string; text?: string } | undefined) => part?.text ?? ''
  const said = (role: string) =>
    messagesOf(events)
      .filter(({ from }) => from.role === role)
      .map(({ parts }) => textOf(parts[0]))
  const stateCount = (state: string) => receiptsOf(events).filter((receipt) => receipt.state === state).length
  const progress = () => said('agent').length + stateCount('sent') + stateCount('failed')
  // However slow the machine is: as long as anything still arrives, more is waited for.
  while (progress() < 2 * MESSAGES_EACH) {
    const before = progress()
    const tally = () => `${said('agent').length} answers and ${stateCount('sent')} receipts of ${MESSAGES_EACH} each`
    await eventually(`more than ${tally()}`, () => progress() > before, 30_000)
  }
  expect(said('guest')).toEqual(asked)
  expect(said('agent')).toEqual(answered)
  expect(receiptsOf(events).filter(({ state }) => state === 'failed')).toEqual([])

  expect(heard).toEqual(asked)
}, 480_000)
