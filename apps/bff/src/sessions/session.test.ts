import { describe, expect, test } from 'vitest'
import { expiresAtMs, hashHandle, isHandle, newHandle, newSession } from './session.ts'

const MINUTE_MS = 60_000
const lifetimes = { idleMs: 30 * MINUTE_MS, absoluteMs: 720 * MINUTE_MS }

describe('a session', () => {
  test('begins active, under an id of its own', () => {
    const [one, other] = [newSession({ name: 'Rosa' }, 1_000), newSession({}, 1_000)]
    expect(one).toMatchObject({ createdAtMs: 1_000, activeAtMs: 1_000, guest: { name: 'Rosa' } })
    expect(one.sessionId).not.toBe(other.sessionId)
  })

  test('ends when nothing was done for the idle time', () => {
    const session = { ...newSession({}, 0), activeAtMs: 10 * MINUTE_MS }
    expect(expiresAtMs(session, lifetimes)).toBe(40 * MINUTE_MS)
  })

  test('ends at its absolute limit, however busy', () => {
    const session = { ...newSession({}, 0), activeAtMs: 719 * MINUTE_MS }
    expect(expiresAtMs(session, lifetimes)).toBe(720 * MINUTE_MS)
  })
})

describe('a handle', () => {
  test('is 256 random bits that say nothing', () => {
    const handles = Array.from({ length: 100 }, newHandle)
    expect(new Set(handles).size).toBe(100)
    expect(handles.every(isHandle)).toBe(true)
    expect(Buffer.from(handles[0] ?? '', 'base64url')).toHaveLength(32)
  })

  test('is kept only as a hash, from which it cannot be had', () => {
    const handle = newHandle()
    expect(hashHandle(handle)).toBe(hashHandle(handle))
    expect(hashHandle(handle)).not.toContain(handle)
    expect(hashHandle(handle)).not.toBe(hashHandle(newHandle()))
  })

  test.each([
    ['empty', ''],
    ['too short', 'a'.repeat(42)],
    ['too long', 'a'.repeat(44)],
    ['padded', `${'a'.repeat(42)}=`],
    ['of another alphabet', `${'a'.repeat(42)}+`],
    ['quoted', `"${'a'.repeat(41)}"`],
    ['followed by a line end', `${'a'.repeat(43)}\n`],
    ['escaped', `${'a'.repeat(40)}%00`],
    ['not ASCII', `${'a'.repeat(42)}ä`],
  ])('is not one when %s', (_, value) => {
    expect(isHandle(value)).toBe(false)
  })
})
