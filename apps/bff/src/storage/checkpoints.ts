import type { DatabaseSync } from 'node:sqlite'
import { Worker } from 'node:worker_threads'

const EVERY_MS = 1_000
/** Pages; should the worker be gone, a commit takes over once the write-ahead log has grown to 64 MiB. */
const FALLBACK_PAGES = 16_384

/**
 * Moves the write-ahead log into the database on a thread of its own, until the returned function is called: a checkpoint
 * waits for the disk, milliseconds in which the event loop would stand still (https://sqlite.org/wal.html §2.3).
 */
export function startCheckpoints(database: DatabaseSync, file: string): () => void {
  database.exec(`PRAGMA wal_autocheckpoint = ${FALLBACK_PAGES}`)
  const worker = new Worker(new URL('./checkpoint-worker.ts', import.meta.url), {
    workerData: { file, everyMs: EVERY_MS },
    // Nothing of the parent's flags, such as a profiler's, is meant for it.
    execArgv: [],
  })
  worker.unref()
  // Without it the fallback serves.
  worker.on('error', () => undefined)
  return () => void worker.terminate()
}
