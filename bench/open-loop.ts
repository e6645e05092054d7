import { setTimeout as delay } from 'node:timers/promises'

export interface Load {
  /** Messages per second, all guests together. */
  readonly rate: number
  readonly seconds: number
}

/**
 * Calls `send` on a schedule that does not wait for answers: what is late counts from the moment it was due, so a relay
 * that stalls cannot hide it. `now` is in milliseconds. Resolves when the last one has been called.
 */
export async function runOpenLoop(
  { rate, seconds }: Load,
  send: (index: number, dueAtMs: number) => void,
  now: () => number = () => performance.now(),
  sleep: (ms: number) => Promise<unknown> = delay,
): Promise<void> {
  const total = Math.round(rate * seconds)
  const startedAtMs = now()
  for (let index = 0; index < total;) {
    const due = Math.min(total, Math.floor(((now() - startedAtMs) * rate) / 1000) + 1)
    for (; index < due; index++) send(index, startedAtMs + (index * 1000) / rate)
    await sleep(1)
  }
}
