import type { Clock } from '../../src/clock.ts'

interface Sleeper {
  readonly dueAtMs: number
  readonly wake: () => void
}

/** A clock that goes on only when told to. Its wall clock can be moved by itself, as an operator or NTP does. */
export class FakeClock implements Clock {
  readonly #sleepers = new Set<Sleeper>()
  #wallMs = Date.UTC(2026, 10, 22, 10)
  #monotonicMs = 5_000

  now = (): number => Math.floor(this.#wallMs)
  monotonic = (): number => this.#monotonicMs

  /** Milliseconds until each sleeper is due, the next one first. */
  get waits(): number[] {
    return [...this.#sleepers].map(({ dueAtMs }) => dueAtMs - this.#monotonicMs).sort((one, other) => one - other)
  }

  sleep = (ms: number, signal?: AbortSignal): Promise<void> => {
    const { promise, resolve, reject } = Promise.withResolvers<undefined>()
    const abort = () => {
      this.#sleepers.delete(sleeper)
      reject(signal?.reason as Error)
    }
    const sleeper: Sleeper = {
      dueAtMs: this.#monotonicMs + ms,
      wake: () => {
        this.#sleepers.delete(sleeper)
        signal?.removeEventListener('abort', abort)
        resolve(undefined)
      },
    }
    this.#sleepers.add(sleeper)
    if (signal?.aborted) abort()
    else signal?.addEventListener('abort', abort, { once: true })
    return promise
  }

  /** Goes on by `ms`, waking each sleeper at its time and letting settle what it started. */
  async advance(ms: number): Promise<void> {
    const untilMs = this.#monotonicMs + ms
    await settle()
    for (let next = this.#nextUntil(untilMs); next; next = this.#nextUntil(untilMs)) {
      this.#moveTo(next.dueAtMs)
      next.wake()
      await settle()
    }
    this.#moveTo(untilMs)
  }

  /** Only the wall clock jumps; no time goes by. */
  jumpWallClock(ms: number): void {
    this.#wallMs += ms
  }

  #nextUntil(untilMs: number): Sleeper | undefined {
    return [...this.#sleepers].filter(({ dueAtMs }) => dueAtMs <= untilMs).sort((a, b) => a.dueAtMs - b.dueAtMs)[0]
  }

  #moveTo(monotonicMs: number): void {
    this.#wallMs += Math.max(0, monotonicMs - this.#monotonicMs)
    this.#monotonicMs = Math.max(this.#monotonicMs, monotonicMs)
  }
}

/** Lets everything that waits for nothing but promises come to rest. */
export async function settle(): Promise<void> {
  for (let turn = 0; turn < 12; turn++) await new Promise((resolve) => setImmediate(resolve))
}
