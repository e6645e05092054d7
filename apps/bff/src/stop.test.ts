import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { FakeClock, settle } from '../test/support/fake-clock.ts'
import { createRecordingLogger } from '../test/support/loggers.ts'
import { createStop } from './stop.ts'

beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval'] }))
afterEach(() => void vi.useRealTimers())

/** A process whose parts note what they are told; `hangs` names the one that never comes to an end. */
function createProcess({ hangs, noticeMs = 0 }: { hangs?: 'drain' | 'requests' | 'close'; noticeMs?: number } = {}) {
  const clock = new FakeClock()
  const done: string[] = []
  const step = (name: string) => (hangs === name ? new Promise<void>(() => undefined) : Promise.resolve())
  const { logger, events } = createRecordingLogger()
  const stop = createStop({
    ...{ clock, logger, noticeMs, closeUnused: () => undefined },
    exit: (code) => void done.push(`exit ${code}`),
    app: {
      startDraining: () => void done.push('draining'),
      drain: (ms) => (done.push(`drain ${ms}`), step('drain')),
      close: () => (done.push('close'), step('close')),
    },
    server: {
      close(closed?: (error?: Error) => void) {
        done.push('stop listening')
        if (hangs !== 'requests') closed?.()
        return this as never
      },
      closeIdleConnections: () => undefined,
      closeAllConnections: () => void done.push('cut'),
    },
  })
  const pass = async (ms: number) => {
    await clock.advance(ms)
    await vi.advanceTimersByTimeAsync(ms)
    await settle()
  }
  return { stop, done, pass, events }
}

const ALL = ['draining', 'drain 6500', 'stop listening', 'cut', 'close', 'exit 0']

test('a signal ends it step by step', async () => {
  const { stop, done, pass, events } = createProcess()
  stop.signalled('SIGTERM')
  await pass(0)
  expect(done).toEqual(ALL)
  expect(events()).toEqual(['stopping', 'stopped'])
})

test('it serves on until a balancer has noticed, and takes no longer for that', async () => {
  const { stop, done, pass } = createProcess({ noticeMs: 4_000 })
  stop.signalled('SIGTERM')
  await pass(3_999)
  expect(done).toEqual(['draining'])
  await pass(1)
  expect(done.slice(0, 2)).toEqual(['draining', 'drain 2500'])
})

test('requests under way are waited for, and cut off after eight seconds', async () => {
  const { stop, done, pass } = createProcess({ hangs: 'requests' })
  stop.signalled('SIGTERM')
  await pass(7_999)
  expect(done).not.toContain('cut')
  await pass(1)
  expect(done).toEqual(ALL)
})

test('a second signal ends it at once', async () => {
  const { stop, done, pass } = createProcess({ hangs: 'drain' })
  stop.signalled('SIGTERM')
  await pass(10)
  stop.signalled('SIGINT')
  expect(done.at(-1)).toBe('exit 1')
})

test.each(['drain', 'close'] as const)('nothing holds it up for more than nine seconds: %s', async (hangs) => {
  const { stop, done, pass } = createProcess({ hangs })
  stop.signalled('SIGTERM')
  await pass(8_999)
  expect(done.at(-1)).not.toBe('exit 1')
  await pass(1)
  expect(done.at(-1)).toBe('exit 1')
})

test('what nobody caught is logged and ends it the same way, once, with exit code 1', async () => {
  const { stop, done, pass, events } = createProcess()
  stop.failed(new Error('a bug'), 'uncaughtException')
  stop.failed(new Error('another'), 'unhandledRejection')
  await pass(0)
  expect(done).toEqual([...ALL.slice(0, -1), 'exit 1'])
  expect(events()).toEqual(['uncaught', 'uncaught', 'stopped'])
})
