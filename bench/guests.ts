import { createControlClient } from '@foyer/simulator/control/client'
import { parseArgs } from 'node:util'
import { Pool } from 'undici'
import { gatherAudience } from './audience.ts'
import { directGuests } from './direct-guests.ts'
import { isWhole, measure, type Measurement } from './measure-relay.ts'
import { costPerGuest, readMemory, toRow, type MemoryReading } from './memory-per-guest.ts'
import { median } from './percentiles.ts'
import { foyerGuests } from './relay-guests.ts'
import { rounded } from './rounded.ts'
import { startFoyer } from './start-foyer.ts'
import { DEPLOYMENT_ID, startWebMessagingPlatform } from './web-messaging-platform.ts'

/*
 * Many guests on one Foyer over Web Messaging, each with a stream of events and a socket of its own towards the simulator:
 * what a guest costs in memory, and how long a word of the agent's takes to the guest, beside guests who hold the same
 * kind of socket themselves, in turn. bench/README.md says what the figures mean. Exit code 1 when a message was lost,
 * doubled or refused.
 */

const { values } = parseArgs({
  options: {
    /** Of the gatherings whose memory is read; the last stays for the messages. */
    sizes: { type: 'string', default: '200,1000' },
    /** Messages per second, all guests together. */
    rate: { type: 'string', default: '200' },
    seconds: { type: 'string', default: '10' },
    rounds: { type: 'string', default: '3' },
    /** Folder for Foyer's CPU profile, and a snapshot of its heap with all guests there. */
    profile: { type: 'string' },
    json: { type: 'boolean', default: false },
  },
})
const sizes = values.sizes.split(',').map(Number)
const [rate, seconds, rounds] = [values.rate, values.seconds, values.rounds].map(Number) as [number, number, number]
const WARM_UP_SECONDS = 2

const platform = await startWebMessagingPlatform()
const foyer = await startFoyer(platform.url, {
  variables: { FOYER_CONNECTOR: 'web-messaging', FOYER_DEPLOYMENT_ID: DEPLOYMENT_ID },
  probe: true,
  profileFolder: values.profile,
})

const control = createControlClient(platform.url)
const pool = new Pool(foyer.url, { connections: 16 })
const audiences = [
  gatherAudience({ name: 'direct', process: undefined, admit: directGuests(platform.url), control }),
  gatherAudience({ name: 'Foyer', process: foyer, admit: foyerGuests(foyer.url, pool), control }),
] as const
const [direct, relayed] = audiences

const memory: MemoryReading[] = [await readMemory(foyer, 0)]
const arrivals: { guests: number; seconds: number }[] = []
for (const size of sizes) {
  const startedAtMs = performance.now()
  const before = relayed.guests.length
  await relayed.growTo(size)
  arrivals.push({ guests: size - before, seconds: (performance.now() - startedAtMs) / 1000 })
  memory.push(await readMemory(foyer, size))
}
if (values.profile !== undefined) await foyer.writeHeapSnapshot(values.profile)
await direct.growTo(relayed.guests.length)

for (const audience of audiences) await measure(audience, { rate, seconds: WARM_UP_SECONDS })
const measured: Measurement[] = []
for (let round = 0; round < rounds; round++) {
  for (const audience of audiences) measured.push(await measure(audience, { rate, seconds }))
}
memory.push(await readMemory(foyer, relayed.guests.length))

for (const audience of audiences) audience.leave()
await pool.destroy()
await foyer.stop()
await platform.stop()

const perGuest = costPerGuest(memory.slice(1, -1))
const medians = audiences.map(({ name }) => mediansOf(name))
if (values.json) console.log(JSON.stringify({ memory, perGuest, arrivals, measured, medians }, undefined, 2))
else print()
process.exit(measured.every(isWhole) ? 0 : 1)

function mediansOf(name: string) {
  const rows = measured.filter(({ relay }) => relay === name)
  const of = (key: 'p50' | 'p90' | 'p95' | 'p99') => Number(median(rows.map((row) => row[key])).toFixed(2))
  return { name, p50: of('p50'), p90: of('p90'), p95: of('p95'), p99: of('p99') }
}

function print(): void {
  console.log('Memory of Foyer in MB, after a full collection; the last row after the messages')
  console.table(memory.map(toRow))
  console.log(`One more guest, kB: heap ${perGuest.heapKb.toFixed(1)}, resident ${perGuest.residentKb.toFixed(1)}`)
  for (const { guests, seconds: taken } of arrivals) console.log(`${guests} guests arrived in ${taken.toFixed(1)} s`)
  console.log(`Agent → guest, ${relayed.guests.length} guests, ${rate} messages/s, ${seconds} s each, in turn, ms`)
  console.table(measured.map(rounded))
  console.log('Medians of the rounds, ms')
  console.table(medians)
}
