import type { Worker } from 'node:worker_threads'
import type { Clock } from '../clock.ts'
import { StoreError } from '../storage/store-error.ts'
import { CLOSED, toError, type Answer, type Asked, type Call, type StoreName, type Told } from './thread-messages.ts'

/** Calls that may wait for the thread; more is refused at once. */
const MAX_WAITING = 20_000

interface Waiting {
  readonly askedAtMs: number
  readonly resolve: (value: unknown) => void
  readonly reject: (error: unknown) => void
}

export interface ThreadCalls {
  call(store: StoreName, method: string, args: readonly unknown[]): Promise<unknown>
  /** How long the call that waits longest has waited. */
  longestWaitMs(): number
  /** What was asked for is done; what comes later is refused. */
  close(): Promise<void>
}

/** Calls of the thread, answered in their order as far as they were done in it; `noteCommit` hears of each transaction. */
export function createThreadCalls(
  worker: Worker,
  clock: Pick<Clock, 'now' | 'monotonic'>,
  noteCommit: (commit: Told['commits'][number]) => void,
): ThreadCalls {
  const waiting = new Map<number, Waiting>()
  const closed = Promise.withResolvers<undefined>()
  let calls: Call[] = []
  let asking: NodeJS.Immediate | undefined
  let ids = 0
  let isClosed = false

  worker.on('message', (message: Told | typeof CLOSED) => {
    if (message === CLOSED) return closed.resolve(undefined)
    // The trouble is known before those who met it ask about it.
    message.commits.forEach(noteCommit)
    message.answers.forEach(settle)
  })

  // It ends when it was closed, or by an error, which ends the process: nobody is to wait for it then.
  worker.once('exit', () => {
    isClosed = true
    for (const { reject } of waiting.values()) reject(new StoreError('io'))
    waiting.clear()
    closed.resolve(undefined)
  })

  function settle(answer: Answer): void {
    const call = waiting.get(answer.id)
    waiting.delete(answer.id)
    if ('failure' in answer) call?.reject(toError(answer.failure))
    else call?.resolve(answer.value)
  }

  const post = (some: readonly Call[]) => worker.postMessage({ nowMs: clock.now(), calls: some } satisfies Asked)

  /** All that one turn of the loop asks for, in one message. */
  function ask(): void {
    asking = undefined
    const all = calls
    calls = []
    try {
      post(all)
    } catch {
      all.forEach(postAlone) // what cannot cross to the other thread is a failure of its own call
    }
  }

  function postAlone(call: Call): void {
    try {
      post([call])
    } catch (error) {
      settle({ id: call.id, failure: { kind: 'other', error } })
    }
  }

  return {
    call(store, method, args) {
      if (isClosed) return Promise.reject(new StoreError('closed'))
      if (waiting.size >= MAX_WAITING) return Promise.reject(new StoreError('locked'))
      const id = ids++
      calls.push({ id, store, method, args })
      asking ??= setImmediate(ask)
      return new Promise((resolve, reject) => {
        waiting.set(id, { askedAtMs: clock.monotonic(), resolve, reject })
      })
    },

    longestWaitMs() {
      const [oldest] = waiting.values() // a map remembers the order in which its keys came
      return oldest ? clock.monotonic() - oldest.askedAtMs : 0
    },

    async close() {
      if (!isClosed) {
        isClosed = true
        clearImmediate(asking)
        ask()
        worker.postMessage({ nowMs: clock.now(), calls: [], close: true } satisfies Asked)
      }
      await closed.promise
    },
  }
}
