import { setTimeout as delay } from 'node:timers/promises'
import type { Echoes } from './echoes.ts'
import { runOpenLoop, type Load } from './open-loop.ts'
import { percentile } from './percentiles.ts'
import type { RelayGuest } from './relay-guests.ts'
import { othersCpuMs, ownCpuMs, type Running } from './processes.ts'

/** An echo later than this is not one a relay kept up with. */
export const LATE_MS = 250
/** What is missing at the end counts as lost after so long without anything coming: what is only late is not lost. */
const SILENCE_MS = 3_000

/** Guests whose words come back to the echoes. */
export interface Measurable {
  readonly name: string
  /** Undefined where nothing stands between the platform and its guests. */
  readonly process: Running | undefined
  readonly guests: readonly Pick<RelayGuest, 'say'>[]
  readonly echoes: Echoes
}

export interface Relay extends Measurable {
  stop(): Promise<void>
}

/** Times in milliseconds, each from the moment a message was due. CPU in cores, or microseconds per message. */
export interface Measurement {
  readonly relay: string
  readonly rate: number
  /** Messages per second that came back by the end of the schedule, or at most `LATE_MS` after it. */
  readonly achieved: number
  readonly p50: number
  readonly p90: number
  readonly p95: number
  readonly p99: number
  readonly lost: number
  readonly doubled: number
  /** Answered otherwise than 2xx, or not at all. */
  readonly refused: number
  readonly cpuUsPerMessage: number
  readonly memoryMb: number
  /** How late the generator itself was in sending. */
  readonly lagP50: number
  readonly generatorCpu: number
  /** What all else on the machine used meanwhile: more than a little, and the figures are noise. */
  readonly othersCpu: number
}

/** Sends at the load's rate and waits for what comes back. */
export async function measure({ name, process, guests, echoes }: Measurable, load: Load): Promise<Measurement> {
  const startedAtMs = performance.now()
  const before = { relay: process?.cpuMs() ?? 0, own: ownCpuMs(), others: othersCpuMs() }
  const lagsMs: number[] = []
  let refused = 0
  echoes.begin(startedAtMs + load.seconds * 1000 + LATE_MS)
  await runOpenLoop(load, (index, dueAtMs) => {
    const text = `${name}-${startedAtMs}-${index}`
    echoes.expect(text, dueAtMs)
    lagsMs.push(performance.now() - dueAtMs)
    void guests[index % guests.length]?.say(text).then(
      (status) => void (refused += status >= 200 && status < 300 ? 0 : 1),
      () => void refused++,
    )
  })
  await untilSilent(echoes)

  const elapsedMs = performance.now() - startedAtMs
  const { latenciesMs } = echoes
  return {
    relay: name,
    rate: load.rate,
    achieved: echoes.inTime / load.seconds,
    p50: percentile(latenciesMs, 0.5),
    p90: percentile(latenciesMs, 0.9),
    p95: percentile(latenciesMs, 0.95),
    p99: percentile(latenciesMs, 0.99),
    lost: echoes.missing,
    doubled: echoes.doubled,
    refused,
    cpuUsPerMessage: (((process?.cpuMs() ?? 0) - before.relay) * 1000) / latenciesMs.length,
    memoryMb: process?.memoryMb() ?? 0,
    lagP50: percentile(lagsMs, 0.5),
    generatorCpu: (ownCpuMs() - before.own) / elapsedMs,
    othersCpu: (othersCpuMs() - before.others) / elapsedMs,
  }
}

async function untilSilent(echoes: Echoes): Promise<void> {
  let { missing } = echoes
  for (let silentMs = 0; missing > 0 && silentMs < SILENCE_MS; silentMs += 50) {
    await delay(50)
    if (echoes.missing < missing) silentMs = 0
    missing = echoes.missing
  }
}

export const isWhole = ({ lost, doubled, refused }: Measurement): boolean => lost + doubled + refused === 0

/** Whether the relay carried this rate; once it does not, what is under way is a backlog. */
export const keptUp = (measured: Measurement): boolean =>
  isWhole(measured) && measured.p99 <= LATE_MS && measured.achieved >= measured.rate * 0.95
