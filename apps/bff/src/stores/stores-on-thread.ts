import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import type { StoreErrorCode } from '../storage/store-error.ts'
import type { Stores, StoresOptions } from './stores.ts'
import { createThreadCalls } from './thread-calls.ts'
import { METHODS, toError, toStoreFailure, type Opened, type StoreName, type ThreadData } from './thread-messages.ts'

/** A call that waits longer says that the disk stands still. */
const STUCK_MS = 5_000

/** The stores on a thread of their own. Throws StoreError, or an Error when the file is not ours. */
export async function openStoresOnThread({ file, secrets, clock, committed }: StoresOptions): Promise<Stores> {
  const worker = new Worker(new URL('./stores-thread.ts', import.meta.url), {
    workerData: { file, secrets } satisfies ThreadData,
  })
  const [first] = (await once(worker, 'message')) as [Opened]
  if (!first.opened) throw toError(first.failure)
  // A bug, as an exception of this thread would be, and met by the same handler.
  worker.on('error', (error) => {
    throw error
  })

  let failure: StoreErrorCode | undefined
  const calls = createThreadCalls(worker, clock, ({ durationMs, failure: failed }) => {
    const error = failed && toStoreFailure(failed)
    failure = error?.code
    committed?.({ durationMs, error })
  })
  const storeOf = <Name extends StoreName>(name: Name) =>
    Object.fromEntries(
      Object.keys(METHODS[name]).map((method) => [
        method,
        (...args: readonly unknown[]) => calls.call(name, method, args),
      ]),
    ) as unknown as Stores[Name] // METHODS names every method of it.

  return {
    sessions: storeOf('sessions'),
    conversations: storeOf('conversations'),
    events: storeOf('events'),
    get failure() {
      return failure ?? (calls.longestWaitMs() > STUCK_MS ? 'io' : undefined)
    },
    async close() {
      await calls.close()
      await worker.terminate()
    },
  }
}
