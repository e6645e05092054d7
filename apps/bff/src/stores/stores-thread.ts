import { parentPort, workerData, type MessagePort } from 'node:worker_threads'
import { openSqliteStores } from './sqlite-stores.ts'
import type { Stores } from './stores.ts'
import {
  CLOSED,
  toFailure,
  type Answer,
  type Asked,
  type Call,
  type Opened,
  type ThreadData,
  type Told,
} from './thread-messages.ts'

/* The thread of the stores: opens them, and does what the event loop asks for. */

const port = parentPort as MessagePort
let nowMs = 0
let answers: Answer[] = []
let commits: Told['commits'][number][] = []
let telling: NodeJS.Immediate | undefined

try {
  const stores = openSqliteStores({
    ...(workerData as ThreadData),
    clock: { now: () => nowMs },
    committed({ durationMs, error }) {
      commits.push({ durationMs, failure: error && toFailure(error) })
      tellSoon()
    },
  })
  port.on('message', (asked: Asked) => {
    nowMs = asked.nowMs
    for (const call of asked.calls) void perform(stores, call)
    if (asked.close) void close(stores)
  })
  port.postMessage({ opened: true } satisfies Opened)
} catch (error) {
  port.postMessage({ opened: false, failure: toFailure(error) } satisfies Opened)
}

async function perform(stores: Stores, call: Call): Promise<void> {
  const answer = await answerTo(stores, call)
  answers.push(answer)
  tellSoon()
}

async function answerTo(stores: Stores, { id, store, method, args }: Call): Promise<Answer> {
  try {
    const methods = stores[store] as unknown as Record<string, (...args: readonly unknown[]) => Promise<unknown>>
    return { id, value: await methods[method]?.(...args) }
  } catch (error) {
    return { id, failure: toFailure(error) }
  }
}

/** All that one turn of the loop brings, in one message. */
function tellSoon(): void {
  telling ??= setImmediate(tell)
}

function tell(): void {
  telling = undefined
  port.postMessage({ answers, commits } satisfies Told)
  answers = []
  commits = []
}

async function close(stores: Stores): Promise<void> {
  await stores.close()
  // What was kept last is answered in the microtasks that follow.
  setImmediate(() => {
    tell()
    port.postMessage(CLOSED)
  })
}
