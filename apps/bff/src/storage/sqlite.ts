import { mkdirSync } from 'node:fs'
import { dirname } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { startCheckpoints } from './checkpoints.ts'
import { memory, openDisk } from './disk.ts'
import { createGroupCommit, type Committed, type Write } from './group-commit.ts'
import { toStoreError, type StoreError, type StoreErrorCode } from './store-error.ts'

/** Raised by one when the tables change; a file of another version is refused rather than guessed at. */
const SCHEMA_VERSION = 1

const TABLES = `
  CREATE TABLE IF NOT EXISTS sessions (
    session_id     TEXT PRIMARY KEY,
    handle_hash    TEXT NOT NULL UNIQUE,
    created_at_ms  INTEGER NOT NULL,
    active_at_ms   INTEGER NOT NULL,
    guest          BLOB NOT NULL,
    credential     BLOB
  ) STRICT;

  CREATE TABLE IF NOT EXISTS conversations (
    conversation_id TEXT PRIMARY KEY,
    session_id      TEXT NOT NULL,
    body            BLOB NOT NULL
  ) STRICT;
  CREATE INDEX IF NOT EXISTS conversations_by_session ON conversations (session_id);

  -- Rows lie in the order in which they came, so that what a transaction adds shares its pages, whoever it is of.
  -- state and upstream_id stand on the row of the message they belong to; receipts only tell of them.
  CREATE TABLE IF NOT EXISTS events (
    conversation_id TEXT NOT NULL,
    seq             INTEGER NOT NULL,
    at_ms           INTEGER NOT NULL,
    type            TEXT NOT NULL,
    message_id      TEXT,
    state           TEXT,
    own             INTEGER NOT NULL DEFAULT 0,
    upstream_id     TEXT,
    body            BLOB NOT NULL,
    PRIMARY KEY (conversation_id, seq)
  ) STRICT;
  CREATE UNIQUE INDEX IF NOT EXISTS events_by_message ON events (conversation_id, message_id) WHERE type = 'message';
  CREATE UNIQUE INDEX IF NOT EXISTS events_by_upstream ON events (conversation_id, upstream_id)
    WHERE upstream_id IS NOT NULL;
  CREATE INDEX IF NOT EXISTS events_pending ON events (conversation_id, seq) WHERE state = 'pending';
`

/** The embedded store. Reads go straight to `database`; what changes it goes through `write`. */
export interface Sqlite {
  readonly database: DatabaseSync
  readonly write: Write
  /** Why the last transaction failed; undefined once one was kept. */
  readonly failure: StoreErrorCode | undefined
  /** Writes what stands there already. Throws StoreError when that cannot be kept. */
  probe(): Promise<void>
  /** Keeps what was asked for until now, and lets go of the file; once. */
  close(): void
}

export interface SqliteOptions {
  /** Hears of every transaction, and when what was written begins or ceases to be kept out of the database itself. */
  readonly committed?: Committed | undefined
}

/** Opens a file, made with its folder if it is not there, or `:memory:`. Throws StoreError, or an Error when it is not ours. */
export function openSqlite(file: string, { committed }: SqliteOptions = {}): Sqlite {
  const database = openFile(file)
  let failure: StoreErrorCode | undefined
  const disk = file === ':memory:' ? memory : openDisk(file)
  const note: Committed = (outcome) => {
    failure = outcome.error?.code
    committed?.(outcome)
  }
  let stopCheckpoints = (): void => undefined
  let isLost = false
  let isClosed = false
  const commits = createGroupCommit(database, disk, note, () => {
    isLost = true
    stopCheckpoints() // what it reads back may not be what was written
  })
  const checkpoints = { between: commits.between, told: (error?: StoreError) => note({ durationMs: 0, error }) }
  if (file !== ':memory:') stopCheckpoints = startCheckpoints(database, file, checkpoints)
  return {
    database,
    write: commits.write,
    get failure() {
      return failure
    },
    probe: () => commits.write(() => database.exec(`PRAGMA user_version = ${SCHEMA_VERSION}`)),
    close() {
      if (isClosed) return
      isClosed = true
      commits.close()
      disk.close()
      stopCheckpoints()
      if (!isLost) database.close() // the last one to close moves the log
    },
  }
}

function openFile(file: string): DatabaseSync {
  try {
    if (file !== ':memory:') mkdirSync(dirname(file), { recursive: true })
    const database = new DatabaseSync(file, { timeout: 0 })
    // NORMAL: a commit does not wait for the disk. That is done outside of the event loop (group-commit.ts).
    database.exec('PRAGMA busy_timeout = 2000; PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL')
    refuseOtherVersions(database, file)
    database.exec(`${TABLES} PRAGMA user_version = ${SCHEMA_VERSION}`)
    // Kept of the file in memory, at most: what a message touches lies scattered over it, a page or two of each index per
    // conversation. The rest is in the system's memory; to keep more here makes every split of a page slower.
    database.exec('PRAGMA cache_size = -16384') // KiB
    // From here on waiting stops the event loop: long enough for the checkpoint thread to come in, no longer. What then
    // finds the store locked tries again (group-commit.ts).
    database.exec('PRAGMA busy_timeout = 50')
    return database
  } catch (error) {
    throw toStoreError(error) ?? error
  }
}

function refuseOtherVersions(database: DatabaseSync, file: string): void {
  const version = Number(database.prepare('PRAGMA user_version').get()?.['user_version'] ?? 0)
  if (version === 0 || version === SCHEMA_VERSION) return
  database.close()
  throw new Error(`${file} has schema version ${version}; this Foyer reads version ${SCHEMA_VERSION}`)
}
