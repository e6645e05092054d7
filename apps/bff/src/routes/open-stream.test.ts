import { describe, expect, test } from 'vitest'
import type { ServerResponse } from 'node:http'
import { OpenStream } from './open-stream.ts'

/** A stream of which so many bytes wait: a real socket hands over so much at once that little steps cannot be made. */
function createStream() {
  const response = { writableLength: 0, writableEnded: false, destroyed: false, write: () => true, destroy }
  function destroy() {
    response.destroyed = true
  }
  const place = { sessionId: 'rosa', address: 'somewhere', endsAtTick: 600, beatsAtTick: 0 }
  const keeper = { closed: () => undefined, failed: () => undefined, written: { live: 0, replayed: 0, reset: 0 } }
  const stream = new OpenStream(response as unknown as ServerResponse, place, keeper)
  /** The next tick, at which so many bytes wait. */
  const tick = (queuedBytes: number) => {
    response.writableLength = queuedBytes
    return stream.hasStalled(10)
  }
  return { response, stream, tick }
}

describe('a reader has stalled', () => {
  test('when for ten ticks nothing of what waits was taken', () => {
    const { tick } = createStream()
    tick(500)
    expect(Array.from({ length: 9 }, () => tick(500))).toEqual([...Array<boolean>(8).fill(false), true])
  })

  test('not while a little is taken now and then', () => {
    const { tick } = createStream()
    for (let queuedBytes = 500; queuedBytes > 0; queuedBytes--) {
      for (let rest = 0; rest < 9; rest++) expect(tick(queuedBytes)).toBe(false)
    }
  })

  test('not when more was written between two ticks than was taken', () => {
    const { tick, response, stream } = createStream()
    for (let turn = 1; turn < 50; turn++) {
      expect(tick(1_000 * turn)).toBe(false)
      response.writableLength -= 10
      stream.write([{ seq: turn, type: 'message', json: '{}' }], 'live')
    }
  })

  test('not while nothing waits', () => {
    const { tick } = createStream()
    for (let turn = 0; turn < 50; turn++) expect(tick(0)).toBe(false)
  })
})

test('R22 a reader for whom more than 1 MiB waits is cut off as slow', () => {
  const { response, stream } = createStream()
  const write = () => stream.write([{ seq: 1, type: 'message', json: '{}' }], 'live')
  response.writableLength = 1024 * 1024
  write()
  expect(response.destroyed).toBe(false)
  response.writableLength++
  write()
  expect([response.destroyed, stream.ending]).toEqual([true, 'slow'])
})

test('R22 one event longer than that cuts off nobody: it would be met again', () => {
  const { response, stream } = createStream()
  const write = (length: number) => {
    stream.write([{ seq: 1, type: 'message', json: 'x'.repeat(length) }], 'live')
    response.writableLength += length
  }
  write(2 * 1024 * 1024)
  expect(response.destroyed).toBe(false)
  response.writableLength = 0
  write(2)
  expect(response.destroyed).toBe(false)
})
