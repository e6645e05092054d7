import * as v from 'valibot'
import type { SealedColumn } from '../storage/reseal.ts'
import type { Sealer } from '../storage/sealing.ts'
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

interface Parts {
  readonly sqlite: Sqlite
  readonly sealer: Sealer
}

/** Kept in the embedded store. What can no longer be opened throws SealingError. */
export function createSqliteSessionStore({ sqlite, sealer }: Parts): SessionStore {
  const { database, write } = sqlite
  const sql = {
    create: database.prepare(`INSERT INTO sessions
      (session_id, handle_hash, created_at_ms, active_at_ms, guest, credential) VALUES (?, ?, ?, ?, ?, ?)`),
    byHandle: database.prepare(`${SELECT} WHERE handle_hash = ?`),
    byId: database.prepare(`${SELECT} WHERE session_id = ?`),
    touch: database.prepare('UPDATE sessions SET active_at_ms = MAX(active_at_ms, ?) WHERE session_id = ?'),
    credential: database.prepare('SELECT credential FROM sessions WHERE session_id = ?'),
    writeCredential: database.prepare('UPDATE sessions SET credential = ? WHERE session_id = ?'),
    expire: database.prepare('UPDATE sessions SET created_at_ms = 0, active_at_ms = 0 WHERE session_id = ?'),
    remove: database.prepare('DELETE FROM sessions WHERE session_id = ?'),
    expired: database.prepare(`${SELECT_AGE} WHERE created_at_ms < ? OR active_at_ms < ?`),
  }

  const open = <Schema extends v.GenericSchema>(sealed: Uint8Array, context: string, schema: Schema) =>
    v.parse(schema, JSON.parse(sealer.open(sealed, context)))

  function toSession(row: unknown): Session {
    const { session_id, created_at_ms, active_at_ms, guest } = v.parse(Row, row)
    const profile = open(guest, guestContext(session_id), GuestProfile)
    return { sessionId: session_id, createdAtMs: created_at_ms, activeAtMs: active_at_ms, guest: profile }
  }

  return {
    async create({ sessionId, createdAtMs, activeAtMs, guest }, handleHash, credential) {
      const sealedGuest = sealer.seal(JSON.stringify(guest), guestContext(sessionId))
      const sealedCredential = sealer.seal(JSON.stringify(credential), credentialContext(sessionId))
      await write(() => sql.create.run(sessionId, handleHash, createdAtMs, activeAtMs, sealedGuest, sealedCredential))
    },

    async findByHandle(handleHash) {
      const row = sql.byHandle.get(handleHash)
      return row && toSession(row)
    },

    async find(sessionId) {
      const row = sql.byId.get(sessionId)
      return row && toSession(row)
    },

    async touch(sessionId, activeAtMs) {
      await write(() => sql.touch.run(activeAtMs, sessionId))
    },

    async readCredential(sessionId) {
      const sealed = v.parse(CredentialRow, sql.credential.get(sessionId) ?? { credential: null }).credential
      return sealed ? open(sealed, credentialContext(sessionId), StoredCredential) : undefined
    },

    async writeCredential(sessionId, credential) {
      const sealed = sealer.seal(JSON.stringify(credential), credentialContext(sessionId))
      await write(() => sql.writeCredential.run(sealed, sessionId))
    },

    async expire(sessionId) {
      await write(() => sql.expire.run(sessionId))
    },

    async remove(sessionId) {
      await write(() => sql.remove.run(sessionId))
    },

    async listExpired({ createdBeforeMs, activeBeforeMs }) {
      return sql.expired.all(createdBeforeMs, activeBeforeMs).map((row) => v.parse(AgeRow, row))
    },
  }
}

const SELECT_AGE =
  'SELECT session_id AS sessionId, created_at_ms AS createdAtMs, active_at_ms AS activeAtMs FROM sessions'
const SELECT = 'SELECT session_id, created_at_ms, active_at_ms, guest FROM sessions'
const guestContext = (sessionId: string | number) => `session:${sessionId}:guest`
const credentialContext = (sessionId: string | number) => `session:${sessionId}:credential`

export const SEALED_IN_SESSIONS: readonly SealedColumn[] = [
  { table: 'sessions', column: 'guest', key: ['session_id'], contextOf: guestContext },
  { table: 'sessions', column: 'credential', key: ['session_id'], contextOf: credentialContext },
]
