import type { ControlClient } from '@foyer/simulator/control/client'
import { startSimulator } from '@foyer/simulator/start-simulator'
import { randomBytes } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import { expect, onTestFinished, test } from 'vitest'
import { planMishaps, type FaultOrder, type Mishap, type SoakConnector } from './soak/plan.ts'
import { answer, insist, say } from './soak/talk.ts'
import { faultsIn } from './soak/verdict.ts'
import { eventually } from './support/eventually.ts'
import { FoyerProcess } from './support/foyer-process.ts'
import { Guest, messagesOf, receiptsOf, stateOf, textsOf } from './support/guest.ts'
import { randomFrom } from './support/random.ts'
import { CLIENT_ID, CLIENT_SECRET } from './support/start-foyer.ts'
import { newDatabaseFile } from './support/stores.ts'
import { DEPLOYMENT_ID, loosePlatform } from './support/web-messaging.ts'

/*
 * Two-way traffic of many guests through a process of its own while everything goes wrong that passes by itself: faults of
 * the platform, broken sockets and lines, SIGKILL; and what is refused is said again. The plan is made from the seed
 * alone. In the end every record (the platform's, the log, the stream of a tab that was there all the time) holds what was
 * said once and in order.
 */
const SEED = Number(process.env['SOAK_SEED'] ?? 1)
const MESSAGES = Number(process.env['SOAK_MESSAGES'] ?? 240)
const KILLS = Number(process.env['SOAK_KILLS'] ?? 2)
/** The platform's pace for one guest is about a message a second. */
const GUESTS = Math.max(2, Math.ceil(MESSAGES / 40))
/** Reading the record is limited to nine times a minute: what was said to a guest who lost many lines waits for a turn. */
const ARRIVE_MS = 90_000
const FAULT_MET_WITHIN_MS = 1_000
const TIMEOUT_MS = 2 * ARRIVE_MS + MESSAGES * 100 + KILLS * 10_000

/** One guest in ten waits for each message to be sent, and presses "try again" where it was refused. */
const INSISTS_EVERY = 10
/** How a message fails whose scope was taken away, or whose token twice in a row; it has to be sent in the end all the same. */
const REFUSED = ['guest-scope-missing', 'platform-refused']
/** Two of these may meet one message, which is refused by the second; so only those meet them who insist. */
const TAKES_TOKEN = ['expired-token', 'revoked-token']

const CONNECTORS: Record<SoakConnector, Record<string, string>> = {
  'guest-api': { FOYER_CLIENT_ID: CLIENT_ID, FOYER_CLIENT_SECRET: CLIENT_SECRET },
  'web-messaging': { FOYER_DEPLOYMENT_ID: DEPLOYMENT_ID },
}

test.each(['guest-api', 'web-messaging'] as const)(
  `${MESSAGES} messages and ${KILLS} kills over %s, seed ${SEED}: none lost, none doubled, none out of order`,
  { timeout: TIMEOUT_MS },
  async (connector) => {
    const simulator = await startSimulator({
      ...{ rateLimitPerMinute: 1_000_000, clientRateLimitPerMinute: 1_000_000, guestIdentity: 'hint' },
      ...loosePlatform(),
    })
    onTestFinished(() => simulator.close())
    const { control } = simulator
    const foyer = await FoyerProcess.start({
      ...{ FOYER_CONNECTOR: connector, FOYER_PLATFORM_URL: simulator.url, ...CONNECTORS[connector] },
      FOYER_STORE: `sqlite:${newDatabaseFile()}`,
      FOYER_SECRETS: randomBytes(32).toString('base64url'),
      FOYER_LOG_LEVEL: 'warn',
      // All guests come from one address.
      ...{
        FOYER_SESSIONS_PER_ADDRESS: '100000',
        FOYER_SESSIONS_PER_SECOND: '1000',
        FOYER_REQUESTS_PER_ADDRESS: '10000000',
      },
    })
    onTestFinished(() => foyer.kill())

    const guests = await arrive(foyer.url, control)
    const mishaps = planMishaps({ seed: SEED, connector, messages: MESSAGES, kills: KILLS })
    let progress = 0
    let happening = Promise.resolve()
    const said = async () => {
      progress++
      while (mishaps[0] && mishaps[0].at <= progress) {
        const mishap = mishaps.shift() as Mishap
        happening = happening.then(() => happen(mishap))
      }
      // Whoever talks does not outrun what goes wrong.
      await happening
    }
    const insisting = guests.filter((_, index) => index % INSISTS_EVERY === 0)
    let turn = 0
    const ofOneWhoInsists = () => ({ conversationId: insisting[turn++ % insisting.length]?.conversation })
    const forbidScope = () => {
      const match = { operation: 'send-message', ...ofOneWhoInsists() }
      return addFault(control, { name: 'forbidden-scope', match, times: 1 })
    }
    const fail = (fault: FaultOrder) =>
      addFault(control, TAKES_TOKEN.includes(fault.name) ? { ...fault, match: ofOneWhoInsists() } : fault)
    const happen = async (mishap: Mishap) => {
      if (mishap.what === 'fault') await fail(mishap.fault)
      else if (mishap.what === 'drop-sockets') await control.dropSockets({ code: mishap.code })
      else if (mishap.what === 'cut-lines') for (const { guest } of guests) guest.cutLine()
      else if (mishap.what === 'forbid-scope') await forbidScope()
      else await foyer.kill().then(() => foyer.start())
    }

    await Promise.all(
      guests.flatMap(({ guest, conversation, events, asked, answered }, index) => {
        const random = randomFrom(SEED * 1_000 + index)
        const ask = async () => {
          for (const text of asked) {
            const messageId = await say(guest, text, random)
            if (index % INSISTS_EVERY === 0) await insist(guest, messageId, text, events)
            await said()
            await delay(random.below(50))
          }
        }
        return [ask(), answer(control, conversation, answered, said)]
      }),
    )
    await happening
    await control.removeFaults()

    for (const { name, events, asked, answered } of guests) {
      const isDone = () =>
        receiptsOf(events).filter(({ state }) => state === 'sent').length >= asked.length &&
        answered.every((text) => textsOf(events).includes(text))
      await eventually(`all of ${name} has arrived`, isDone, ARRIVE_MS).catch(() => undefined)
    }
    const faults = await Promise.all(
      guests.map(async ({ name, guest, conversation, events, asked, answered }, index) => {
        const mayBeRefused = index % INSISTS_EVERY === 0 ? REFUSED : []
        const ofRole = (all: typeof events, role: string) =>
          textsOf(messagesOf(all).filter(({ from }) => from.role === role))
        const log = await guest.history()
        const { entities } = await control.conversation(conversation)
        const inbound = entities.flatMap(({ text, direction }) => (direction === 'inbound' && text ? [text] : []))
        const own = messagesOf(events).filter(({ from }) => from.role === 'guest')
        const sent = own.filter(({ messageId }) => stateOf(events, messageId) === 'sent')
        const unsent = asked.length - sent.length
        return [
          ...(unsent > 0 ? [`${name}: ${unsent} not known to be sent`] : []),
          ...receiptsOf(events).flatMap(({ state, problem }) =>
            state === 'failed' && !mayBeRefused.includes(problem?.code ?? '')
              ? [`${name}: failed ${problem?.code}`]
              : [],
          ),
          ...faultsIn({ record: `the platform's record of ${name}`, said: asked, heard: inbound }),
          ...faultsIn({ record: `the log of ${name}, guest`, said: asked, heard: ofRole(log, 'guest') }),
          ...faultsIn({ record: `the log of ${name}, agent`, said: answered, heard: ofRole(log, 'agent') }),
          ...faultsIn({ record: `the tab of ${name}, guest`, said: asked, heard: ofRole(events, 'guest') }),
          ...faultsIn({ record: `the tab of ${name}, agent`, said: answered, heard: ofRole(events, 'agent') }),
        ]
      }),
    )
    expect(faults.flat(), `SOAK_SEED=${SEED}`).toEqual([])
  },
)

/**
 * Gives the one of its kind that is still ahead a moment to be met, and leaves it at that where it is not: behind a breaker
 * that is open one in five seconds is met, and talk that goes on would pile up hundreds of them.
 */
async function addFault(control: ControlClient, fault: FaultOrder): Promise<void> {
  const isMet = async () => !(await control.faults()).active.some(({ name }) => name === fault.name)
  const canCome = await eventually(`${fault.name} has been met`, isMet, FAULT_MET_WITHIN_MS).catch(() => false)
  if (canCome) await control.addFault(fault)
}

/** Guests with an agent each, and what both are going to say. */
async function arrive(url: string, control: ControlClient) {
  const known = new Set<string>()
  const guests = []
  for (let index = 0; index < GUESTS; index++) {
    const guest = await new Guest(url).arrive()
    const events = guest.follow()
    // The conversation the platform has not had before is this guest's.
    const conversation = await eventually('the platform knows the guest', async () => {
      const { conversations } = await control.state()
      return conversations.find(({ id }) => !known.has(id))?.id
    })
    known.add(conversation)
    await control.joinAgent(conversation, 'Ingrid')
    const each = Math.ceil(MESSAGES / GUESTS / 2)
    const name = `guest ${index}`
    const texts = (who: string) => Array.from({ length: each }, (_, turn) => `${who} ${index}.${turn}`)
    guests.push({ name, guest, conversation, events, asked: texts('asked'), answered: texts('answered') })
  }
  return guests
}
