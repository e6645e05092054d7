import { DatabaseSync } from 'node:sqlite'
import { workerData } from 'node:worker_threads'

const { file, everyMs } = workerData as { file: string; everyMs: number }
const database = new DatabaseSync(file, { timeout: 2_000 })
const checkpoint = database.prepare('PRAGMA wal_checkpoint(PASSIVE)')

// PASSIVE never waits for the writer, and never makes it wait.
setInterval(() => checkpoint.get(), everyMs)
