import { closeSync, fdatasync, fdatasyncSync, openSync } from 'node:fs'
import { promisify } from 'node:util'
import type { Disk } from './group-commit.ts'

const sync = promisify(fdatasync)

/**
 * The write-ahead log of a database as a file to wait for. SQLite keeps one and the same file as long as the database is
 * open, and finds in it after a power cut every transaction that was written whole (https://sqlite.org/walformat.html §4).
 */
export function openDisk(databaseFile: string): Disk & { close(): void } {
  const file = openSync(`${databaseFile}-wal`, 'r+')
  let underWay = Promise.resolve()
  return {
    sync() {
      const done = sync(file)
      underWay = done.catch(() => undefined)
      return done
    },
    syncNow: () => fdatasyncSync(file),
    // A sync that is under way still needs it.
    close: () => void underWay.then(() => closeSync(file)),
  }
}

/** There is nothing to wait for. */
export const memory: Disk & { close(): void } = {
  sync: () => Promise.resolve(),
  syncNow: () => undefined,
  close: () => undefined,
}
