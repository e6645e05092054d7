import { startSimulator } from '@foyer/simulator/start-simulator'
import { fileURLToPath } from 'node:url'
import { expect, onTestFinished, test } from 'vitest'
import { eventually } from './support/eventually.ts'
import type { FoyerProcess } from './support/foyer-process.ts'
import { Guest } from './support/guest.ts'
import { spawnFoyer } from './support/spawn-foyer.ts'
import { newDatabaseFile } from './support/stores.ts'
import { openTab, type Tab } from './support/tab.ts'

const GUESTS = 100
const TABS_OF_EACH = 10
/** Of the guests, so many come first: what the process needs in any case is there before it is measured. */
const FIRST = 30
/** Of a stream, with its tenth of a guest; 44 kB were measured. */
const MOST_BYTES = 60 * 1024
const TELLING = fileURLToPath(new URL('support/tell-memory-on-signal.ts', import.meta.url))

/** What the process has in memory once it has tidied up. */
async function residentBytes(foyer: FoyerProcess): Promise<number> {
  const told = () => [...foyer.output.matchAll(/^resident (\d+)$/gm)]
  const before = told().length
  foyer.signal('SIGUSR2')
  const answers = await eventually('it says what it needs', () => told().length > before && told())
  return Number(answers.at(-1)?.[1])
}

interface Visit {
  readonly guest: Guest
  readonly tabs: readonly Tab[]
}

async function visit(url: string): Promise<Visit> {
  const guest = await new Guest(url).arrive()
  const tabs = await Promise.all(Array.from({ length: TABS_OF_EACH }, () => openTab(url, guest)))
  expect(tabs.map(({ status }) => status)).toEqual(tabs.map(() => 200))
  await eventually('its tabs are open', () => tabs.every((tab) => tab.text().includes('event: connection')))
  return { guest, tabs }
}

async function visitTogether(url: string, count: number): Promise<Visit[]> {
  const visits: Visit[] = []
  while (visits.length < count) visits.push(...(await Promise.all(Array.from({ length: 5 }, () => visit(url)))))
  return visits
}

test('R24 a thousand idle streams are held in bounded memory, and each is told what is said in its conversation', async () => {
  const simulator = await startSimulator({ rateLimitPerMinute: 1_000_000 })
  onTestFinished(() => simulator.close())
  const foyer = await spawnFoyer(simulator.url, {
    ...{ FOYER_STORE: `sqlite:${newDatabaseFile()}`, FOYER_LOG_LEVEL: 'error', NODE_OPTIONS: `--import=${TELLING}` },
    ...{ FOYER_SESSIONS_PER_ADDRESS: '1000', FOYER_STREAMS_PER_ADDRESS: '2000' },
  })
  const first = await visitTogether(foyer.url, FIRST)
  const before = await residentBytes(foyer)
  const visits = await visitTogether(foyer.url, GUESTS - FIRST)
  const bytes = ((await residentBytes(foyer)) - before) / (visits.length * TABS_OF_EACH)
  expect(bytes).toBeLessThan(MOST_BYTES)

  const all = [...first, ...visits]
  expect(all.flatMap(({ tabs }) => tabs)).toHaveLength(1_000)
  await Promise.all(all.map(({ guest }, index) => guest.send(`Hello from guest ${index}.`)))
  const hears = ({ tabs }: Visit, index: number) => tabs.every((tab) => tab.text().includes(`from guest ${index}.`))
  await eventually('every tab has been told', () => all.every(hears), 20_000)
  const counts = all.map(({ tabs }) => tabs.map((tab) => tab.text().match(/^event: message$/gm)?.length))
  expect(new Set(counts.flat())).toEqual(new Set([1]))
}, 120_000)
