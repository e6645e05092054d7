import { parseArgs } from 'node:util'
import { isWhole, keptUp, measure, type Measurement, type Relay } from './measure-relay.ts'
import { percentile } from './percentiles.ts'
import { startProcess } from './processes.ts'
import { hasNginx } from './start-nginx.ts'
import { startBareRelay, startFoyerRelay, startNginxRelay } from './start-relays.ts'

/*
 * Guest → relay → platform → relay → guest, open loop: nginx, a bare Node relay and Foyer in turn within one run, at each
 * rate; then the rate is doubled until each no longer keeps up. Platform, relays and this load generator are processes of
 * their own on one machine. bench/README.md says what the figures mean. Exit code 1 when Foyer lost, doubled or refused a
 * message at a rate asked for.
 */

const { values } = parseArgs({
  allowNegative: true,
  options: {
    /** Absent: as many as it takes for each to say one thing a second at the highest rate. */
    guests: { type: 'string' },
    rates: { type: 'string', default: '500,2000' },
    seconds: { type: 'string', default: '8' },
    rounds: { type: 'string', default: '3' },
    saturation: { type: 'boolean', default: true },
    simulator: { type: 'boolean', default: false },
    /** Folder for Foyer's CPU profile. */
    profile: { type: 'string' },
    json: { type: 'boolean', default: false },
  },
})
const [seconds, rounds] = [Number(values.seconds), Number(values.rounds)]
const rates = values.rates.split(',').map(Number)
const guests = Number(values.guests ?? Math.max(...rates))
const WARM_UP = { rate: Math.min(...rates), seconds: 4 }
const STEP_SECONDS = 3
const MAX_RATE = 25_600

const platformFile = values.simulator ? 'bench/echo-simulator.ts' : 'bench/echo-platform.ts'
const readyPath = values.simulator ? '/agent' : '/ready'
const platform = await startProcess(platformFile, (port) => ({ PORT: String(port) }), readyPath)
if (!hasNginx()) console.warn('nginx is not there and is left out; apt-get install nginx')
const relays = [
  ...(hasNginx() ? [await startNginxRelay(platform.url, guests)] : []),
  await startBareRelay(platform.url, guests),
  await startFoyerRelay(platform.url, guests, values.profile),
]

for (const relay of relays) await measure(relay, WARM_UP)
const atRates: Measurement[] = []
for (const rate of rates) {
  for (let round = 0; round < rounds; round++) {
    for (const relay of relays) atRates.push(await measure(relay, { rate, seconds }))
  }
}
const climb = values.saturation ? await climbUntilLate() : []
for (const relay of relays) await relay.stop()
await platform.stop()

const all = [...atRates, ...climb]
const ratios = [...new Set(all.map(({ rate }) => rate))].map(ratiosAt)
const highest = Object.fromEntries(relays.map(({ name }) => [name, highestOf(name)]))
if (values.json) console.log(JSON.stringify({ guests, atRates, climb, ratios, highest }, undefined, 2))
else print()
process.exit(atRates.filter(({ relay }) => relay === 'Foyer').every(isWhole) ? 0 : 1)

/** Doubles the rate, all in turn, until none keeps up. One that does not is stopped: its backlog is not the others'. */
async function climbUntilLate(): Promise<Measurement[]> {
  const measured: Measurement[] = []
  let climbing = relays
  for (let next = Math.min(...rates); climbing.length > 0 && next <= MAX_RATE; next *= 2) {
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

function highestOf(name: string): number {
  return Math.max(0, ...all.filter((row) => row.relay === name && keptUp(row)).map(({ rate }) => rate))
}

/** Medians over the rounds, where both kept up; NaN where one did not. */
function ratiosAt(rate: number) {
  const of = (name: string, key: 'p50' | 'p99' | 'cpuUsPerMessage') =>
    percentile(
      all.filter((row) => row.relay === name && row.rate === rate && keptUp(row)).map((row) => row[key]),
      0.5,
    )
  return {
    rate,
    'p50 / nginx': of('Foyer', 'p50') / of('nginx', 'p50'),
    'p50 / bare': of('Foyer', 'p50') / of('bare', 'p50'),
    'p99 / bare': of('Foyer', 'p99') / of('bare', 'p99'),
    'CPU / bare': of('Foyer', 'cpuUsPerMessage') / of('bare', 'cpuUsPerMessage'),
  }
}

function print(): void {
  console.log(`Round trip, ${guests} guests, ${seconds} s each, in turn`)
  console.table(atRates.map(rounded))
  if (climb.length > 0) console.log(`The rate doubled, ${STEP_SECONDS} s each, until late, lossy or short`)
  if (climb.length > 0) console.table(climb.map(rounded))
  console.log('Foyer beside the others, where both keep up')
  console.table(ratios.map(rounded))
  console.log('The highest rate kept up with', highest)
}

function rounded(row: object) {
  const entries = Object.entries(row).map(([key, value]: [string, unknown]) => [
    key,
    typeof value === 'number' ? Number(value.toFixed(2)) : value,
  ])
  return Object.fromEntries(entries) as Record<string, unknown>
}
