import { once } from 'node:events'
import { createServer, request, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, beforeEach, expect, onTestFinished, test, vi } from 'vitest'
import { systemClock } from '../src/clock.ts'
import { replayAndFollow } from '../src/event-log/replay-and-follow.ts'
import { EventStreams } from '../src/routes/event-streams.ts'
import { createMetrics } from '../src/telemetry/metrics.ts'
import { settle } from './support/fake-clock.ts'
import { createRecordingLogger } from './support/loggers.ts'
import { memoryHeld } from './support/memory.ts'
import { newDatabaseFile, newEventLog, newSealer, openStore } from './support/stores.ts'

const ID = 'conversation-1'
const NOOR = { participantId: 'agent:Noor', role: 'agent' } as const
const EVENTS = 1_024
const TEXT = 'x'.repeat(64 * 1024)

beforeEach(() => void vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] }))
afterEach(() => void vi.useRealTimers())

/** A log on disk, and a server that streams it: all of a stream but the session. */
async function start() {
  const log = newEventLog({
    sqlite: openStore(newDatabaseFile()),
    sealer: newSealer(),
    clock: systemClock,
  })
  const { metrics, registry } = createMetrics()
  const { logger, lines } = createRecordingLogger()
  const limits = { perSession: 16, perAddress: 16, inAll: 16, lifeMs: 3600_000 }
  const streams = new EventStreams({ limits, metrics, logger })
  const server = createServer((incoming, response) => {
    const after = Number(new URL(incoming.url ?? '', 'http://foyer').searchParams.get('after'))
    const stream = streams.open(response, { sessionId: 'rosa', address: 'somewhere', headers: {} })
    void replayAndFollow(log, { conversationId: ID, after, sink: stream, signal: stream.signal })
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => {
    streams.close()
    server.close()
    server.closeAllConnections()
  })
  const { port } = server.address() as AddressInfo

  async function connect(after = 0) {
    const outgoing = request({ port, host: '127.0.0.1', path: `/?after=${after}`, agent: false }).end()
    outgoing.on('error', () => undefined)
    onTestFinished(() => void outgoing.destroy())
    const [incoming] = (await once(outgoing, 'response')) as [IncomingMessage]
    const reader = { incoming, ids: [] as number[], isOver: false }
    // Only the ids are kept of what comes: memory is what is looked at.
    let rest = ''
    const read = () => {
      incoming.setEncoding('latin1').on('data', (chunk: string) => {
        const blocks = (rest + chunk).split('\n\n')
        rest = blocks.pop() ?? ''
        for (const block of blocks) if (block.startsWith('id: ')) reader.ids.push(Number.parseInt(block.slice(4), 10))
      })
    }
    incoming.on('error', () => undefined).on('close', () => (reader.isOver = true))
    return Object.assign(reader, { read })
  }
  const say = (text: string) =>
    log.append(ID, [
      { type: 'message', messageId: crypto.randomUUID(), from: NOOR, parts: [{ type: 'text', text }], state: 'sent' },
    ])
  return { connect, say, registry, lines }
}

async function until(what: () => boolean): Promise<void> {
  for (let turn = 0; turn < 50_000 && !what(); turn++) await settle()
  expect(what()).toBe(true)
}

const oneTo = (last: number) => Array.from({ length: last }, (_, index) => index + 1)

test('readers who take nothing of 64 MB cost next to nothing, delay nobody, and miss nothing', async () => {
  const { connect, say, registry } = await start()
  const healthy = await connect()
  healthy.read()
  const stuck = [await connect(), await connect(), await connect()]
  for (const { incoming } of stuck) incoming.pause()
  await say('to begin with')
  await until(() => healthy.ids.length === 1)

  const before = memoryHeld().allBytes
  for (let count = 1; count <= EVENTS; count++) {
    await say(TEXT)
    await until(() => healthy.ids.length === count + 1) // before anything else is said
  }
  expect(memoryHeld().allBytes - before).toBeLessThan(8 * 2 ** 20)

  const [resumed, lost] = stuck as [(typeof stuck)[number], (typeof stuck)[number]]
  resumed.read()
  resumed.incoming.resume()
  await until(() => resumed.ids.length === EVENTS + 1)
  expect(resumed.ids).toEqual(oneTo(EVENTS + 1))

  await vi.advanceTimersByTimeAsync(10_000)
  expect(await registry.metrics()).toMatch(/streams_closed_total\{reason="slow"\} 2/)
  lost.read()
  lost.incoming.resume()
  await until(() => lost.isOver)
  const again = await connect(lost.ids.at(-1) ?? 0)
  again.read()
  await until(() => [...lost.ids, ...again.ids].length === EVENTS + 1)
  expect([...lost.ids, ...again.ids]).toEqual(oneTo(EVENTS + 1))
}, 120_000)
