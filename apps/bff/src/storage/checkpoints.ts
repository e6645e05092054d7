import type { DatabaseSync } from 'node:sqlite'
import { Worker } from 'node:worker_threads'
import type { GroupCommit } from './group-commit.ts'

/** Pages: 32 MiB of them are a full log. Should the worker be gone, a commit takes over at 256 MiB. */
const TIMES = { everyMs: 1_000, fullPages: 8_192 }
const FALLBACK_PAGES = 65_536
/** Longest that writes are held back. */
const HOLD_MS = 1_000

/**
 * Moves the write-ahead log into the database on a thread of its own, until the returned function is called: a checkpoint
 * waits for the disk, milliseconds in which the event loop would stand still (https://sqlite.org/wal.html §2.3). The log
 * begins anew only when all of it has been moved, which under steady writing never is: once it is full, the next transaction
 * waits for the thread to move the rest, and the event loop does not.
 */
export function startCheckpoints(
  database: DatabaseSync,
  file: string,
  between: GroupCommit['between'],
  times = TIMES,
): () => void {
  database.exec(`PRAGMA wal_autocheckpoint = ${FALLBACK_PAGES}`)
  const worker = new Worker(new URL('./checkpoint-worker.ts', import.meta.url), {
    workerData: { file, ...times },
    // Nothing of the parent's flags, such as a profiler's, is meant for it.
    execArgv: [],
  })
  let moved = (): void => undefined
  const moveRest = () =>
    new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, HOLD_MS).unref()
      moved = () => {
        clearTimeout(timer)
        resolve()
      }
      worker.postMessage('move')
    })
  worker.on('message', (word) => (word === 'full' ? between(moveRest) : moved()))
  // Without it the fallback serves.
  worker.on('error', () => moved())
  worker.unref()
  return () => void worker.terminate()
}
