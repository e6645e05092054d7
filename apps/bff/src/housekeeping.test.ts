import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { FakeClock } from '../test/support/fake-clock.ts'
import { createRecordingLogger } from '../test/support/loggers.ts'
import { newEventLog, newSealer, openStore } from '../test/support/stores.ts'
import { startHousekeeping, type SessionStanding } from './housekeeping.ts'
import { hashHandle, newHandle, newSession } from './sessions/session.ts'
import { createSqliteSessionStore } from './sessions/sqlite-session-store.ts'

const ROUND_MS = 1_000
const lifetimes = { idleMs: 60_000, absoluteMs: 600_000 }
const retention = { maxAgeMs: 5_000, maxEvents: 100 }

beforeEach(() => void vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] }))
afterEach(() => void vi.useRealTimers())

/** Housekeeping over real stores; the relay only notes whom it forgot, or fails to, and whose messages it gave up. */
function start({ unforgettable }: { unforgettable?: string } = {}) {
  const clock = new FakeClock()
  const sqlite = openStore()
  const sealer = newSealer()
  const sessions = createSqliteSessionStore({ sqlite, sealer })
  const log = newEventLog({ sqlite, sealer, clock })
  const { logger, lines } = createRecordingLogger()
  const done: string[] = []
  const sending = new Set<string>()
  const ending = new Set<string>()
  const relay = {
    isSending: (sessionId: string) => sending.has(sessionId),
    async abandon(sessionId: string) {
      done.push(`gave up ${sessionId}`)
    },
    async forget(sessionId: string) {
      if (sessionId === unforgettable) throw new Error('cannot be forgotten')
      done.push(`forgot ${sessionId}`)
    },
    async leave(sessionId: string) {
      done.push(`left ${sessionId}`)
    },
  }
  const told: [string, SessionStanding][] = []
  const tell = (sessionId: string, standing: SessionStanding) => {
    told.push([sessionId, standing])
    if (standing.state === 'expired') done.push(`told ${sessionId}`)
  }
  const isEnding = (sessionId: string) => ending.has(sessionId)
  const parts = { sessions, relay, isEnding, log, clock, logger, lifetimes, retention, tell }
  const stop = startHousekeeping(parts, ROUND_MS)
  const keep = async (sessionId: string) => {
    await sessions.create({ ...newSession({}, clock.now()), sessionId }, hashHandle(newHandle()), {})
  }
  const round = async () => {
    await vi.advanceTimersByTimeAsync(ROUND_MS)
    await clock.advance(0)
  }
  return { clock, sessions, log, lines, done, told, sending, ending, stop, keep, round }
}

describe('each round', () => {
  test('ends the sessions whose time is up: their streams are told, then all of them is forgotten', async () => {
    const { clock, sessions, done, keep, round } = start()
    await keep('old')
    await clock.advance(50_000)
    await keep('fresh')
    await clock.advance(20_000)
    await round()
    expect(done).toEqual(['told old', 'forgot old'])
    expect(await sessions.find('old')).toBeUndefined()
    expect(await sessions.find('fresh')).toBeDefined()
  })

  test('spares who is active, until the absolute limit', async () => {
    const { clock, sessions, done, keep, round } = start()
    await keep('busy')
    for (let minute = 0; minute < 9; minute++) {
      await clock.advance(59_000)
      await sessions.touch('busy', clock.now())
      await round()
    }
    expect(done).toEqual([])
    await clock.advance(100_000)
    await sessions.touch('busy', clock.now())
    await round()
    expect(done).toEqual(['told busy', 'forgot busy'])
  })

  test('says goodbye for whom a guest ended, where that was not done, and never while it is being done', async () => {
    const { sessions, done, ending, sending, keep, round } = start()
    await keep('left')
    await sessions.expire('left')
    ending.add('left')
    sending.add('left')
    await round()
    expect(done).toEqual([])
    ending.clear()
    await round()
    expect(done).toEqual(['left left'])
    expect(await sessions.find('left')).toBeUndefined()
  })

  test('warns who is about to be ended, each round anew, and takes it back when they do something', async () => {
    const { clock, sessions, told, keep, round } = start()
    const createdAtMs = clock.now()
    await keep('idle')
    await clock.advance(29_000)
    await round()
    expect(told).toEqual([])
    await clock.advance(2_000)
    await round()
    await round()
    const standing = { state: 'expiring', expiresAtMs: createdAtMs + 60_000, extendable: true }
    expect(told).toEqual([
      ['idle', standing],
      ['idle', standing],
    ])
    await sessions.touch('idle', clock.now())
    await round()
    await round()
    expect(told.slice(2)).toEqual([['idle', { state: 'active' }]])
  })

  test('says when nothing the guest does can move the end', async () => {
    const { clock, sessions, told, keep, round } = start()
    const createdAtMs = clock.now()
    await keep('long')
    for (let turn = 0; turn < 10; turn++) {
      await clock.advance(59_000)
      await sessions.touch('long', clock.now())
    }
    await round()
    expect(told).toEqual([['long', { state: 'expiring', expiresAtMs: createdAtMs + 600_000, extendable: false }]])
  })

  test('trims the logs', async () => {
    const { clock, log, round } = start()
    const notice = { type: 'conversation', state: 'open' } as const
    await log.append('conversation-1', [notice, notice])
    await clock.advance(10_000)
    await log.append('conversation-1', [notice])
    await round()
    expect((await log.readBefore('conversation-1', undefined, 10)).entries.map(({ seq }) => seq)).toEqual([3])
  })

  test('goes on with the others when one session cannot be forgotten, says so, and tries again', async () => {
    const { clock, sessions, done, keep, round, lines } = start({ unforgettable: 'stuck' })
    await keep('stuck')
    await keep('other')
    await clock.advance(70_000)
    await round()
    expect(done).toContain('forgot other')
    expect(await sessions.find('other')).toBeUndefined()
    expect(await sessions.find('stuck')).toBeDefined()
    expect(lines).toMatchObject([{ level: 'error', event: 'housekeeping-failed' }])
    await round()
    expect(lines).toHaveLength(2)
  })

  test('waits for a session whose messages are still to be sent, and does not take back what was said of its end', async () => {
    const { clock, sessions, done, told, sending, keep, round } = start()
    await keep('writing')
    sending.add('writing')
    await clock.advance(50_000)
    await round()
    await clock.advance(20_000)
    await round()
    await round()
    expect(done).toEqual([])
    expect(told.map(([, { state }]) => state)).toEqual(['expiring'])
    expect(await sessions.find('writing')).toBeDefined()
    sending.delete('writing')
    await round()
    expect(done).toEqual(['told writing', 'forgot writing'])
  })

  test('does not wait beyond the absolute limit: the messages are given up while the streams are there to tell it', async () => {
    const { clock, sessions, done, sending, keep, round } = start()
    await keep('writing')
    sending.add('writing')
    await clock.advance(601_000)
    await round()
    expect(done).toEqual(['gave up writing', 'told writing', 'forgot writing'])
    expect(await sessions.find('writing')).toBeUndefined()
  })

  test('is the last one once stopped', async () => {
    const { clock, done, stop, keep, round } = start()
    await keep('old')
    await clock.advance(70_000)
    stop()
    await round()
    expect(done).toEqual([])
  })
})

describe('a wall clock that is set forward', () => {
  test('ends nobody: the time is not counted as idle, and what is left of it is as before', async () => {
    const { clock, sessions, done, lines, keep, round } = start()
    await keep('there')
    await clock.advance(40_000)
    clock.jumpWallClock(5 * 60_000)
    await round()
    await round()
    expect(done).toEqual([])
    expect(lines).toMatchObject([{ level: 'warn', event: 'clock-jumped', jumpedMs: 5 * 60_000 }])
    await clock.advance(19_000)
    await round()
    expect(done).toEqual([])
    await clock.advance(2_000)
    await round()
    expect(done).toEqual(['told there', 'forgot there'])
    expect(await sessions.find('there')).toBeUndefined()
  })

  test('brings nobody back whose time was up before', async () => {
    const { clock, done, keep, round } = start()
    await keep('gone')
    await clock.advance(61_000)
    clock.jumpWallClock(5 * 60_000)
    await round()
    await round()
    expect(done).toEqual(['told gone', 'forgot gone'])
  })

  test('does so also while the store fails', async () => {
    const { clock, sessions, done, lines, keep, round } = start()
    await keep('there')
    await clock.advance(40_000)
    clock.jumpWallClock(5 * 60_000)
    const { touch } = sessions
    sessions.touch = () => Promise.reject(new Error('the store is full'))
    await round()
    await round()
    sessions.touch = touch
    await round()
    await round()
    expect(done).toEqual([])
    expect(lines.map(({ event }) => event)).toContain('housekeeping-failed')
  })
})
