import { mkdirSync } from 'node:fs'
import { dirname } from 'node:path'
import { DatabaseSync } from 'node:sqlite'

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
  ) STRICT, WITHOUT ROWID;
  CREATE UNIQUE INDEX IF NOT EXISTS events_by_message ON events (conversation_id, message_id) WHERE type = 'message';
  CREATE UNIQUE INDEX IF NOT EXISTS events_by_upstream ON events (conversation_id, upstream_id)
    WHERE upstream_id IS NOT NULL;
  CREATE INDEX IF NOT EXISTS events_pending ON events (conversation_id, seq) WHERE state = 'pending';
`

/** Opens the embedded store: a file, made with its folder if it is not there, or `:memory:`. Throws when it is not ours. */
export function openSqlite(file: string): DatabaseSync {
  if (file !== ':memory:') mkdirSync(dirname(file), { recursive: true })
  const database = new DatabaseSync(file)
  // WAL with NORMAL: a killed process loses nothing; a power cut may lose the last moments, never the file.
  database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA busy_timeout = 2000;')
  const version = Number(database.prepare('PRAGMA user_version').get()?.['user_version'] ?? 0)
  if (version !== 0 && version !== SCHEMA_VERSION) {
    database.close()
    throw new Error(`${file} has schema version ${version}; this Foyer reads version ${SCHEMA_VERSION}`)
  }
  database.exec(`${TABLES} PRAGMA user_version = ${SCHEMA_VERSION};`)
  return database
}

export type InTransaction = <Result>(work: () => Result) => Result

/** Makes what runs `work` as one transaction: all of it is kept, or none. */
export function createInTransaction(database: DatabaseSync): InTransaction {
  const begin = database.prepare('BEGIN IMMEDIATE')
  const commit = database.prepare('COMMIT')
  return (work) => {
    begin.run()
    try {
      const result = work()
      commit.run()
      return result
    } catch (error) {
      database.exec('ROLLBACK')
      throw error
    }
  }
}
