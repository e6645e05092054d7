import { startSimulator } from '@foyer/simulator/start-simulator'
import type { StreamEvent } from '@foyer/shared/protocol/event'
import { expect, onTestFinished, test } from 'vitest'
import { systemClock, type Clock } from '../../web/src/api/clock.ts'
import { startEventStream, type StreamState } from '../../web/src/api/event-stream.ts'
import { readProblem, UnreachableError } from '../../web/src/api/problem-error.ts'
import { eventually } from './support/eventually.ts'
import { startFront } from './support/front.ts'
import { Guest, textsOf } from './support/guest.ts'
import { spawnFoyer } from './support/spawn-foyer.ts'
import { newDatabaseFile } from './support/stores.ts'

const GUESTS = 50
const TABS_OF_EACH = 4

interface Reader {
  readonly guest: Guest
  readonly events: StreamEvent[]
  readonly refused: unknown[]
  state: StreamState['state']
  /** How often its stream began. */
  opened: number
}

/** Waits a quarter as long: what is held are counts, and a server is not spared by it. */
const hasty: Clock = { ...systemClock, sleep: (delayMs, signal) => systemClock.sleep(delayMs / 4, signal) }
const online = { online: true, subscribe: () => () => undefined }

/** A tab with the page's own way to keep its stream; notes the status of every answer. */
function openReader(url: string, guest: Guest, statuses: Map<number, number>): Reader {
  const reader: Reader = { guest, events: [], refused: [], state: 'connecting', opened: 0 }
  const stop = startEventStream({
    after: 0,
    clock: hasty,
    network: online,
    async open(seq, signal) {
      const headers = { Origin: url, 'X-CSRF': '1', Cookie: guest.cookie ?? '', 'Last-Event-ID': String(seq) }
      const response = await fetch(`${url}${guest.path}/events`, { headers, signal }).catch((cause: unknown) => {
        throw new UnreachableError('no answer', { cause })
      })
      statuses.set(response.status, (statuses.get(response.status) ?? 0) + 1)
      if (!response.ok) throw await readProblem(response)
      return response
    },
    onEvents: (events) => void reader.events.push(...events),
    onState({ state }) {
      reader.state = state
      if (state === 'open') reader.opened++
    },
    onRefused: (error) => void reader.refused.push(error),
  })
  onTestFinished(stop)
  return reader
}

test('R19 two hundred streams come back after each of three mass disconnects, miss nothing, and cost no token', async () => {
  const simulator = await startSimulator({ rateLimitPerMinute: 1_000_000 })
  onTestFinished(() => simulator.close())
  const front = await startFront()
  const foyer = await spawnFoyer(simulator.url, {
    ...{ FOYER_PUBLIC_URL: front.url, FOYER_STORE: `sqlite:${newDatabaseFile()}` },
    ...{ FOYER_SESSIONS_PER_ADDRESS: '1000', FOYER_SESSIONS_PER_SECOND: '1000', FOYER_LOG_LEVEL: 'error' },
  })
  front.leadTo(Number(new URL(foyer.url).port))
  const guests: Guest[] = []
  while (guests.length < GUESTS) {
    guests.push(...(await Promise.all(Array.from({ length: 5 }, () => new Guest(front.url).arrive()))))
  }
  const statuses = new Map<number, number>()
  const readers = guests.flatMap((guest) =>
    Array.from({ length: TABS_OF_EACH }, () => openReader(front.url, guest, statuses)),
  )
  const said: string[] = []
  const everyoneSays = async (text: string) => {
    for (const { status } of await Promise.all(guests.map((guest) => guest.send(text)))) expect(status).toBe(202)
    said.push(text)
    const heard = ({ events }: Reader) => textsOf(events).includes(text)
    await eventually(`all hear “${text}”`, () => readers.every(heard), 20_000)
  }
  await everyoneSays('hello')
  const tokens = async () => (await simulator.control.requests({ operation: 'token' })).length
  expect(await tokens()).toBe(GUESTS)

  const disconnects: [string, () => void | Promise<void>][] = [
    ['every line was cut', () => front.cut()],
    ['the process died', async () => (await foyer.kill(), await foyer.start())],
    ['the process was restarted', async () => (await foyer.stop(), await foyer.start())],
  ]
  for (const [what, disconnect] of disconnects) {
    const before = readers.map(({ opened }) => opened)
    await disconnect()
    const isBack = ({ opened, state }: Reader, index: number) => state === 'open' && opened > (before[index] ?? 0)
    await eventually(`all are back after ${what}`, () => readers.every(isBack), 60_000)
    await everyoneSays(`back after ${what}`)
  }

  for (const { events, refused } of readers) expect([textsOf(events), refused]).toEqual([said, []])
  expect([...statuses.keys()].filter((status) => status !== 200 && status !== 503)).toEqual([])
  expect(statuses.get(200)).toBeGreaterThanOrEqual(4 * readers.length)
  expect(await tokens()).toBe(GUESTS)
}, 120_000)
