import { DatabaseSync } from 'node:sqlite'
import { parentPort, workerData } from 'node:worker_threads'

const { file, everyMs, fullPages } = workerData as { file: string; everyMs: number; fullPages: number }
const database = new DatabaseSync(file, { timeout: 2_000 })
// PASSIVE never waits for the writer, and never makes it wait. What it answers: busy, pages of the log, pages moved.
const checkpoint = database.prepare('PRAGMA wal_checkpoint(PASSIVE)')
const move = () => Number(checkpoint.get()?.['log'])

// The second time only what was written during the first is left to move.
setInterval(() => move() > fullPages && move() > fullPages && parentPort?.postMessage('full'), everyMs)
parentPort?.on('message', () => {
  move()
  parentPort?.postMessage('moved')
})
