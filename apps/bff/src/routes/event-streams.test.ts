import { afterEach, beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest'
import { once } from 'node:events'
import { createServer, request, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { settle } from '../../test/support/fake-clock.ts'
import type { LogEntry } from '../event-log/event-log.ts'
import { RequestError } from '../problems.ts'
import { EventStreams, frameOf, type EventStream } from './event-streams.ts'

const MINUTE_MS = 60_000
/** Nothing but these: the sockets keep real time. */
beforeEach(() => void vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval', 'setTimeout', 'clearTimeout'] }))
afterEach(() => void vi.useRealTimers())

const entry = (seq: number, json = `{"seq":${seq}}`): LogEntry => ({ seq, type: 'message', json })
const MEGABYTE = 'x'.repeat(1024 * 1024)

/** A server that gives a stream to whoever asks; the query names the session. */
async function start() {
  const streams = new EventStreams()
  const opened: { stream: EventStream; response: ServerResponse }[] = []
  const refused: unknown[] = []
  const server = createServer((incoming, response) => {
    try {
      opened.push({ stream: streams.open(response, incoming.url ?? '', { 'X-Request-Id': 'r' }), response })
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
  return { streams, opened, refused, read, stall, stream }
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
    expect(headers['x-content-type-options']).toBe('nosniff')
    expect(headers['x-request-id']).toBe('r')
    expect(headers['content-encoding']).toBeUndefined()
    expect(reader.cut).toBe(false)
  })

  test('carries each event under its seq, and what passes under none', async () => {
    const { read, stream } = await start()
    const reader = await read()
    stream().write(entry(7))
    stream().write({ ...entry(7), type: 'typing', passing: true })
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
    const { read, streams } = await start()
    for (let round = 0; round < 10; round++) {
      const readers = await Promise.all(Array.from({ length: 10 }, () => read()))
      for (const reader of readers) reader.leave()
      await until(() => streams.size === 0)
    }
  })
})

describe('a session', () => {
  test('may have sixteen streams; the next is refused, another session’s is not', async () => {
    const { read, refused, streams } = await start()
    for (let tab = 0; tab < 16; tab++) await read()
    await read()
    expect(refused).toMatchObject([{ code: 'too-many-streams', headers: { 'Retry-After': '5' } }])
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

describe('a restart', () => {
  test('ends every stream with a word, and refuses new ones for a moment', async () => {
    const { read, streams, refused } = await start()
    const readers = [await read(), await read('/other')]
    streams.close()
    await until(() => readers.every(({ ended }) => ended))
    for (const { text } of readers) expect(text).toBe(': open\n\n: bye\n\n')
    await read()
    expect(refused).toMatchObject([{ code: 'shutting-down', headers: { 'Retry-After': '1' } }])
  })
})

describe('a reader who does not keep up', () => {
  test('is cut off once more than may wait is waiting', async () => {
    const { stall, streams, read } = await start()
    const { stream, response } = await stall()
    const other = await read('/other')
    for (let seq = 1; seq <= 64 && !response.destroyed; seq++) {
      expect(response.writableLength).toBeLessThan(3 * MEGABYTE.length)
      stream.write(entry(seq, MEGABYTE))
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
    stream.write(entry(1))
    await until(() => stream.signal.aborted)
    stream.write(entry(2))
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
    const { stall } = await start()
    const { stream, response } = await stall()
    await fill(stream, response)
    const ready = stream.ready()
    await vi.advanceTimersByTimeAsync(9_999)
    expect(response.destroyed).toBe(false)
    await vi.advanceTimersByTimeAsync(1)
    await ready
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
    stream.write(entry(99))
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
    stream.write(entry(seq, 'x'.repeat(64 * 1024)))
    await settle()
    if (response.writableLength > 300_000) break
  }
  expect(response.writableNeedDrain).toBe(true)
  expect(response.destroyed).toBe(false)
}
