import type { Measurement } from './measure-relay.ts'
import { median } from './percentiles.ts'

/** A gathering of one size at one relay, quiet and then in rounds of messages. */
export interface Gathering {
  readonly relay: string
  readonly guests: number
  /** Until the relay was up, and all were in. */
  readonly readyInSeconds: number
  readonly idleCpuMsPerSecond: number
  readonly rounds: readonly Measurement[]
}

/** Medians of the rounds: CPU in microseconds per message, times in milliseconds. */
export interface Cost extends Omit<Gathering, 'rounds'> {
  readonly cpuUsPerMessage: number
  /** Without what the gathering costs when nobody speaks. */
  readonly ownUsPerMessage: number
  readonly p50: number
  readonly p99: number
  readonly memoryMb: number
}

export function costOf({ rounds, ...gathering }: Gathering): Cost {
  const of = (key: 'p50' | 'p99' | 'memoryMb') => median(rounds.map((row) => row[key]))
  const idleUsPerMessage = (row: Measurement) => (gathering.idleCpuMsPerSecond * 1_000) / row.rate
  return {
    ...gathering,
    cpuUsPerMessage: median(rounds.map((row) => row.cpuUsPerMessage)),
    ownUsPerMessage: median(rounds.map((row) => row.cpuUsPerMessage - idleUsPerMessage(row))),
    ...{ p50: of('p50'), p99: of('p99'), memoryMb: of('memoryMb') },
  }
}

/** How many times what a message costs in the first gathering it costs in the last; 1 is flat. */
export function growthOf(costs: readonly Cost[], relay: string) {
  const [first, last] = [costs.find((cost) => cost.relay === relay), costs.findLast((cost) => cost.relay === relay)]
  const growth = (key: 'cpuUsPerMessage' | 'ownUsPerMessage') => (last?.[key] ?? NaN) / (first?.[key] ?? NaN)
  return { relay, cpuUsPerMessage: growth('cpuUsPerMessage'), ownUsPerMessage: growth('ownUsPerMessage') }
}
