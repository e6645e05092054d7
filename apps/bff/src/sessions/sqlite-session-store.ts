import * as v from 'valibot'
import type { Logger } from '../logger.ts'
import { SealingError, type Sealer } from '../storage/sealing.ts'
import { RecentlyUsed } from '../storage/recently-used.ts'
import type { Sqlite } from '../storage/sqlite.ts'
import type { SessionStore } from './session-store.ts'
import { GuestProfile, type Session } from './session.ts'

const Row = v.object({
  session_id: v.string(),
  created_at_ms: v.number(),
  active_at_ms: v.number(),
  guest: v.instance(Uint8Array),
})
const AgeRow = v.object({ sessionId: v.string(), createdAtMs: v.number(), activeAtMs: v.number() })
const CredentialRow = v.object({ credential: v.nullable(v.instance(Uint8Array)) })
const StoredCredential = v.record(v.string(), v.unknown())

/** Sessions that need not be read and opened for each of their requests; about half a kilobyte each. */
const MOST_REMEMBERED = 20_000

interface Parts {
  readonly sqlite: Sqlite
  readonly sealer: Sealer
  readonly logger: Logger
}

export function createSqliteSessionStore({ sqlite, sealer, logger }: Parts): SessionStore {
  const { database, write } = sqlite
  const sql = {
    create: database.prepare(`INSERT INTO sessions
      (session_id, handle_hash, created_at_ms, active_at_ms, guest, credential) VALUES (?, ?, ?, ?, ?, ?)`),
    byHandle: database.prepare(`${SELECT} WHERE handle_hash = ?`),
    byId: database.prepare(`${SELECT} WHERE session_id = ?`),
    touch: database.prepare('UPDATE sessions SET active_at_ms = MAX(active_at_ms, ?) WHERE session_id = ?'),
    credential: database.prepare('SELECT credential FROM sessions WHERE session_id = ?'),
    writeCredential: database.prepare('UPDATE sessions SET credential = ? WHERE session_id = ?'),
    remove: database.prepare('DELETE FROM sessions WHERE session_id = ?'),
    expired: database.prepare(`${SELECT_AGE} WHERE created_at_ms < ? OR active_at_ms < ?`),
  }

  // This process alone writes; what a write changes is changed here with it, and after a write that failed it is read anew.
  const remembered = new RecentlyUsed<Session>(MOST_REMEMBERED)
  const idOfHandle = new RecentlyUsed<string>(MOST_REMEMBERED)

  /** What can no longer be opened is as good as not there; that it happened is logged. */
  function open<Schema extends v.GenericSchema>(sealed: Uint8Array, context: string, schema: Schema) {
    try {
      return v.parse(schema, JSON.parse(sealer.open(sealed, context)))
    } catch (error) {
      if (!(error instanceof SealingError)) throw error
      logger.warn({ event: 'store-decrypt-failed', reason: error.code })
      return undefined
    }
  }

  function toSession(row: unknown): Session | undefined {
    const { session_id, created_at_ms, active_at_ms, guest } = v.parse(Row, row)
    const profile = open(guest, guestContext(session_id), GuestProfile)
    if (!profile) return undefined
    return {
      sessionId: session_id,
      createdAtMs: created_at_ms,
      activeAtMs: active_at_ms,
      guest: profile,
    }
  }

  return {
    async create({ sessionId, createdAtMs, activeAtMs, guest }, handleHash, credential) {
      const sealedGuest = sealer.seal(JSON.stringify(guest), guestContext(sessionId))
      const sealedCredential = sealer.seal(JSON.stringify(credential), credentialContext(sessionId))
      await write(() => sql.create.run(sessionId, handleHash, createdAtMs, activeAtMs, sealedGuest, sealedCredential))
    },

    async findByHandle(handleHash) {
      const known = remembered.get(idOfHandle.get(handleHash) ?? '')
      if (known) return known
      const row = sql.byHandle.get(handleHash)
      const session = row && toSession(row)
      if (!session) return undefined
      remembered.set(session.sessionId, session)
      idOfHandle.set(handleHash, session.sessionId)
      return session
    },

    async find(sessionId) {
      const row = sql.byId.get(sessionId)
      return row && toSession(row)
    },

    async touch(sessionId, activeAtMs) {
      await write(() => {
        remembered.delete(sessionId)
        return sql.touch.run(activeAtMs, sessionId)
      })
    },

    async readCredential(sessionId) {
      const sealed = v.parse(CredentialRow, sql.credential.get(sessionId) ?? { credential: null }).credential
      return sealed ? open(sealed, credentialContext(sessionId), StoredCredential) : undefined
    },

    async writeCredential(sessionId, credential) {
      const sealed = sealer.seal(JSON.stringify(credential), credentialContext(sessionId))
      await write(() => sql.writeCredential.run(sealed, sessionId))
    },

    async remove(sessionId) {
      await write(() => {
        remembered.delete(sessionId)
        return sql.remove.run(sessionId)
      })
    },

    async listExpired({ createdBeforeMs, activeBeforeMs }) {
      return sql.expired.all(createdBeforeMs, activeBeforeMs).map((row) => v.parse(AgeRow, row))
    },
  }
}

const SELECT_AGE =
  'SELECT session_id AS sessionId, created_at_ms AS createdAtMs, active_at_ms AS activeAtMs FROM sessions'
const SELECT = 'SELECT session_id, created_at_ms, active_at_ms, guest FROM sessions'
const guestContext = (sessionId: string) => `session:${sessionId}:guest`
const credentialContext = (sessionId: string) => `session:${sessionId}:credential`
