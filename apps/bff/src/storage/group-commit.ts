import type { DatabaseSync } from 'node:sqlite'
import { StoreError, toStoreError } from './store-error.ts'

/** How often, and for how long, a store that another process has locked is tried before the work is refused. */
const LOCKED_RETRY_MS = 25
const LOCKED_GIVE_UP_MS = 5_000
/** What may wait for a store that is locked; more is refused at once. */
const MAX_QUEUED = 10_000

/*
 * queue    what a turn of the event loop asks for, and what is asked for while the disk is waited for
 * commit   all of it as one transaction, at the end of a turn; SQLite writes it to its file, and does not wait for the disk
 * sync     the disk is waited for outside of the loop; only then is it answered, and the next transaction made
 *
 * A sync that fails is the last one. The kernel may have marked the pages clean that it could not write, and the next sync
 * would say that all is well (https://wiki.postgresql.org/wiki/Fsync_Errors): what is on disk is not known any more, until
 * the file is opened anew and its log read back. Until then nothing more is kept.
 */

/**
 * Runs `work` in a transaction shared with all the work that waits for the same turn of the disk, in the order it was asked
 * for; resolves to its result once that is on disk, in the same order. Work that throws is undone by itself and rejects with
 * what it threw; the others are kept. Throws StoreError when nothing could be kept; after a sync that failed, `io` for good.
 */
export type Write = <Result>(work: () => Result) => Promise<Result>

/** What was committed, and is not known to be on disk yet. */
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
  /** Does it between two transactions: what is asked for meanwhile waits, and the event loop does not. */
  between(work: () => Promise<unknown>): void
  /** Commits what is queued, now; what comes later is refused. */
  close(): void
}

/** How long a shared transaction took until it was on disk, or why it failed. */
export interface CommitOutcome {
  readonly durationMs: number
  readonly error?: StoreError | undefined
}
export type Committed = (outcome: CommitOutcome) => void

/** `committed` hears of every shared transaction, `onLost` of the sync that failed. */
export function createGroupCommit(
  database: DatabaseSync,
  disk: Disk,
  committed: Committed,
  onLost: () => void = () => undefined,
): GroupCommit {
  const sql = {
    begin: database.prepare('BEGIN IMMEDIATE'),
    commit: database.prepare('COMMIT'),
    mark: database.prepare('SAVEPOINT work'),
    keep: database.prepare('RELEASE work'),
  }
  let queue: Queued[] = []
  let unsynced: Group | undefined
  let waiting: NodeJS.Immediate | NodeJS.Timeout | undefined
  let lockedSinceMs: number | undefined
  let inBetween: (() => Promise<unknown>) | undefined
  let isHeld = false
  /** The sync that failed. */
  let lost: StoreError | undefined
  let isClosed = false

  /** One group at a time: what is asked for while the disk is waited for becomes one transaction, not many. */
  function commitSoon(): void {
    if (unsynced || waiting !== undefined || isHeld || lost || isClosed) return
    if (inBetween) void hold(inBetween)
    else if (queue.length > 0) waiting = setImmediate(commitQueued)
  }

  async function hold(work: () => Promise<unknown>): Promise<void> {
    inBetween = undefined
    isHeld = true
    try {
      await work()
    } finally {
      isHeld = false
      commitSoon()
    }
  }

  function commitQueued(): void {
    waiting = undefined
    const startedAtMs = performance.now()
    if (!begin()) return
    const group = queue
    queue = []
    try {
      const settle = group.length === 1 ? group.map(runAlone) : group.map(runMarked)
      sql.commit.run()
      unsynced = { startedAtMs, settle, reject: group.map(({ reject }) => reject) }
    } catch (error) {
      if (database.isTransaction) database.exec('ROLLBACK')
      return refuse(group, toStoreError(error), error)
    }
    void disk.sync().then(() => finish(), lose)
  }

  function lose(error: unknown): void {
    lost = new StoreError('io', { cause: error })
    onLost()
    finish(lost)
    const group = queue
    queue = []
    if (group.length > 0) refuse(group, lost, lost)
  }

  function finish(failure?: StoreError): void {
    if (!unsynced) return
    const { startedAtMs, settle, reject } = unsynced
    unsynced = undefined
    committed({ durationMs: performance.now() - startedAtMs, error: failure })
    if (failure) for (const no of reject) no(failure)
    else for (const yes of settle) yes()
    commitSoon()
  }

  function finishNow(): void {
    if (!unsynced) return
    try {
      disk.syncNow()
      finish()
    } catch (error) {
      lose(error)
    }
  }

  function refuse(group: readonly Queued[], failure: StoreError | undefined, error: unknown): void {
    committed({ durationMs: 0, error: failure })
    for (const { reject } of group) reject(failure ?? error)
    commitSoon()
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

  /** With nobody to share the transaction with, what it throws undoes the transaction. */
  function runAlone({ run, resolve }: Queued): () => void {
    run()
    return resolve
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
      if (lost) {
        committed({ durationMs: 0, error: lost })
        return Promise.reject(lost)
      }
      if (queue.length >= MAX_QUEUED) return Promise.reject(new StoreError('locked'))
      return new Promise<Result>((resolve, reject) => {
        const done: { result?: Result } = {}
        queue.push({
          run: () => void (done.result = work()),
          resolve: () => resolve(done.result as Result),
          reject,
        })
        commitSoon()
      })
    },

    between(work) {
      inBetween = work
      commitSoon()
    },

    close() {
      isClosed = true
      clearImmediate(waiting as NodeJS.Immediate)
      clearTimeout(waiting as NodeJS.Timeout)
      finishNow()
      if (queue.length > 0) commitQueued()
      finishNow()
    },
  }
}
