import { parseArgs } from 'node:util'
import { isWhole, keptUp, measure, type Measurement, type Relay } from './measure-relay.ts'
import { percentile } from './percentiles.ts'
import { startProcess } from './processes.ts'
import { startBareRelay, startFoyerRelay } from './start-relays.ts'

/*
 * Guest → relay → platform → relay → guest, open loop, Foyer and a bare Node relay in turn within one run; then the rate
 * is doubled until each no longer keeps up. Platform, both relays and this load generator are processes of their own on
 * one machine. bench/README.md says what the figures mean. Exit code 1 when a message was lost, doubled or refused at the
 * rate asked for.
 */

const { values } = parseArgs({
  allowNegative: true,
  options: {
    guests: { type: 'string', default: '50' },
    rate: { type: 'string', default: '200' },
    seconds: { type: 'string', default: '10' },
    rounds: { type: 'string', default: '2' },
    saturation: { type: 'boolean', default: true },
    simulator: { type: 'boolean', default: false },
    /** Folder for Foyer's CPU profile. */
    profile: { type: 'string' },
    json: { type: 'boolean', default: false },
  },
})
const [guests, rate, seconds, rounds] = [values.guests, values.rate, values.seconds, values.rounds].map(Number) as [
  number,
  number,
  number,
  number,
]
const WARM_UP_SECONDS = 4
const STEP_SECONDS = 2
const MAX_RATE = 25_600

const platformFile = values.simulator ? 'bench/echo-simulator.ts' : 'bench/echo-platform.ts'
const readyPath = values.simulator ? '/agent' : '/ready'
const platform = await startProcess(platformFile, (port) => ({ PORT: String(port) }), readyPath)
const relays = [
  await startBareRelay(platform.url, guests),
  await startFoyerRelay(platform.url, guests, values.profile),
] as const

for (const relay of relays) await measure(relay, { rate: rate * 2, seconds: WARM_UP_SECONDS })
const atRate: Measurement[] = []
for (let round = 0; round < rounds; round++) {
  for (const relay of relays) atRate.push(await measure(relay, { rate, seconds }))
}
const climb = values.saturation ? await climbUntilLate(relays) : []
for (const relay of relays) await relay.stop()
await platform.stop()

const ratios = [...new Set([...atRate, ...climb].map((each) => each.rate))].flatMap(ratiosAt)
if (values.json) console.log(JSON.stringify({ guests, atRate, climb, ratios }, undefined, 2))
else print()
process.exit(atRate.every(isWhole) ? 0 : 1)

/** Doubles the rate, both in turn, until neither keeps up. One that does not is stopped: its backlog is not the other's. */
async function climbUntilLate(all: readonly Relay[]): Promise<Measurement[]> {
  const measured: Measurement[] = []
  let climbing = all
  for (let next = rate * 2; climbing.length > 0 && next <= MAX_RATE; next *= 2) {
    const left: Relay[] = []
    for (const relay of climbing) {
      const step = await measure(relay, { rate: next, seconds: STEP_SECONDS })
      measured.push(step)
      if (keptUp(step)) left.push(relay)
      else await relay.stop()
    }
    climbing = left
  }
  return measured
}

function ratiosAt(at: number) {
  const of = (name: string, key: 'p50' | 'p99' | 'cpuUsPerMessage') => {
    const rows = [...atRate, ...climb].filter((row) => row.relay === name && row.rate === at && keptUp(row))
    return percentile(
      rows.map((row) => row[key]),
      0.5,
    )
  }
  const ratio = (key: 'p50' | 'p99' | 'cpuUsPerMessage') => of('Foyer', key) / of('bare', key)
  const row = { rate: at, p50: ratio('p50'), p99: ratio('p99'), cpuPerMessage: ratio('cpuUsPerMessage') }
  return Number.isNaN(row.p50) ? [] : [row]
}

function print(): void {
  console.log(`Round trip, ${guests} guests, ${seconds} s each, in turn`)
  console.table(atRate.map(rounded))
  if (climb.length > 0) console.log(`The rate doubled, ${STEP_SECONDS} s each, until late, lossy or short`)
  if (climb.length > 0) console.table(climb.map(rounded))
  console.log('Foyer / bare relay, where both keep up')
  console.table(ratios.map(rounded))
  const last = (name: string) =>
    Math.max(...[...atRate, ...climb].filter((row) => row.relay === name && keptUp(row)).map((row) => row.rate))
  console.log(`The highest rate kept up with: bare ${last('bare')}, Foyer ${last('Foyer')} messages/s`)
}

function rounded(row: object) {
  const entries = Object.entries(row).map(([key, value]: [string, unknown]) => [
    key,
    typeof value === 'number' ? Number(value.toFixed(2)) : value,
  ])
  return Object.fromEntries(entries) as Record<string, unknown>
}
