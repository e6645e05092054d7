import { existsSync, mkdirSync, realpathSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import type { Clock } from '../clock.ts'
import { toStoreError } from './store-error.ts'

/** Whoever is stopping is gone after nine seconds (stop.ts). */
const WAIT_MS = 12_000
const LOOK_AGAIN_MS = 100

interface Parts {
  readonly clock: Pick<Clock, 'monotonic' | 'sleep'>
  /** Called once, when another process has it. */
  readonly waiting: () => void
}

/**
 * Keeps every other Foyer out of a store until the returned function is called or the process ends, however it ends: two on
 * one store would send what waits in it twice, and each would tell its guests only what it wrote itself. Waits for one that
 * is stopping; resolves to undefined when it does not stop. The lock is SQLite's, on a file beside the store
 * (https://sqlite.org/lockingv3.html): the system lets go of it with the process.
 */
export async function ownStore(file: string, { clock, waiting }: Parts): Promise<(() => void) | undefined> {
  if (file === ':memory:') return () => undefined
  const lock = new DatabaseSync(`${realPathOf(file)}.lock`, { timeout: 0 })
  const giveUpAtMs = clock.monotonic() + WAIT_MS
  for (let isFirst = true; !take(lock); isFirst = false) {
    if (isFirst) waiting()
    if (clock.monotonic() >= giveUpAtMs) return void lock.close()
    await clock.sleep(LOOK_AGAIN_MS)
  }
  return () => lock.close()
}

/** One file has one lock, whatever links lead to it. */
function realPathOf(file: string): string {
  mkdirSync(dirname(file), { recursive: true })
  return existsSync(file) ? realpathSync(file) : join(realpathSync(dirname(file)), basename(file))
}

function take(lock: DatabaseSync): boolean {
  try {
    lock.exec('BEGIN EXCLUSIVE')
    return true
  } catch (error) {
    if (toStoreError(error)?.code === 'locked') return false
    throw error
  }
}
