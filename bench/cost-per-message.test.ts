import { expect, test } from 'vitest'
import { costOf, growthOf } from './cost-per-message.ts'
import type { Measurement } from './measure-relay.ts'

const round = (cpuUsPerMessage: number, p50: number): Measurement => ({
  ...{ relay: 'Foyer', rate: 200, achieved: 200, p50, p90: 0, p95: 0, p99: 10 * p50, lost: 0, doubled: 0, refused: 0 },
  ...{ cpuUsPerMessage, memoryMb: 150, lagP50: 0, generatorCpu: 0, othersCpu: 0 },
})
const gathering = (guests: number, idleCpuMsPerSecond: number, rounds: readonly Measurement[]) =>
  costOf({ relay: 'Foyer', guests, readyInSeconds: 1, idleCpuMsPerSecond, rounds })

const few = gathering(100, 2, [round(2_010, 5), round(1_010, 4), round(3_010, 6)])

test('medians of the rounds, and what a message costs beside the idle guests', () => {
  expect(few).toEqual({
    ...{ relay: 'Foyer', guests: 100, readyInSeconds: 1, idleCpuMsPerSecond: 2 },
    ...{ cpuUsPerMessage: 2_010, ownUsPerMessage: 2_000, p50: 5, p99: 50, memoryMb: 150 },
  })
})

test('growth is the last size beside the first', () => {
  const some = gathering(1_000, 20, [round(9_999, 5)])
  const many = gathering(10_000, 204, [round(4_020, 5)])
  expect(growthOf([few, some, many], 'Foyer')).toEqual({ relay: 'Foyer', cpuUsPerMessage: 2, ownUsPerMessage: 1.5 })
})
