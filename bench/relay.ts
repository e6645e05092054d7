import { parseArgs } from 'node:util'
import { setTimeout as delay } from 'node:timers/promises'
import { Pool } from 'undici'
import { runOpenLoop, type Load } from './open-loop.ts'
import { percentile } from './percentiles.ts'
import { cpuOf, startProcess, type Running } from './processes.ts'
import { bareGuests, foyerGuests, type Admit, type RelayGuest } from './relay-guests.ts'

/*
 * Guest → relay → platform → relay → guest, open loop, Foyer and a bare Node relay in turn within one run. Platform, both
 * relays and this load generator are processes of their own on one machine. Usage: --guests 50 --rate 200 --seconds 8
 * --rounds 3 --saturate
 */

const { values } = parseArgs({
  options: {
    guests: { type: 'string', default: '50' },
    rate: { type: 'string', default: '200' },
    seconds: { type: 'string', default: '8' },
    rounds: { type: 'string', default: '3' },
    saturate: { type: 'boolean', default: false },
  },
})
/** Where saturation is looked for: the rate doubles until this much of it is late or missing. */
const LATE_MS = 250
const DRAIN_MS = 3_000

interface Relay {
  readonly name: string
  readonly process: Running
  readonly guests: readonly RelayGuest[]
  readonly dueAtMs: Map<string, number>
  readonly latenciesMs: number[]
  doubled: number
}

interface Result {
  name: string
  rate: number
  p50: number
  p90: number
  p99: number
  delivered: number
  lost: number
  doubled: number
  refused: number
  cpuUsPerMessage: number
  memoryMb: number
  generatorCpuShare: number
}

const platform = await startProcess('bench/echo-platform.ts', (port) => ({ PORT: String(port) }), '/ready')
const platformUrl = platform.url.replace('localhost', '127.0.0.1')
const relays = [await startBare(), await startFoyer()]

const results: Result[] = []
for (let round = 0; round < Number(values.rounds); round++) {
  for (const relay of relays) {
    const result = await measure(relay, { rate: Number(values.rate), seconds: Number(values.seconds) })
    if (round > 0 || Number(values.rounds) === 1) results.push(result) // the first round warms up
  }
}
print('Round trip', results)
if (values.saturate)
  print('Saturation: the last rate each kept up with', [await saturate(relays[0]), await saturate(relays[1])])
for (const { guests } of relays) for (const guest of guests) guest.leave()
for (const { process } of [...relays, { process: platform }]) await process.stop()
process.exit(results.some(({ lost, doubled, refused }) => lost + doubled + refused > 0) ? 1 : 0)

async function startBare(): Promise<Relay> {
  const relay = await startProcess(
    'bench/bare-relay.ts',
    (port) => ({ PORT: String(port), PLATFORM_URL: platformUrl }),
    '/ready',
  )
  return admitAll('bare', relay, bareGuests(relay.url, new Pool(relay.url, { connections: 64 })))
}

async function startFoyer(): Promise<Relay> {
  const environment = (port: number) => ({
    PORT: String(port),
    FOYER_PLATFORM_URL: platformUrl,
    FOYER_CLIENT_ID: 'bench',
    FOYER_CLIENT_SECRET: 'a-secret-for-the-bench',
    FOYER_STORE: 'sqlite:/tmp/foyer-bench/foyer.db',
    FOYER_LOG_LEVEL: 'warn',
  })
  const relay = await startProcess('apps/bff/src/main.ts', environment, '/health/ready')
  return admitAll('Foyer', relay, foyerGuests(relay.url, new Pool(relay.url, { connections: 64 })))
}

async function admitAll(name: string, process: Running, admit: Admit): Promise<Relay> {
  const dueAtMs = new Map<string, number>()
  const relay = { name, process, guests: [] as RelayGuest[], dueAtMs, latenciesMs: [] as number[], doubled: 0 }
  const onEcho = (text: string) => {
    const due = dueAtMs.get(text)
    if (due === undefined) relay.doubled++
    else relay.latenciesMs.push(performance.now() - due)
    dueAtMs.delete(text)
  }
  while (relay.guests.length < Number(values.guests)) relay.guests.push(await admit(onEcho))
  return relay
}

async function measure(relay: Relay, load: Load): Promise<Result> {
  const { guests, dueAtMs, latenciesMs } = relay
  latenciesMs.length = 0
  relay.doubled = 0
  let refused = 0
  const before = { relay: relay.process.cpuMs(), own: cpuOf(process.pid), at: performance.now() }
  await runOpenLoop(load, (index, due) => {
    const text = `${relay.name}-${load.rate}-${before.at}-${index}`
    dueAtMs.set(text, due)
    void guests[index % guests.length]?.say(text).then(
      (status) => void (refused += status === 202 ? 0 : 1),
      () => void refused++,
    )
  })
  for (let waitedMs = 0; dueAtMs.size > 0 && waitedMs < DRAIN_MS; waitedMs += 50) await delay(50)
  const elapsedMs = performance.now() - before.at
  const delivered = latenciesMs.length
  const lost = dueAtMs.size
  dueAtMs.clear()
  return {
    name: relay.name,
    rate: load.rate,
    p50: percentile(latenciesMs, 0.5),
    p90: percentile(latenciesMs, 0.9),
    p99: percentile(latenciesMs, 0.99),
    delivered,
    lost,
    doubled: relay.doubled,
    refused,
    cpuUsPerMessage: ((relay.process.cpuMs() - before.relay) * 1000) / delivered,
    memoryMb: relay.process.memoryMb(),
    generatorCpuShare: (cpuOf(process.pid) - before.own) / elapsedMs,
  }
}

/** Doubles the rate until the relay no longer keeps up; the result is of the last rate at which it did. */
async function saturate(relay: Relay | undefined): Promise<Result> {
  if (!relay) throw new Error('no relay')
  let kept: Result | undefined
  for (let rate = Number(values.rate); rate <= 25_600; rate *= 2) {
    const result = await measure(relay, { rate, seconds: 4 })
    if (result.lost + result.refused > 0 || result.p99 > LATE_MS) break
    kept = result
  }
  return kept ?? (await measure(relay, { rate: Number(values.rate), seconds: 4 }))
}

function print(title: string, rows: readonly Result[]): void {
  console.log(`\n${title} (${values.guests} guests)`)
  const rounded = rows.map((row) =>
    Object.fromEntries(
      Object.entries(row).map(([key, value]) => [key, typeof value === 'number' ? Number(value.toFixed(2)) : value]),
    ),
  )
  console.table(rounded)
  const of = (name: string, key: 'p50' | 'p99' | 'cpuUsPerMessage' | 'rate') =>
    percentile(
      rows.filter((row) => row.name === name).map((row) => row[key]),
      0.5,
    )
  for (const key of ['p50', 'p99', 'cpuUsPerMessage', 'rate'] as const) {
    console.log(`Foyer / bare, ${key}: ${(of('Foyer', key) / of('bare', key)).toFixed(2)}`)
  }
}
