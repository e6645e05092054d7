import { afterEach, beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest'
import { once } from 'node:events'
import { createServer, request, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { settle } from '../../test/support/fake-clock.ts'
import type { LogEntry } from '../event-log/event-log.ts'
import type { StreamLimits } from '../limits.ts'
import { RequestError } from '../problems.ts'
import { createRecordingLogger } from '../../test/support/loggers.ts'
import { createMetrics } from '../telemetry/metrics.ts'
import { EventStreams } from './event-streams.ts'
import { frameOf, type EventStream } from './open-stream.ts'

const MINUTE_MS = 60_000
/** Nothing but these: the sockets keep real time. */
beforeEach(() => void vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval', 'setTimeout', 'clearTimeout'] }))
afterEach(() => void vi.useRealTimers())

const entry = (seq: number, json = `{"seq":${seq}}`): LogEntry => ({ seq, type: 'message', json })
const MEGABYTE = 'x'.repeat(1024 * 1024)

/** A server that gives a stream to whoever asks; the path names the session, and after an @ the address. */
async function start(limits: Partial<StreamLimits> = {}) {
  const { metrics, registry } = createMetrics()
  const { logger, lines } = createRecordingLogger()
  const all = { perSession: 16, perAddress: 1_000, inAll: 1_000, lifeMs: 3600_000, ...limits }
  const streams = new EventStreams({ limits: all, metrics, logger })
  const opened: { stream: EventStream; response: ServerResponse }[] = []
  const refused: unknown[] = []
  const server = createServer((incoming, response) => {
    try {
      const [sessionId = '', address = 'somewhere'] = (incoming.url ?? '').split('@')
      const headers = { 'X-Request-Id': 'r' }
      opened.push({ stream: streams.open(response, { sessionId, address, headers }), response })
    } catch (error) {
      refused.push(error)
      response.writeHead(429).end()
    }
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => {
    streams.close()
    server.close()
    server.closeAllConnections()
  })

  const { port } = server.address() as AddressInfo
  async function connect(session = '/rosa') {
    const outgoing = request({ port, host: '127.0.0.1', path: session, agent: false }).end()
    outgoing.on('error', () => undefined)
    const [incoming] = (await once(outgoing, 'response')) as [IncomingMessage]
    incoming.on('error', () => undefined)
    onTestFinished(() => void outgoing.destroy())
    return { incoming, leave: () => outgoing.destroy() }
  }
  /** Connects somebody who reads everything. */
  async function read(session?: string) {
    const { incoming, leave } = await connect(session)
    const reader = { text: '', ended: false, cut: false, leave, headers: incoming.headers }
    incoming.setEncoding('utf8').on('data', (chunk: string) => (reader.text += chunk))
    incoming.on('end', () => (reader.ended = true)).on('aborted', () => (reader.cut = true))
    return reader
  }
  /** Connects somebody who reads nothing, until told to. */
  async function stall(session?: string) {
    const { incoming } = await connect(session)
    incoming.pause()
    const made = opened.at(-1)
    if (!made) throw new Error('no stream was opened')
    return { ...made, incoming }
  }
  const stream = () => {
    const made = opened.at(-1)
    if (!made) throw new Error('no stream was opened')
    return made.stream
  }
  /** What an instrument of streams shows, by its labels. */
  async function shown(name: string): Promise<Record<string, number>> {
    const values = (await registry.getSingleMetric(`foyer_${name}`)?.get())?.values ?? []
    return Object.fromEntries(values.map(({ labels, value }) => [Object.values(labels).join(), value]))
  }
  /** Opens a stream once its reader has gone. */
  async function lateOpen(): Promise<EventStream> {
    const reader = await read('/late')
    const response = opened.at(-1)?.response
    reader.leave()
    await until(() => response?.destroyed === true && streams.size === 0)
    if (!response) throw new Error('no stream was opened')
    return streams.open(response, { sessionId: '/late', address: 'somewhere', headers: {} })
  }
  return { streams, opened, refused, read, stall, stream, shown, lines, lateOpen }
}

/** Waits for what sockets bring, in real time. */
async function until(what: () => boolean): Promise<void> {
  for (let turn = 0; turn < 2_000 && !what(); turn++) await settle()
  expect(what()).toBe(true)
}

describe('a stream', () => {
  test('begins at once with a word, and with the headers that proxies need', async () => {
    const { read } = await start()
    const { headers, ...reader } = await read()
    expect(headers['content-type']).toBe('text/event-stream; charset=utf-8')
    expect(headers['cache-control']).toBe('no-store, no-transform')
    expect(headers['x-accel-buffering']).toBe('no')
    expect(headers['x-request-id']).toBe('r')
    expect(headers['content-encoding']).toBeUndefined()
    expect(reader.cut).toBe(false)
  })

  test('carries each event under its seq, and what passes under none', async () => {
    const { read, stream } = await start()
    const reader = await read()
    stream().write([entry(7)], 'live')
    stream().write([{ ...entry(7), type: 'typing', passing: true }], 'live')
    await until(() => reader.text.includes('typing'))
    expect(reader.text).toBe(': open\n\nid: 7\nevent: message\ndata: {"seq":7}\n\nevent: typing\ndata: {"seq":7}\n\n')
  })

  test('is written the same frame for every reader', () => {
    const one = entry(1)
    expect(frameOf(one)).toBe('id: 1\nevent: message\ndata: {"seq":1}\n\n')
    expect(frameOf(one)).toBe(frameOf(one))
  })

  test('shows its heart-beat while nothing happens', async () => {
    const { read } = await start()
    const readers = [await read(), await read('/other')]
    await vi.advanceTimersByTimeAsync(MINUTE_MS)
    for (const reader of readers) await until(() => reader.text === `: open\n\n${':\n\n'.repeat(4)}`)
  })

  test('does not beat in one breath with all the others, and is never silent for long', async () => {
    const { read } = await start()
    const readers = await Promise.all(Array.from({ length: 45 }, (_, guest) => read(`/${guest}`)))
    const beats = () => readers.map(({ text }) => text.split(':\n\n').length - 1)
    const seen = []
    for (let second = 0; second < 15; second++) {
      await vi.advanceTimersByTimeAsync(1_000)
      await settle()
      seen.push(beats().reduce((sum, count) => sum + count, 0))
    }
    await until(() => beats().every((count) => count === 1))
    expect(new Set(seen).size).toBeGreaterThan(5)
  })

  test('is not opened for somebody who left while the request was looked at', async () => {
    const { streams, shown, lateOpen } = await start()
    const { signal } = await lateOpen()
    expect(signal.aborted).toBe(true)
    expect(streams.size).toBe(0)
    expect(await shown('streams_open')).toEqual({ '': 0 })
  })

  test('is forgotten when its reader leaves, and says so', async () => {
    const { read, stream, streams } = await start()
    const reader = await read()
    const { signal } = stream()
    expect(streams.size).toBe(1)
    reader.leave()
    await until(() => signal.aborted)
    expect(streams.size).toBe(0)
    await vi.advanceTimersByTimeAsync(MINUTE_MS)
  })

  test('leaves nothing behind, a hundred times over', async () => {
    const { read, streams, shown } = await start({ inAll: 20 })
    for (let round = 0; round < 10; round++) {
      const readers = await Promise.all(Array.from({ length: 10 }, () => read()))
      for (const reader of readers) reader.leave()
      await until(() => streams.size === 0)
    }
    expect(await shown('streams_open')).toEqual({ '': 0 })
    expect(await shown('streams_closed_total')).toEqual({ left: 100 })
  })

  test('counts what it writes', async () => {
    const { read, stream, shown } = await start()
    await read()
    for (let seq = 1; seq <= 5; seq++) stream().write([entry(seq)], 'replayed')
    stream().write([entry(6)], 'live')
    stream().write([{ ...entry(6), type: 'reset', passing: true }], 'reset')
    await vi.advanceTimersByTimeAsync(1_000)
    expect(await shown('stream_events_total')).toEqual({ replayed: 5, live: 1, reset: 1 })
  })

  test('that fails is cut off, and it is logged', async () => {
    const { read, stream, lines, shown } = await start()
    const reader = await read()
    stream().fail(new Error('disk'))
    await until(() => reader.cut)
    expect(lines).toMatchObject([{ level: 'error', event: 'stream-failed' }])
    expect(await shown('streams_closed_total')).toEqual({ failed: 1 })
  })
})

describe('a session', () => {
  test('may have sixteen streams; the next is refused, another session’s is not', async () => {
    const { read, refused, streams } = await start()
    for (let tab = 0; tab < 16; tab++) await read()
    await read()
    expect(refused).toMatchObject([{ code: 'too-many-streams' }])
    expect(refused[0]).toBeInstanceOf(RequestError)
    await read('/other')
    expect(streams.size).toBe(17)
  })

  test('that is over ends its streams with a last word, and no other', async () => {
    const { read, streams } = await start()
    const [one, two, other] = [await read(), await read(), await read('/other')]
    streams.closeSession('/rosa', 'event: session\ndata: {}\n\n')
    await until(() => one.ended && two.ended)
    expect(one.text).toBe(': open\n\nevent: session\ndata: {}\n\n')
    expect(other.ended).toBe(false)
    await until(() => streams.size === 1)
  })

  test('that is over frees its places at once', async () => {
    const { stall, read, refused, streams } = await start()
    for (let tab = 0; tab < 16; tab++) await stall()
    streams.closeSession('/rosa')
    await read()
    expect(refused).toEqual([])
  })
})

describe('an address, and the whole process', () => {
  test('have their own bounds, whoever the sessions are', async () => {
    const { read, refused, streams, shown } = await start({ perAddress: 3, inAll: 5 })
    for (let guest = 0; guest < 4; guest++) await read(`/guest-${guest}@office`)
    expect(refused).toMatchObject([{ code: 'too-many-streams' }])
    for (let guest = 0; guest < 3; guest++) await read(`/guest-${guest}@home-${guest}`)
    expect(refused).toMatchObject([{ code: 'too-many-streams' }, { code: 'overloaded' }])
    for (const refusal of refused as RequestError[]) {
      expect(refusal.retryAfterSeconds).toBeGreaterThanOrEqual(5)
      expect(refusal.retryAfterSeconds).toBeLessThanOrEqual(10)
    }
    expect(streams.size).toBe(5)
    expect(await shown('rate_limited_total')).toEqual({ 'address-streams': 1, 'all-streams': 1 })
  })

  test('have a place again when somebody leaves', async () => {
    const { read, refused, streams } = await start({ perAddress: 1 })
    const reader = await read('/rosa@office')
    reader.leave()
    await until(() => streams.size === 0)
    await read('/noor@office')
    expect(refused).toEqual([])
  })
})

describe('the life of a stream', () => {
  test('ends cleanly after ten minutes, a fifth more or less, and not of all at once', async () => {
    const { read, streams, shown } = await start({ lifeMs: 10 * MINUTE_MS })
    const readers = await Promise.all(Array.from({ length: 40 }, (_, guest) => read(`/${guest}`)))
    await vi.advanceTimersByTimeAsync(8 * MINUTE_MS - 1_000)
    expect(streams.size).toBe(40)
    const sizes = new Set<number>()
    for (let quarter = 0; quarter < 17; quarter++) {
      await vi.advanceTimersByTimeAsync(MINUTE_MS / 4)
      sizes.add(streams.size)
    }
    expect(streams.size).toBe(0)
    expect(sizes.size).toBeGreaterThan(5)
    await until(() => readers.every(({ ended, cut }) => ended && !cut))
    expect(await shown('streams_closed_total')).toEqual({ life: 40 })
  })
})

describe('a restart', () => {
  test('sends the oldest away first, with a word and a time to come back of their own', async () => {
    const { read, streams, shown } = await start()
    const readers: Awaited<ReturnType<typeof read>>[] = []
    for (let guest = 0; guest < 20; guest++) readers.push(await read(`/${guest}`))
    streams.sendAway(15, 4_000)
    await until(() => readers.slice(0, 15).every(({ ended }) => ended))
    expect(readers.slice(15).some(({ ended }) => ended)).toBe(false)
    const waits = readers.slice(0, 15).map(({ text }) => Number(/^: open\n\n: bye\nretry: (\d+)\n\n$/.exec(text)?.[1]))
    for (const ms of waits) expect(ms).toBeLessThanOrEqual(4_000)
    expect(new Set(waits).size).toBeGreaterThan(10)
    expect(await shown('streams_closed_total')).toEqual({ drain: 15 })
  })
})

describe('a reader who does not keep up', () => {
  test('is cut off once more than may wait is waiting', async () => {
    const { stall, streams, read } = await start()
    const { stream, response } = await stall()
    const other = await read('/other')
    for (let seq = 1; seq <= 64 && !response.destroyed; seq++) {
      expect(response.writableLength).toBeLessThan(3 * MEGABYTE.length)
      stream.write([entry(seq, MEGABYTE)], 'live')
      await settle()
    }
    expect(response.destroyed).toBe(true)
    await until(() => stream.signal.aborted)
    expect(streams.size).toBe(1)
    expect(other.cut).toBe(false)
  })

  test('is written nothing more, and that is no error', async () => {
    const { stall } = await start()
    const { stream, response } = await stall()
    response.destroy()
    stream.write([entry(1)], 'live')
    await until(() => stream.signal.aborted)
    stream.write([entry(2)], 'live')
  })

  test('is waited for while there is room to be made', async () => {
    const { stall } = await start()
    const { stream, response, incoming } = await stall()
    await fill(stream, response)
    let isReady = false
    void stream.ready().then(() => (isReady = true))
    await settle()
    expect(isReady).toBe(false)
    incoming.resume()
    await until(() => isReady)
    expect(response.destroyed).toBe(false)
  })

  test('is cut off when no room is made in ten seconds', async () => {
    const { stall, shown } = await start()
    const { stream, response } = await stall()
    await fill(stream, response)
    expect(stream.isFull).toBe(true)
    const ready = stream.ready()
    await vi.advanceTimersByTimeAsync(9_999)
    expect(response.destroyed).toBe(false)
    await vi.advanceTimersByTimeAsync(1)
    await ready
    expect(response.destroyed).toBe(true)
    await until(() => stream.signal.aborted)
    expect(await shown('streams_closed_total')).toEqual({ slow: 1 })
  })

  test('is cut off too when nobody waits for the room', async () => {
    const { stall } = await start()
    const { stream, response } = await stall()
    await fill(stream, response)
    await vi.advanceTimersByTimeAsync(10_000)
    expect(response.destroyed).toBe(true)
  })

  test('is not waited for when there is room, or nobody there', async () => {
    const { stall } = await start()
    const { stream, response } = await stall()
    await stream.ready()
    await fill(stream, response)
    response.destroy()
    await stream.ready()
  })

  test('of a session that is over is written nothing more, and cut off in the end', async () => {
    const { stall, streams } = await start()
    const { stream, response } = await stall()
    await fill(stream, response)
    streams.closeSession('/rosa', 'event: session\ndata: {}\n\n')
    stream.write([entry(99)], 'live')
    streams.closeSession('/rosa')
    await vi.advanceTimersByTimeAsync(9_000)
    expect(response.destroyed).toBe(false)
    await vi.advanceTimersByTimeAsync(MINUTE_MS)
    expect(response.destroyed).toBe(true)
    await until(() => stream.signal.aborted)
  })
})

/** Writes until the socket takes no more, short of what is too much. */
async function fill(stream: EventStream, response: ServerResponse): Promise<void> {
  for (let seq = 1; seq < 2_000; seq++) {
    stream.write([entry(seq, 'x'.repeat(64 * 1024))], 'live')
    await settle()
    if (response.writableLength > 300_000) break
  }
  expect(response.writableNeedDrain).toBe(true)
  expect(response.destroyed).toBe(false)
}
