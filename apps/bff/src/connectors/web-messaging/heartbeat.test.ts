import { EventEmitter } from 'node:events'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import type { WebSocket } from 'ws'
import { HEARTBEAT_MS, startHeartbeat } from './heartbeat.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

/** What a heart-beat needs of a socket; a dead one answers no ping. */
function newSocket({ answers }: { answers: boolean }) {
  const socket = Object.assign(new EventEmitter(), {
    ...{ OPEN: 1, readyState: 1, pings: 0, isTerminated: false, answers },
    ping() {
      socket.pings++
      if (socket.answers) socket.emit('pong')
    },
    terminate: () => void (socket.isTerminated = true),
  })
  return socket
}
const watch = (socket: ReturnType<typeof newSocket>) => {
  const heartbeat = startHeartbeat()
  return { heartbeat, unwatch: heartbeat.watch(socket as unknown as WebSocket) }
}

test('a link that dies is noticed within two intervals', () => {
  const socket = newSocket({ answers: true })
  watch(socket)
  vi.advanceTimersByTime(HEARTBEAT_MS)
  socket.answers = false // right after it answered: the worst moment
  vi.advanceTimersByTime(2 * HEARTBEAT_MS - 1)
  expect(socket.isTerminated).toBe(false)
  vi.advanceTimersByTime(1)
  expect(socket.isTerminated).toBe(true)
})

test('one that answers is tried every fifteen seconds, and left alone', () => {
  const socket = newSocket({ answers: true })
  watch(socket)
  vi.advanceTimersByTime(10 * 60_000)
  expect(socket).toMatchObject({ pings: 40, isTerminated: false })
})

test('a message is a sign of life as good as a pong', () => {
  const socket = newSocket({ answers: false })
  watch(socket)
  for (let round = 0; round < 5; round++) {
    vi.advanceTimersByTime(HEARTBEAT_MS)
    socket.emit('message')
  }
  expect(socket.isTerminated).toBe(false)
})

test('one that is still opening, or not watched any more, is not tried', () => {
  const [opening, gone] = [newSocket({ answers: false }), newSocket({ answers: false })]
  opening.readyState = 0
  watch(opening)
  watch(gone).unwatch()
  vi.advanceTimersByTime(5 * HEARTBEAT_MS)
  expect([opening, gone].map(({ pings, isTerminated }) => ({ pings, isTerminated }))).toEqual([
    { pings: 0, isTerminated: false },
    { pings: 0, isTerminated: false },
  ])
})

test('is one timer for all, and none once stopped', () => {
  const { heartbeat } = watch(newSocket({ answers: true }))
  for (let count = 0; count < 100; count++) heartbeat.watch(newSocket({ answers: true }) as unknown as WebSocket)
  expect(vi.getTimerCount()).toBe(1)
  heartbeat.stop()
  expect(vi.getTimerCount()).toBe(0)
})
