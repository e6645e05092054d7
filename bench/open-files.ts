import { readFileSync } from 'node:fs'

/** Beside the guests' own: connections for calls, the store, what Node needs. */
const OTHERS = 600

/** How many files one process may have open; Node raises its own limit to it. */
export function mostOpenFiles(): number {
  const limits = readFileSync('/proc/self/limits', 'utf8')
  return Number(/Max open files +\S+ +(\d+)/.exec(limits)?.[1] ?? Infinity)
}

/** As many of the guests as one process can hold at so many files each; says so when it is not all of them. */
export function thatFit(guests: number, filesEach: number, most = mostOpenFiles()): number {
  const fitting = Math.min(guests, Math.floor((most - OTHERS) / filesEach))
  if (fitting < guests) {
    const needed = guests * filesEach + OTHERS
    console.warn(
      `${guests} guests need ${needed} open files in one process, ${most} are allowed: ${fitting} come instead`,
    )
  }
  return fitting
}
