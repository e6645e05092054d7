import { beforeEach, describe, expect, test } from 'vitest'
import { createRecordingLogger, type LoggedLine } from '../../test/support/loggers.ts'
import { newKey } from '../../test/support/stores.ts'
import type { Logger } from '../logger.ts'
import { expiresAtMs, hashHandle, newHandle, newSession, type Session } from './session.ts'
import type { SessionStore } from './session-store.ts'

/** One place to keep sessions in, made for one test; opened under whatever keys, as processes come and go. */
export interface SessionStoreUnderTest {
  /** Every call opens the same place. */
  readonly open: (parts: { keys: readonly Uint8Array[]; logger: Logger }) => Promise<SessionStore>
  /** Everything kept there, as others could read it. */
  readonly bytesAtRest?: () => Promise<string>
  /** Changes one byte of the credential kept for a session. */
  readonly tamper: (sessionId: string) => Promise<void>
  /** Puts one session's credential in the place of another's. */
  readonly swap: (from: string, to: string) => Promise<void>
}

const NOW_MS = Date.UTC(2026, 10, 22, 10)
const CREDENTIAL = { accessToken: 'MARKER-access', refreshToken: 'MARKER-refresh', granted: ['a', 'b'], n: 1 }

/** What every session store must show, wherever it keeps its sessions. */
export function sessionStoreContract(name: string, create: () => Promise<SessionStoreUnderTest>): void {
  let subject: SessionStoreUnderTest
  let store: SessionStore
  let lines: LoggedLine[]
  const key = newKey()

  const openWith = async (...keys: Uint8Array[]): Promise<SessionStore> => {
    const recording = createRecordingLogger()
    lines = recording.lines
    return subject.open({ keys, logger: recording.logger })
  }

  beforeEach(async () => {
    subject = await create()
    store = await openWith(key)
  })

  /** A session that is kept, with the handle its cookie would carry. */
  async function keep(change: Partial<Session> = {}, into = store): Promise<{ session: Session; handle: string }> {
    const session = { ...newSession({ name: 'MARKER-Rosa', locale: 'de' }, NOW_MS), ...change }
    const handle = newHandle()
    await into.create(session, hashHandle(handle), CREDENTIAL)
    return { session, handle }
  }

  describe(`${name}: sessions`, () => {
    test('are found by handle and by id, just as they were', async () => {
      const { session, handle } = await keep({ guest: { name: 'Rosa', locale: 'de', attributes: { plan: 'Grüße' } } })
      await keep()
      expect(await store.findByHandle(hashHandle(handle))).toEqual(session)
      expect(await store.find(session.sessionId)).toEqual(session)
    })

    test('that are not there are not found', async () => {
      await keep()
      expect(await store.findByHandle(hashHandle(newHandle()))).toBeUndefined()
      expect(await store.find('unknown')).toBeUndefined()
      expect(await store.readCredential('unknown')).toBeUndefined()
    })

    test('are not found by the handle itself: only its hash opens', async () => {
      const { handle } = await keep()
      expect(await store.findByHandle(handle)).toBeUndefined()
    })

    test('cannot be created twice under one id, nor under one handle', async () => {
      const { session, handle } = await keep()
      await expect(store.create(session, hashHandle(newHandle()), CREDENTIAL)).rejects.toThrow()
      await expect(store.create(newSession({}, NOW_MS), hashHandle(handle), CREDENTIAL)).rejects.toThrow()
      expect(await store.findByHandle(hashHandle(handle))).toEqual(session)
    })

    test('are gone once removed, their credential too; removing again is no error', async () => {
      const { session, handle } = await keep()
      const other = await keep()
      expect(await store.findByHandle(hashHandle(handle))).toEqual(session)
      await store.remove(session.sessionId)
      await store.remove(session.sessionId)
      expect(await store.findByHandle(hashHandle(handle))).toBeUndefined()
      expect(await store.readCredential(session.sessionId)).toBeUndefined()
      expect(await store.find(other.session.sessionId)).toEqual(other.session)
    })

    test('note activity, never backwards', async () => {
      const { session, handle } = await keep()
      expect(await store.findByHandle(hashHandle(handle))).toEqual(session)
      await store.touch(session.sessionId, NOW_MS + 5_000)
      await store.touch(session.sessionId, NOW_MS + 1_000)
      const touched = { ...session, activeAtMs: NOW_MS + 5_000 }
      expect(await store.find(session.sessionId)).toEqual(touched)
      expect(await store.findByHandle(hashHandle(handle))).toEqual(touched)
    })

    test('whose time is up by somebody’s word are over by any lifetime, for good, and listed until they are removed', async () => {
      const { session, handle } = await keep()
      const other = await keep()
      const lifetimes = { idleMs: NOW_MS, absoluteMs: NOW_MS }
      expect(await store.findByHandle(hashHandle(handle))).toEqual(session)
      await store.expire(session.sessionId)
      await store.expire('unknown')
      await store.touch(session.sessionId, NOW_MS)
      const found = await store.findByHandle(hashHandle(handle))
      expect(found && expiresAtMs(found, lifetimes)).toBeLessThanOrEqual(NOW_MS)
      expect(await store.find(other.session.sessionId)).toEqual(other.session)
      const listed = await store.listExpired({ createdBeforeMs: NOW_MS - 1, activeBeforeMs: 0 })
      expect(listed.map(({ sessionId }) => sessionId)).toEqual([session.sessionId])
      expect(await store.readCredential(session.sessionId)).toEqual(CREDENTIAL)
    })

    test('that are not there are not made by touching or by a late renewal', async () => {
      await store.touch('unknown', NOW_MS)
      await store.writeCredential('unknown', CREDENTIAL)
      expect(await store.find('unknown')).toBeUndefined()
      expect(await store.readCredential('unknown')).toBeUndefined()
    })

    test('are listed once either of their times is up', async () => {
      const fresh = await keep({ createdAtMs: NOW_MS, activeAtMs: NOW_MS })
      const old = await keep({ createdAtMs: NOW_MS - 10_000, activeAtMs: NOW_MS })
      const idle = await keep({ createdAtMs: NOW_MS - 100, activeAtMs: NOW_MS - 100 })
      const listed = await store.listExpired({ createdBeforeMs: NOW_MS - 5_000, activeBeforeMs: NOW_MS - 50 })
      const ids = listed.map(({ sessionId }) => sessionId)
      expect(ids).toHaveLength(2)
      expect(ids).toEqual(expect.arrayContaining([old.session.sessionId, idle.session.sessionId]))
      expect(ids).not.toContain(fresh.session.sessionId)
      expect(listed).toContainEqual({
        sessionId: old.session.sessionId,
        createdAtMs: NOW_MS - 10_000,
        activeAtMs: NOW_MS,
      })
    })
  })

  describe(`${name}: credentials`, () => {
    test('are read as they were written last', async () => {
      const { session } = await keep()
      expect(await store.readCredential(session.sessionId)).toEqual(CREDENTIAL)
      await store.writeCredential(session.sessionId, { accessToken: 'next' })
      expect(await store.readCredential(session.sessionId)).toEqual({ accessToken: 'next' })
    })

    test('belong to one session each', async () => {
      const [one, other] = [await keep(), await keep()]
      await store.writeCredential(one.session.sessionId, { accessToken: 'next' })
      expect(await store.readCredential(other.session.sessionId)).toEqual(CREDENTIAL)
    })

    test('that were tampered with are as good as not there, and that is logged', async () => {
      const { session } = await keep()
      await subject.tamper(session.sessionId)
      expect(await store.readCredential(session.sessionId)).toBeUndefined()
      expect(lines).toMatchObject([{ level: 'warn', event: 'store-decrypt-failed', reason: 'tampered' }])
    })

    test('do not open in the place of another’s', async () => {
      const [one, other] = [await keep(), await keep()]
      await subject.swap(one.session.sessionId, other.session.sessionId)
      expect(await store.readCredential(other.session.sessionId)).toBeUndefined()
      expect(await store.readCredential(one.session.sessionId)).toEqual(CREDENTIAL)
      expect(lines).toMatchObject([{ event: 'store-decrypt-failed', reason: 'tampered' }])
    })
  })

  describe(`${name}: keys`, () => {
    test('rotate without signing anybody out: what is written goes under the new one', async () => {
      const { session, handle } = await keep()
      const next = newKey()
      const rotated = await openWith(next, key)
      expect(await rotated.findByHandle(hashHandle(handle))).toEqual(session)
      expect(await rotated.readCredential(session.sessionId)).toEqual(CREDENTIAL)

      await rotated.writeCredential(session.sessionId, { accessToken: 'next' })
      const withoutOld = await openWith(next)
      expect(await withoutOld.readCredential(session.sessionId)).toEqual({ accessToken: 'next' })
    })

    test('that are gone end the sessions still under them, and that is logged', async () => {
      const { session, handle } = await keep()
      const without = await openWith(newKey())
      expect(await without.findByHandle(hashHandle(handle))).toBeUndefined()
      expect(await without.readCredential(session.sessionId)).toBeUndefined()
      expect(lines).toMatchObject([
        { event: 'store-decrypt-failed', reason: 'unknown-key' },
        { event: 'store-decrypt-failed', reason: 'unknown-key' },
      ])
      const fresh = await keep({}, without)
      expect(await without.findByHandle(hashHandle(fresh.handle))).toEqual(fresh.session)
    })
  })

  describe(`${name}: at rest`, () => {
    test('neither handle, nor name, nor token can be read', async (context) => {
      const { bytesAtRest } = subject
      if (!bytesAtRest) return context.skip('leaves no bytes behind')
      const { session, handle } = await keep()
      await store.writeCredential(session.sessionId, { ...CREDENTIAL, accessToken: 'MARKER-next' })
      const bytes = await bytesAtRest()
      expect(bytes).toContain(session.sessionId)
      expect(bytes).not.toContain('MARKER')
      expect(bytes).not.toContain(handle)
      expect(bytes).not.toContain(Buffer.from(handle, 'base64url').toString('latin1'))
    })
  })
}
