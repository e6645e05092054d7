import { parseArgs } from 'node:util'
import { Pool } from 'undici'
import { inBatches } from './in-batches.ts'
import { costPerGuest, readMemory, toRow, type CostPerGuest, type MemoryReading } from './memory-per-guest.ts'
import { thatFit } from './open-files.ts'
import { startProcess, type Running } from './processes.ts'
import { bareGuests, foyerGuests, type Admit, type StreamingGuest } from './relay-guests.ts'
import { startFoyer } from './start-foyer.ts'

/*
 * Guests who do nothing but look, on Foyer and on a bare Node relay in turn: each holds a stream of events, and the relay
 * a stream of the platform for each. Memory per guest; per further tab of a guest, which costs a stream and nothing
 * upstream; whether it grows while nothing happens; and what is left when all have gone. bench/README.md says what the
 * figures mean. Exit code 1 when a bar is missed.
 */

const { values } = parseArgs({
  options: {
    /** Of the gatherings whose memory is read. */
    sizes: { type: 'string', default: '500,5000' },
    /** How long the last stay and do nothing. */
    seconds: { type: 'string', default: '30' },
    json: { type: 'boolean', default: false },
  },
})
const sizes = values.sizes.split(',').map(Number)
const seconds = Number(values.seconds)
/** Per stream, in kB. */
const BAR_KB = 20
/** So long a conversation stays open upstream when nobody looks any more, and a little. */
const LINGER_SECONDS = 32
const AT_ONCE = 20
/** Two tabs each: Foyer has one stream of the platform for both, the bare relay one for each. */
const FILES_EACH = { Foyer: 3, bare: 4 }

const platform = await startProcess('bench/echo-platform.ts', (port) => ({ PORT: String(port) }), '/ready')
const foyer = await holdIdle('Foyer', await startFoyer(platform.url, { probe: true }), ({ url }, pool) =>
  foyerGuests(url, pool),
)
const bare = await holdIdle('bare', await startBare(), ({ url }, pool) => bareGuests(url, pool, platform.url))
await platform.stop()

const checks = [{ what: 'one more stream, kB resident', is: foyer.stream.residentKb, atMost: BAR_KB }]
if (values.json) console.log(JSON.stringify({ bare, foyer, checks }, undefined, 2))
else console.table(checks)
process.exit(checks.every(({ is, atMost }) => is <= atMost) ? 0 : 1)

function startBare(): Promise<Running> {
  const environment = (port: number) => ({ PORT: String(port), PLATFORM_URL: platform.url })
  return startProcess('bench/bare-relay.ts', environment, '/ready', { probe: true })
}

interface Held {
  readonly name: string
  readonly read: readonly Reading[]
  readonly guest: CostPerGuest
  readonly stream: CostPerGuest
}

async function holdIdle(
  name: keyof typeof FILES_EACH,
  relay: Running,
  door: (relay: Running, pool: Pool) => Admit<StreamingGuest>,
): Promise<Held> {
  const pool = new Pool(relay.url, { connections: AT_ONCE })
  const admit = door(relay, pool)
  const guests: StreamingGuest[] = []
  const read: Reading[] = []
  const note = async (what: string, settleSeconds?: number) =>
    void read.push({ what, ...(await readMemory(relay, guests.length, settleSeconds)) })

  await note('nobody')
  for (const size of sizes.map((asked) => thatFit(asked, FILES_EACH[name]))) {
    const newcomers = Array.from({ length: size - guests.length })
    guests.push(...(await inBatches(newcomers, AT_ONCE, () => admit(() => undefined))))
    await note('a tab each')
  }
  const arrived = read.slice(1)
  await note(`after ${seconds} s`, seconds)
  const [before] = read.slice(-1)
  await inBatches(guests, AT_ONCE, (guest) => guest.openTab())
  await note('two tabs each')
  const [after] = read.slice(-1)
  for (const guest of guests.splice(0)) guest.leave()
  await note('all gone', LINGER_SECONDS)
  await pool.destroy()
  await relay.stop()
  // The second tabs alone: as many as there are guests, beside none.
  const stream = costPerGuest(before && after ? [{ ...before, guests: 0 }, after] : [])
  const held = { name, read, guest: costPerGuest(arrived), stream }
  if (!values.json) print(held)
  return held
}

interface Reading extends MemoryReading {
  readonly what: string
}

function print({ name, read, guest, stream }: Held): void {
  console.log(`Memory of ${name} in MB, after a full collection`)
  console.table(read.map(({ what, ...reading }) => ({ what, ...toRow(reading) })))
  console.log(`One more guest, kB: heap ${guest.heapKb.toFixed(1)}, resident ${guest.residentKb.toFixed(1)}`)
  console.log(`One more tab, kB: heap ${stream.heapKb.toFixed(1)}, resident ${stream.residentKb.toFixed(1)}`)
}
