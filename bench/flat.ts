import { setTimeout as delay } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { costOf, growthOf, type Gathering } from './cost-per-message.ts'
import { isWhole, measure, type Measurement, type Relay } from './measure-relay.ts'
import { thatFit } from './open-files.ts'
import { startProcess } from './processes.ts'
import { rounded } from './rounded.ts'
import { startBareRelay, startFoyerRelay } from './start-relays.ts'

/*
 * What a message costs among few guests and among many, at one rate: Foyer and a bare Node relay in turn, each with so many
 * guests who all hold a stream, begun anew for each size; and what the guests cost while nobody speaks. bench/README.md
 * says what the figures mean. Exit code 1 when Foyer lost, doubled or refused a message.
 */

const { values } = parseArgs({
  options: {
    sizes: { type: 'string', default: '100,1000,10000' },
    /** Messages per second, all guests together. */
    rate: { type: 'string', default: '200' },
    seconds: { type: 'string', default: '8' },
    rounds: { type: 'string', default: '3' },
    json: { type: 'boolean', default: false },
  },
})
const [rate, seconds, rounds] = [values.rate, values.seconds, values.rounds].map(Number) as [number, number, number]
/** Of a relay, for each guest: a stream to it, and one of the platform. Of this process: a stream of either relay. */
const FILES_EACH = 2
/** Over which so many guests speak. */
const CONNECTIONS = 200
const WARM_UP = { rate, seconds: 8 }
const SETTLE_MS = 3_000
/** In which each stream has one heartbeat of either side. */
const IDLE_SECONDS = 15

const gatherings: Gathering[] = []
for (const size of values.sizes.split(',').map(Number)) gatherings.push(...(await gather(thatFit(size, FILES_EACH))))

const costs = gatherings.map(costOf)
const growth = ['bare', 'Foyer'].map((relay) => growthOf(costs, relay))
if (values.json) console.log(JSON.stringify({ gatherings, costs, growth }, undefined, 2))
else print()
process.exit(gatherings.filter(({ relay }) => relay === 'Foyer').every((each) => each.rounds.every(isWhole)) ? 0 : 1)

async function gather(guests: number): Promise<Gathering[]> {
  const platform = await startProcess('bench/echo-platform.ts', (port) => ({ PORT: String(port) }), '/ready')
  const crowd = { guests, connections: Math.min(guests, CONNECTIONS) }
  const present = [await timed(startBareRelay(platform.url, crowd)), await timed(startFoyerRelay(platform.url, crowd))]
  const relays = present.map(({ relay }) => relay)
  for (const relay of relays) await measure(relay, WARM_UP)
  const idle = await idleCpu(relays)
  const measured: Measurement[] = []
  for (let round = 0; round < rounds; round++) {
    for (const relay of relays) measured.push(await measure(relay, { rate, seconds }))
  }
  for (const relay of relays) await relay.stop()
  await platform.stop()
  return present.map(({ relay: { name }, seconds: readyInSeconds }, index) => ({
    ...{ relay: name, guests, readyInSeconds, idleCpuMsPerSecond: idle[index] ?? NaN },
    rounds: measured.filter(({ relay }) => relay === name),
  }))
}

async function timed(starting: Promise<Relay>): Promise<{ relay: Relay; seconds: number }> {
  const startedAtMs = performance.now()
  return { relay: await starting, seconds: (performance.now() - startedAtMs) / 1_000 }
}

/** Of each, all at once, in milliseconds per second. */
async function idleCpu(relays: readonly Relay[]): Promise<number[]> {
  await delay(SETTLE_MS)
  const cpuMs = () => relays.map(({ process }) => process?.cpuMs() ?? NaN)
  const before = cpuMs()
  await delay(IDLE_SECONDS * 1_000)
  return cpuMs().map((after, index) => (after - (before[index] ?? NaN)) / IDLE_SECONDS)
}

function print(): void {
  console.log(`${rate} messages/s, medians of ${rounds} rounds of ${seconds} s, in turn`)
  console.table(costs.map(rounded))
  console.log('A message among the most guests beside one among the fewest')
  console.table(growth.map(rounded))
}
