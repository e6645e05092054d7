import { setTimeout as delay } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { Pool } from 'undici'
import { Echoes } from './echoes.ts'
import { inBatches } from './in-batches.ts'
import { isWhole, measure, type Measurement } from './measure-relay.ts'
import { readMemory, toRow } from './memory-per-guest.ts'
import { metricIn } from './metric.ts'
import { runOpenLoop } from './open-loop.ts'
import { median } from './percentiles.ts'
import { freePort, startProcess } from './processes.ts'
import { foyerGuests, type StreamingGuest } from './relay-guests.ts'
import { rounded } from './rounded.ts'
import { startFoyer } from './start-foyer.ts'

/*
 * What readers who take nothing of their streams cost the others. One Foyer, in turn: some guests talk alone; beside as many
 * talkers whose tabs read; beside as many whose tabs take nothing, are cut off, and come again. bench/README.md says what
 * the figures mean. Exit code 1 when one of the guests lost a message, or a round had nobody cut off who took nothing: run
 * with-small-buffers.sh before it, or the kernel takes all there is for them.
 */

const { values } = parseArgs({
  options: {
    guests: { type: 'string', default: '100' },
    /** Of either kind. */
    tabs: { type: 'string', default: '1000' },
    /** Messages per second of the guests who are measured, and as many of the talkers. */
    rate: { type: 'string', default: '100' },
    seconds: { type: 'string', default: '25' },
    rounds: { type: 'string', default: '3' },
    /** For how long a tab that takes nothing holds on to its stream, in seconds. As the page: SILENCE_MS, event-stream.ts. */
    stay: { type: 'string', default: '50' },
    /** Seconds between the opening of the tabs, all within a few seconds, and the measurement; 0 measures their arrival. */
    settle: { type: 'string', default: '20' },
    json: { type: 'boolean', default: false },
  },
})
const [rate, seconds, rounds] = [values.rate, values.seconds, values.rounds].map(Number) as [number, number, number]
/** So few that none of them comes again more often than a session may. */
const TABS_EACH = 5
const TALKERS = Math.ceil(Number(values.tabs) / TABS_EACH)
const AT_ONCE = 20
/** With its echo 24 kB in a log; so many are more than kernel, Foyer and a tab that takes nothing hold together (0.4 MB). */
const [LONG, LONG_MESSAGES] = ['語'.repeat(4_000), 30]

const adminPort = await freePort()
const platform = await startProcess('bench/echo-platform.ts', (port) => ({ PORT: String(port) }), '/ready')
const foyer = await startFoyer(platform.url, { variables: { FOYER_ADMIN_PORT: String(adminPort) }, probe: true })
const pool = new Pool(foyer.url, { connections: 64 })
const admit = foyerGuests(foyer.url, pool)
const echoes = new Echoes()
const guests = await many(Number(values.guests), () => admit((text) => echoes.take(text)))
const readers = await many(TALKERS, () => admit(() => undefined))
const stalled = await many(TALKERS, () => admit(() => undefined))
await many(TALKERS * LONG_MESSAGES, (index) => at(stalled, index).say(LONG))
const people = guests.length + 2 * TALKERS
const memory = [await readMemory(foyer, people)]

interface Company {
  readonly beside: string
  readonly talkers: readonly StreamingGuest[]
  openTab(talker: StreamingGuest): Promise<() => void>
}
const companies: Company[] = [
  { beside: 'nobody', talkers: [], openTab: (talker) => talker.openTab() },
  { beside: 'tabs that read', talkers: readers, openTab: (talker) => talker.openTab() },
  {
    beside: 'tabs that take nothing',
    talkers: stalled,
    openTab: (talker) => talker.openStalledTab(1_000 * Number(values.stay)),
  },
]
await measure({ name: 'Foyer', process: foyer, guests, echoes }, { rate, seconds: 4 })
const measured: Round[] = []
for (let round = 0; round < rounds; round++)
  for (const company of companies) measured.push(await measureBeside(company))
memory.push(await readMemory(foyer, people))
await pool.destroy()
await foyer.stop()
await platform.stop()

const medians = companies.map(({ beside }) => mediansOf(measured.filter((row) => row.beside === beside)))
if (values.json) console.log(JSON.stringify({ measured, medians, memory }, undefined, 2))
else print()
const nobodyCut = measured.some(({ beside, cutOff }) => beside === companies.at(-1)?.beside && cutOff === 0)
if (nobodyCut) console.error('A round had nobody cut off: what takes nothing was not stalled, or Foyer let it be')
process.exit(measured.every(isWhole) && !nobodyCut ? 0 : 1)

interface Round extends Measurement {
  readonly beside: string
  /** Streams which Foyer ended because nothing was taken of them. */
  readonly cutOff: number
  /** Resident memory of Foyer during the round, what may be collected included. */
  readonly mostMb: number
}

async function measureBeside({ beside, talkers, openTab }: Company): Promise<Round> {
  const tabs = await many(talkers.length * TABS_EACH, (index) => openTab(at(talkers, index)))
  await delay(1_000 * Number(values.settle))
  const before = await countCutOff()
  let mostMb = 0
  const watch = setInterval(() => (mostMb = Math.max(mostMb, foyer.memoryMb())), 200)
  const [measurement] = await Promise.all([
    measure({ name: 'Foyer', process: foyer, guests, echoes }, { rate, seconds }),
    talkers.length > 0 && runOpenLoop({ rate, seconds }, (index) => mention(at(talkers, index))),
  ])
  clearInterval(watch)
  const cutOff = (await countCutOff()) - before
  for (const close of tabs) close()
  return { beside, ...measurement, cutOff, mostMb }
}

/** What becomes of it is nobody's business: it is the others' words that count. */
function mention(talker: StreamingGuest): void {
  talker.say('word').catch(() => undefined)
}

async function countCutOff(): Promise<number> {
  const answer = await fetch(`http://127.0.0.1:${adminPort}/metrics`)
  return metricIn(await answer.text(), 'foyer_streams_closed_total{reason="slow"}')
}

function mediansOf(rows: readonly Round[]) {
  const of = (key: 'p50' | 'p95' | 'p99' | 'cpuUsPerMessage' | 'cutOff' | 'mostMb') =>
    median(rows.map((row) => row[key]))
  const times = { p50: of('p50'), p95: of('p95'), p99: of('p99'), cpuUsPerMessage: of('cpuUsPerMessage') }
  return { beside: rows[0]?.beside, ...times, cutOff: of('cutOff'), mostMb: of('mostMb') }
}

function print(): void {
  console.log(`Round trip of ${guests.length} guests at ${rate}/s, ms, in turn, ${seconds} s each`)
  console.table(measured.map(rounded))
  console.log(`Medians; ${TALKERS * TABS_EACH} tabs, and their ${TALKERS} talkers at ${rate}/s`)
  console.table(medians.map(rounded))
  console.log('Memory of Foyer in MB, after a full collection: before the rounds, and after them, without the tabs')
  console.table(memory.map(toRow))
}

function many<Result>(count: number, make: (index: number) => Promise<Result>): Promise<Result[]> {
  return inBatches([...Array(count).keys()], AT_ONCE, make)
}

/** Around and around. */
function at<Item>(items: readonly Item[], index: number): Item {
  return items[index % items.length] as Item
}
