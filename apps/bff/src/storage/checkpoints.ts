import type { DatabaseSync } from 'node:sqlite'
import { Worker } from 'node:worker_threads'
import type { GroupCommit } from './group-commit.ts'
import { StoreError, toStoreError, type StoreErrorCode } from './store-error.ts'

/** Pages: 32 MiB of them are a full log. Should the worker be gone, a commit takes over at 256 MiB. */
const TIMES = { everyMs: 1_000, fullPages: 8_192, startAgainMs: 5_000 }
const FALLBACK_PAGES = 65_536
/** Longest that writes are held back. */
const HOLD_MS = 1_000

/** What the thread says: it asks to move the rest, has done so, or begins or ceases to fail. */
export type CheckpointWord = 'full' | 'moved' | { state: 'well' } | { state: 'failing'; code: StoreErrorCode }

export interface CheckpointParts {
  readonly between: GroupCommit['between']
  /** Hears when nothing can be moved, and, without an error, when something can again. */
  readonly told: (error?: StoreError) => void
  readonly times?: typeof TIMES
}

/**
 * Moves the write-ahead log into the database on a thread of its own, until the returned function is called: a checkpoint
 * waits for the disk, milliseconds in which the event loop would stand still (https://sqlite.org/wal.html §2.3). The log
 * begins anew only when all of it has been moved, which under steady writing never is: once it is full, the next transaction
 * waits for the thread to move the rest, and the event loop does not. A thread that ended is started anew.
 */
export function startCheckpoints(
  database: DatabaseSync,
  file: string,
  { between, told, times = TIMES }: CheckpointParts,
): () => void {
  database.exec(`PRAGMA wal_autocheckpoint = ${FALLBACK_PAGES}`)
  let worker: Worker
  let moved = (): void => undefined
  let isFailing = false
  let startingAgain: NodeJS.Timeout | undefined
  let isStopped = false

  function start(): void {
    worker = new Worker(new URL('./checkpoint-worker.ts', import.meta.url), {
      workerData: { file, ...times },
      // Nothing of the parent's flags, such as a profiler's, is meant for it.
      execArgv: [],
    })
    worker.on('message', hear)
    worker.on('error', (error) => note(toStoreError(error) ?? new StoreError('io', { cause: error })))
    worker.once('exit', () => {
      moved()
      if (!isStopped) startingAgain = setTimeout(start, times.startAgainMs).unref()
    })
    worker.unref()
  }

  function hear(word: CheckpointWord): void {
    if (isStopped) return
    if (word === 'full') between(moveRest)
    else if (word === 'moved') moved()
    else note(word.state === 'failing' ? new StoreError(word.code) : undefined)
  }

  function note(error: StoreError | undefined): void {
    if (isFailing === (error !== undefined)) return
    isFailing = !isFailing
    told(error)
  }

  function moveRest(): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, HOLD_MS).unref()
      moved = () => {
        clearTimeout(timer)
        resolve()
      }
      worker.postMessage('move')
    })
  }

  start()
  return () => {
    isStopped = true
    clearTimeout(startingAgain)
    void worker.terminate()
  }
}
