import type { StreamEvent } from '@foyer/shared/protocol/event'
import { expect, onTestFinished, test } from 'vitest'
import { SILENCE_MS, startEventStream, type StreamState } from './event-stream.ts'
import { FakeClock, settled } from './fake-clock.ts'
import { FakeNetwork } from './fake-network.ts'
import { ProblemError, UnreachableError } from './problem-error.ts'

const encoder = new TextEncoder()
const participant = { participantId: 'a', role: 'agent' as const }
const frame = (seq: number) => {
  const event = { seq, at: '2026-03-10T09:00:00.000Z', type: 'participant', participant, change: 'joined' }
  return `id: ${seq}\nevent: participant\ndata: ${JSON.stringify(event)}\n\n`
}
const refusal = (status: number, retryAfterSeconds?: number) =>
  new ProblemError({
    type: 'about:blank',
    title: '',
    status,
    detail: '',
    code: 'internal-error',
    ...(retryAfterSeconds === undefined ? {} : { retryAfterSeconds }),
  })

/** A stream whose connections are played by the test; the first of them fail as said. */
function startStream(...failures: Error[]) {
  const clock = new FakeClock()
  const network = new FakeNetwork()
  const asked: number[] = []
  const seqs: number[] = []
  const states: StreamState[] = []
  const refused: unknown[] = []
  const lines: ReadableStreamDefaultController<Uint8Array>[] = []
  const stop = startEventStream({
    after: 3,
    clock,
    network,
    async open(seq, signal) {
      asked.push(seq)
      const failure = failures.shift()
      if (failure) throw failure
      const body = new ReadableStream<Uint8Array>({ start: (line) => void lines.push(line) })
      signal.addEventListener('abort', () => ignoreClosed(() => lines.at(-1)?.error(signal.reason)))
      return new Response(body)
    },
    onEvents: (events: StreamEvent[]) => seqs.push(...events.map(({ seq }) => seq)),
    onState: (state) => states.push(state),
    onRefused: (error) => refused.push(error),
  })
  onTestFinished(stop)
  const send = async (text: string) => {
    lines.at(-1)?.enqueue(encoder.encode(text))
    await settled()
  }
  return { clock, network, asked, seqs, states, refused, lines, send, stop }
}

test('tells the events in order, cut as the network likes', async () => {
  const stream = startStream()
  await settled()
  const text = frame(4) + ': heartbeat\n\n' + frame(5)
  for (const piece of [text.slice(0, 7), text.slice(7, 30), text.slice(30)]) await stream.send(piece)
  expect(stream.seqs).toEqual([4, 5])
})

test('resumes after the last event seen', async () => {
  const stream = startStream()
  await settled()
  await stream.send(frame(4))
  stream.lines[0]?.close()
  await stream.clock.pass(1000)
  expect(stream.asked).toEqual([3, 4])
})

test('resumes after the last logged event, whatever was told in passing', async () => {
  const stream = startStream()
  await settled()
  const at = '2026-03-10T09:00:00.000Z'
  const typing = { seq: 5, at, type: 'typing', participant, typing: true, durationMs: 5000 }
  const up = { seq: 6, at, type: 'connection', state: 'up' }
  await stream.send(frame(4) + [typing, up].map((event) => `data: ${JSON.stringify(event)}\n\n`).join(''))
  expect(stream.seqs).toEqual([4, 5, 6])
  stream.lines[0]?.close()
  await stream.clock.pass(1000)
  expect(stream.asked).toEqual([3, 4])
})

test('skips events of a kind it does not know', async () => {
  const stream = startStream()
  await settled()
  await stream.send('event: fireworks\ndata: {"seq":9,"type":"fireworks"}\n\ndata: not json\n\n' + frame(4))
  expect(stream.seqs).toEqual([4])
})

test('takes a silent line for dead', async () => {
  const stream = startStream()
  await settled()
  await stream.send(': heartbeat\n\n')
  await stream.clock.pass(SILENCE_MS + 1000)
  expect(stream.asked.length).toBe(2)
})

test('keeps a line that has nothing but heartbeats', async () => {
  const stream = startStream()
  await settled()
  for (let beat = 0; beat < 20; beat++) {
    await stream.clock.pass(15_000)
    await stream.send(': heartbeat\n\n')
  }
  expect(stream.asked).toEqual([3])
})

test('waits as long as it is asked to', async () => {
  const stream = startStream(refusal(503, 42))
  await stream.clock.pass(41_000)
  expect(stream.asked).toHaveLength(1)
  await stream.clock.pass(1000)
  expect(stream.asked).toHaveLength(2)
})

test('comes back when it was asked to by a server that ends, once', async () => {
  const stream = startStream()
  await settled()
  await stream.send(frame(4) + ': bye\nretry: 3500\n\n')
  stream.lines[0]?.close()
  await stream.clock.pass(3499)
  expect(stream.asked).toEqual([3])
  expect(stream.states.at(-1)).toMatchObject({ state: 'waiting' })
  await stream.clock.pass(1)
  expect(stream.asked).toEqual([3, 4])
  stream.lines[1]?.close()
  await stream.clock.pass(1000)
  expect(stream.asked).toHaveLength(3)
})

test('is not sent away for ever', async () => {
  const stream = startStream()
  await settled()
  await stream.send('retry: 999999999\n\n')
  stream.lines[0]?.close()
  await stream.clock.pass(30_000)
  expect(stream.asked).toHaveLength(2)
})

test('waits out its time where it asked too often, whoever looks at the page', async () => {
  const stream = startStream(refusal(429, 20))
  await stream.clock.pass(1000)
  stream.network.wake()
  stream.network.go(true)
  await stream.clock.pass(18_999)
  expect(stream.asked).toHaveLength(1)
  await stream.clock.pass(1)
  expect(stream.asked).toHaveLength(2)
})

test('backs off up to half a minute while nobody answers', async () => {
  const stream = startStream(...Array.from({ length: 200 }, () => new UnreachableError('no answer')))
  await stream.clock.pass(30 * 60_000)
  expect(stream.asked.length).toBeGreaterThan(60)
  expect(stream.asked.length).toBeLessThan(200)
})

test.each([401, 404])('ends when it is refused with %i', async (status) => {
  const stream = startStream(refusal(status))
  await stream.clock.pass(60_000)
  expect(stream.refused).toHaveLength(1)
  expect(stream.asked).toHaveLength(1)
})

test('makes no attempt while offline, and one at once when back', async () => {
  const stream = startStream()
  await settled()
  stream.network.go(false)
  await stream.clock.pass(10 * 60_000)
  expect(stream.asked).toHaveLength(1)
  expect(stream.states.at(-1)).toEqual({ state: 'offline' })
  stream.network.go(true)
  await settled()
  expect(stream.asked).toHaveLength(2)
})

test('does not wait out its time when the page is looked at again', async () => {
  const stream = startStream(refusal(503, 600))
  await stream.clock.pass(1000)
  stream.network.wake()
  await settled()
  expect(stream.asked).toHaveLength(2)
})

test('gives up a line that slept with the laptop', async () => {
  const stream = startStream()
  await settled()
  await stream.clock.pass(30_000)
  stream.network.wake()
  await stream.clock.pass(500)
  expect(stream.asked).toHaveLength(2)
})

test('stops for good when told to', async () => {
  const stream = startStream()
  await settled()
  stream.stop()
  await stream.clock.pass(10 * 60_000)
  expect(stream.asked).toHaveLength(1)
})

function ignoreClosed(act: () => void) {
  try {
    act()
  } catch {
    // The line had ended already.
  }
}
