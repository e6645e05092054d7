import { backOffMs } from '../api/back-off.ts'
import type { Clock } from '../api/clock.ts'
import type { Network } from '../api/network.ts'
import { retryAfterMs, isRetryable } from '../api/problem-error.ts'
import type { Connection } from './connection.svelte.ts'

interface PersistOptions {
  clock: Clock
  network: Network
  connection: Connection
  signal: AbortSignal
  /** Which failures are worth another attempt. */
  isWorthIt?: (error: unknown) => boolean
}

/** Asks until there is an answer, telling the connection when it has to wait. Throws a refusal, or when aborted. */
export async function persist<T>(ask: (signal: AbortSignal) => Promise<T>, options: PersistOptions): Promise<T> {
  const { clock, network, connection, signal, isWorthIt = isRetryable } = options
  try {
    for (let attempt = 0; ; attempt++) {
      try {
        return await ask(signal)
      } catch (error) {
        if (signal.aborted || !isWorthIt(error)) throw error
        const delayMs = retryAfterMs(error) ?? backOffMs(attempt)
        connection.down('request', clock.now() + delayMs)
        await untilWoken(clock, network, delayMs, signal)
        signal.throwIfAborted()
      }
    }
  } finally {
    connection.up('request')
  }
}

/** Waits, but no longer than until the network comes back or the page is looked at again. */
export async function untilWoken(clock: Clock, network: Network, delayMs: number, signal: AbortSignal): Promise<void> {
  const woken = new AbortController()
  const unsubscribe = network.subscribe(() => woken.abort())
  await clock.sleep(delayMs, AbortSignal.any([signal, woken.signal]))
  unsubscribe()
}
