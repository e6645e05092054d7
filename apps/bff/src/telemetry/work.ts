import { AsyncLocalStorage } from 'node:async_hooks'
import { createHmac } from 'node:crypto'
import type { Span } from './tracing.ts'

/** What the code that runs just now runs for: it stands in every line that is logged meanwhile. */
export interface Work {
  readonly requestId?: string | undefined
  readonly sessionId?: string | undefined
  readonly span?: Span | undefined
}

// The one thing that must be reachable from everywhere, since handing it down would put it into every signature.
const current = new AsyncLocalStorage<Work | undefined>()

export const currentWork = (): Work | undefined => current.getStore()

/** Runs `act`, and what it starts, for this work and no other. */
export const during = <Result>(work: Work, act: () => Result): Result => current.run(work, act)

/** Runs what it is given as part of the work that is under way now, however much later. */
export const carryOn = (): (<Result>(act: () => Result) => Result) => {
  const work = current.getStore()
  return (act) => current.run(work, act)
}

/**
 * The work as a log line names it: `requestId`, `traceId`, and `session`, a prefix of a keyed hash (S46): lines of one
 * session can be put together, and nobody without the key can tell whose they are.
 */
export function createWorkNames(key: Uint8Array): () => Record<string, string> {
  const lastKey = createHmac('sha256', key).update('foyer-log-session').digest()
  return () => {
    const { requestId, sessionId, span } = current.getStore() ?? {}
    return {
      ...(requestId === undefined ? {} : { requestId }),
      ...(span?.traceId === undefined ? {} : { traceId: span.traceId }),
      ...(sessionId === undefined ? {} : { session: hashPrefix(lastKey, sessionId) }),
    }
  }
}

const hashPrefix = (key: Uint8Array, sessionId: string) =>
  createHmac('sha256', key).update(sessionId).digest('hex').slice(0, 12)
