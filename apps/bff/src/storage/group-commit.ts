import type { DatabaseSync } from 'node:sqlite'
import { StoreError, toStoreError } from './store-error.ts'

/** How often, and for how long, a store that another process has locked is tried before the work is refused. */
const LOCKED_RETRY_MS = 25
const LOCKED_GIVE_UP_MS = 5_000
/** What may wait for a store that is locked; more is refused at once. */
const MAX_QUEUED = 10_000

/*
 * queue    what a turn of the event loop asks for
 * commit   all of it as one transaction, at the end of the turn; SQLite writes it to its file, and does not wait for the disk
 * sync     the disk is waited for outside of the loop, once for all that was committed meanwhile; only then is it answered
 */

/**
 * Runs `work` in a transaction shared with all the work of the same turn of the event loop, in the order it was asked for;
 * resolves to its result once that is on disk, in the same order. Work that throws is undone by itself and rejects with
 * what it threw; the others are kept. Throws StoreError when nothing could be kept.
 */
export type Write = <Result>(work: () => Result) => Promise<Result>

interface Group {
  readonly startedAtMs: number
  readonly settle: readonly (() => void)[]
  readonly reject: readonly ((error: unknown) => void)[]
}

interface Queued {
  readonly run: () => void
  readonly resolve: () => void
  readonly reject: (error: unknown) => void
}

/** What a group commit needs of the file. */
export interface Disk {
  /** Resolves once all that was written before the call is on disk. */
  sync(): Promise<void>
  /** The same, waited for. */
  syncNow(): void
}

export interface GroupCommit {
  readonly write: Write
  /** Commits what is queued, now; what comes later is refused. */
  close(): void
}

type Committed = (outcome: { durationMs: number; error?: StoreError | undefined }) => void

/** `committed` hears of every shared transaction: how long until it was on disk, or why it failed. */
export function createGroupCommit(database: DatabaseSync, disk: Disk, committed: Committed): GroupCommit {
  const sql = {
    begin: database.prepare('BEGIN IMMEDIATE'),
    commit: database.prepare('COMMIT'),
    mark: database.prepare('SAVEPOINT work'),
    keep: database.prepare('RELEASE work'),
  }
  let queue: Queued[] = []
  let unsynced: Group[] = []
  let isSyncing = false
  let waiting: NodeJS.Immediate | NodeJS.Timeout | undefined
  let lockedSinceMs: number | undefined
  let isClosed = false

  function commitQueued(): void {
    waiting = undefined
    const startedAtMs = performance.now()
    if (!begin()) return
    const group = queue
    queue = []
    try {
      const settle = group.map(runMarked)
      sql.commit.run()
      unsynced.push({ startedAtMs, settle, reject: group.map(({ reject }) => reject) })
    } catch (error) {
      if (database.isTransaction) database.exec('ROLLBACK')
      refuse(group, toStoreError(error), error)
    }
    void syncUnsynced()
  }

  /** One at a time: what is committed meanwhile is waited for together. */
  async function syncUnsynced(): Promise<void> {
    if (isSyncing) return
    isSyncing = true
    while (unsynced.length > 0) {
      const groups = unsynced
      unsynced = []
      const failure = await disk.sync().then(
        () => undefined,
        (error: unknown) => new StoreError('io', { cause: error }),
      )
      finish(groups, failure)
    }
    isSyncing = false
  }

  function finish(groups: readonly Group[], failure: StoreError | undefined): void {
    for (const { startedAtMs, settle, reject } of groups) {
      committed({ durationMs: performance.now() - startedAtMs, error: failure })
      if (failure) for (const no of reject) no(failure)
      else for (const yes of settle) yes()
    }
  }

  function refuse(group: readonly Queued[], failure: StoreError | undefined, error: unknown): void {
    committed({ durationMs: 0, error: failure })
    for (const { reject } of group) reject(failure ?? error)
  }

  /** False when the store is locked and will be tried again, or could not be begun. */
  function begin(): boolean {
    try {
      sql.begin.run()
      lockedSinceMs = undefined
      return true
    } catch (error) {
      const failure = toStoreError(error)
      lockedSinceMs ??= performance.now()
      if (failure?.code === 'locked' && !isClosed && performance.now() - lockedSinceMs < LOCKED_GIVE_UP_MS) {
        waiting = setTimeout(commitQueued, LOCKED_RETRY_MS)
        return false
      }
      lockedSinceMs = undefined
      const group = queue
      queue = []
      refuse(group, failure, error)
      return false
    }
  }

  /** One piece of work between a savepoint and its release; what it threw is its own matter, unless the store failed. */
  function runMarked({ run, resolve, reject }: Queued): () => void {
    sql.mark.run()
    try {
      run()
      sql.keep.run()
      return resolve
    } catch (error) {
      if (toStoreError(error)) throw error
      database.exec('ROLLBACK TO work; RELEASE work')
      return () => reject(error)
    }
  }

  return {
    write<Result>(work: () => Result) {
      if (isClosed) return Promise.reject(new StoreError('closed'))
      if (queue.length >= MAX_QUEUED) return Promise.reject(new StoreError('locked'))
      return new Promise<Result>((resolve, reject) => {
        const done: { result?: Result } = {}
        queue.push({
          run: () => void (done.result = work()),
          resolve: () => resolve(done.result as Result),
          reject,
        })
        waiting ??= setImmediate(commitQueued)
      })
    },

    close() {
      isClosed = true
      if (waiting !== undefined) {
        clearImmediate(waiting as NodeJS.Immediate)
        clearTimeout(waiting as NodeJS.Timeout)
        commitQueued()
      }
      disk.syncNow()
      finish(unsynced.splice(0), undefined)
    },
  }
}
