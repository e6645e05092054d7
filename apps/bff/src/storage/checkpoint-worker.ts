import { DatabaseSync, type StatementSync } from 'node:sqlite'
import { parentPort, workerData } from 'node:worker_threads'
import type { CheckpointWord } from './checkpoints.ts'
import { toStoreError } from './store-error.ts'

const { file, everyMs, fullPages } = workerData as { file: string; everyMs: number; fullPages: number }
let checkpoint: StatementSync | undefined
let state: 'new' | 'well' | 'failing' = 'new'

const say = (word: CheckpointWord) => parentPort?.postMessage(word)

/** Pages that are in the log. A disk that is full now will not be for ever: what cannot be moved is moved another time. */
function move(): number {
  try {
    checkpoint ??= prepare()
    const pages = Number(checkpoint.get()?.['log'])
    if (state !== 'well') say({ state: 'well' })
    state = 'well'
    return pages
  } catch (error) {
    if (state !== 'failing') say({ state: 'failing', code: toStoreError(error)?.code ?? 'io' })
    state = 'failing'
    return 0
  }
}

/** PASSIVE never waits for the writer, and never makes it wait. What it answers: busy, pages of the log, pages moved. */
function prepare(): StatementSync {
  return new DatabaseSync(file, { timeout: 2_000 }).prepare('PRAGMA wal_checkpoint(PASSIVE)')
}

// The second time only what was written during the first is left to move.
setInterval(() => move() > fullPages && move() > fullPages && say('full'), everyMs)
parentPort?.on('message', () => {
  move()
  say('moved')
})
