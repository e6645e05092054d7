import { parseArgs } from 'node:util'
import { climb } from './climb.ts'
import { isWhole, keptUp, measure, type Measurement, type Relay } from './measure-relay.ts'
import { percentile } from './percentiles.ts'
import { startProcess } from './processes.ts'
import { rounded } from './rounded.ts'
import { hasNginx } from './start-nginx.ts'
import { startBareRelay, startFoyerRelay, startNginxRelay } from './start-relays.ts'

/*
 * Guest → relay → platform → relay → guest, open loop: nginx, a bare Node relay and Foyer in turn within one run, at each
 * rate; then all are started anew, and the rate is raised by a tenth until each no longer keeps up. Platform, relays and
 * this load generator are processes of their own on one machine. bench/README.md says what the figures mean. Exit code 1
 * when Foyer lost, doubled or refused a message at a rate asked for.
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
    /** Beside them a Foyer that keeps nothing on disk: what waiting for the disk costs. */
    memory: { type: 'boolean', default: false },
    /** Folder for Foyer's CPU profile. */
    profile: { type: 'string' },
    json: { type: 'boolean', default: false },
  },
})
const [seconds, rounds] = [Number(values.seconds), Number(values.rounds)]
const rates = values.rates.split(',').map(Number)
const guests = Number(values.guests ?? Math.max(...rates))
const WARM_UP = { rate: Math.min(...rates), seconds: 4 }
const CLIMB = { from: Math.min(...rates) / 2, factor: 1.1, most: 25_600 }
const STEP_SECONDS = 3
const IN_MEMORY = { name: 'Foyer, memory', variables: { FOYER_STORE: 'memory:' } }

const platformFile = values.simulator ? 'bench/echo-simulator.ts' : 'bench/echo-platform.ts'
const readyPath = values.simulator ? '/agent' : '/ready'
const platform = await startProcess(platformFile, (port) => ({ PORT: String(port) }), readyPath)
if (!hasNginx()) console.warn('nginx is not there and is left out; apt-get install nginx')
const atRates = await measureAtRates()
const steps: Measurement[] = []
const highest = values.saturation ? await climbUntilLate() : {}
await platform.stop()

const ratios = rates.map(ratiosAt)
if (values.json) console.log(JSON.stringify({ guests, atRates, ratios, steps, highest }, undefined, 2))
else print()
process.exit(atRates.filter(({ relay }) => relay === 'Foyer').every(isWhole) ? 0 : 1)

async function startRelays(profile?: string): Promise<Relay[]> {
  const relays = [
    ...(hasNginx() ? [await startNginxRelay(platform.url, { guests })] : []),
    await startBareRelay(platform.url, { guests }),
    await startFoyerRelay(platform.url, { guests }, { profileFolder: profile }),
    ...(values.memory ? [await startFoyerRelay(platform.url, { guests }, IN_MEMORY)] : []),
  ]
  for (const relay of relays) await measure(relay, WARM_UP)
  return relays
}

async function measureAtRates(): Promise<Measurement[]> {
  const relays = await startRelays(values.profile)
  const measured: Measurement[] = []
  for (const rate of rates) {
    for (let round = 0; round < rounds; round++) {
      for (const relay of relays) measured.push(await measure(relay, { rate, seconds }))
    }
  }
  for (const relay of relays) await relay.stop()
  return measured
}

/** The last rate each kept up with. Begun anew: the highest rate asked for may have left a backlog. */
async function climbUntilLate(): Promise<Record<string, number>> {
  const keepsUp = async (relay: Relay, rate: number) => {
    const step = await measure(relay, { rate, seconds: STEP_SECONDS })
    steps.push(step)
    return keptUp(step)
  }
  const last = await climb(await startRelays(), CLIMB, keepsUp, (relay) => relay.stop())
  return Object.fromEntries([...last].map(([{ name }, rate]) => [name, rate]))
}

/** Medians over the rounds, where both kept up; NaN where one did not. */
function ratiosAt(rate: number) {
  const of = (name: string, key: 'p50' | 'p99' | 'cpuUsPerMessage') =>
    percentile(
      atRates.filter((row) => row.relay === name && row.rate === rate && keptUp(row)).map((row) => row[key]),
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
  console.log('Foyer beside the others, where both keep up')
  console.table(ratios.map(rounded))
  if (!values.saturation) return
  console.log(`The rate raised by a tenth, ${STEP_SECONDS} s each, until it is missed twice`)
  console.table(steps.map((step) => ({ keptUp: keptUp(step), ...rounded(step) })))
  const ofBare = (highest['Foyer'] ?? NaN) / (highest['bare'] ?? NaN)
  console.log('The last rate kept up with', highest, 'Foyer / bare', Number(ofBare.toFixed(2)))
}
