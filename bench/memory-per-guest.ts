import { setTimeout as delay } from 'node:timers/promises'
import type { Memory, Running } from './processes.ts'

export interface MemoryReading extends Memory {
  readonly guests: number
}

export interface CostPerGuest {
  readonly heapKb: number
  readonly residentKb: number
}

/** What arrivals leave behind for a moment, such as timeouts of requests, is not a guest's. */
const SETTLE_SECONDS = 3

export async function readMemory(
  process: Running,
  guests: number,
  settleSeconds = SETTLE_SECONDS,
): Promise<MemoryReading> {
  await delay(settleSeconds * 1000)
  return { guests, ...(await process.probeMemory()) }
}

/**
 * What one more guest costs, in kB of 1,000 bytes: the slope from the smallest gathering to the largest, so that what the
 * process needs with few guests is not theirs. NaN with fewer than two sizes.
 */
export function costPerGuest(readings: readonly MemoryReading[]): CostPerGuest {
  const [few, many] = [readings[0], readings.at(-1)]
  if (!few || !many) return { heapKb: NaN, residentKb: NaN }
  const slope = (of: (memory: Memory) => number) => (of(many) - of(few)) / (many.guests - few.guests) / 1000
  return {
    heapKb: slope(({ heapUsed, external }) => heapUsed + external),
    residentKb: slope(({ rss }) => rss),
  }
}

export function toRow({ guests, ...memory }: MemoryReading) {
  const inMb = Object.entries(memory).map(([key, bytes]: [string, number]) => [key, Number((bytes / 1e6).toFixed(1))])
  return { guests, ...(Object.fromEntries(inMb) as Memory) }
}
