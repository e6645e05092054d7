import fc from 'fast-check'
import { once } from 'node:events'
import { expect, test } from 'vitest'
import { WebSocket } from 'ws'
import { DEMO_DEPLOYMENT_ID } from '../src/options.ts'
import { simulatorFor } from './guest.ts'
import type { RawFrame } from './web-messaging-client.ts'
import { checkFrame } from './web-messaging-client.ts'

const TOKENS = ['token-1', 'token-2']
const SOCKETS = 5

const text = fc.oneof(fc.string(), fc.constant('x'.repeat(5_000)), fc.constant(''), fc.string({ unit: 'grapheme' }))
const message = fc.oneof(
  { weight: 12, arbitrary: fc.record({ type: fc.constant('Text'), text: fc.string({ minLength: 1 }) }) },
  { weight: 2, arbitrary: fc.record({ type: fc.constant('Text'), text }) },
  fc.record({ type: fc.constant('Text'), text, metadata: fc.dictionary(fc.string(), fc.string(), { maxKeys: 3 }) }),
  fc.constant({ type: 'Event', events: [{ eventType: 'Presence', presence: { type: 'Join' } }] }),
  fc.constant({ type: 'Event', events: [{ eventType: 'Presence', presence: { type: 'Clear' } }] }),
  fc.constant({ type: 'Event', events: [{ eventType: 'Typing', typing: { type: 'On' } }] }),
  fc.constant({ type: 'Event', events: [{ eventType: 'Nonsense' }] }),
  fc.record({
    type: fc.constant('Structured'),
    text,
    content: fc.constant([
      { contentType: 'ButtonResponse', buttonResponse: { type: 'QuickReply', text: 'a', payload: 'b' } },
    ]),
  }),
  fc.record({ text, content: fc.constant([{ contentType: 'Attachment', attachment: { id: 'none' } }]) }),
  fc.anything(),
)
const token = fc.oneof({ weight: 40, arbitrary: fc.constantFrom(...TOKENS) }, fc.string(), fc.anything())
const frame = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      action: fc.constant('configureSession'),
      token,
      deploymentId: fc.constant(DEMO_DEPLOYMENT_ID),
      startNew: fc.boolean(),
    }),
  },
  { weight: 8, arbitrary: fc.record({ action: fc.constant('onMessage'), token, message }) },
  { weight: 2, arbitrary: fc.record({ action: fc.constant('echo'), token, message: fc.record({ text }) }) },
  {
    weight: 2,
    arbitrary: fc.record({
      action: fc.constantFrom('getJwt', 'getConfiguration', 'getAttachment', 'deleteAttachment'),
      token,
      deploymentId: fc.constant(DEMO_DEPLOYMENT_ID),
      attachmentId: fc.string(),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      action: fc.constant('onAttachment'),
      token,
      fileName: fc.string(),
      fileType: fc.string(),
      fileSize: fc.integer(),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ action: fc.constant('closeSession'), token, closeAllConnections: fc.boolean() }),
  },
  { weight: 1, arbitrary: fc.record({ action: fc.string(), token, tracingId: fc.anything() }) },
)
const step = fc.record({
  socket: fc.nat(SOCKETS - 1),
  sent: fc.oneof({ weight: 30, arbitrary: frame.map((value) => JSON.stringify(value) ?? '') }, fc.string()),
})

interface Line {
  readonly socket: WebSocket
  readonly frames: RawFrame[]
}

async function open(url: string): Promise<Line> {
  const socket = new WebSocket(`${url.replace('http', 'ws')}/v1?deploymentId=${DEMO_DEPLOYMENT_ID}`)
  const frames: RawFrame[] = []
  socket.on('message', (data) => frames.push(JSON.parse(String(data)) as RawFrame))
  socket.on('error', () => undefined)
  await once(socket, 'open')
  return { socket, frames }
}

/** Everything sent before is answered once a ping is: one line, one order. */
async function settle({ socket }: Line): Promise<void> {
  if (socket.readyState !== WebSocket.OPEN) return
  const { promise, resolve } = Promise.withResolvers<unknown>()
  socket.once('pong', resolve).once('close', resolve)
  socket.ping()
  await promise
  socket.off('close', resolve)
}

test('whatever clients send, in whatever order: no crash, and the promises of the protocol hold', async () => {
  const limits = { requestsPerConnectionPerMinute: 100_000, messagesPerSecond: 100_000, connectionsPerMinute: 100_000 }
  const deployment = {
    id: DEMO_DEPLOYMENT_ID,
    limits: { ...limits, echoesPerMinute: 100_000, configuresPerMinute: 100_000 },
  }
  const { url, control } = await simulatorFor({ deployments: [deployment] })
  const seen = new Map<string, number>()
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 20, maxLength: 60, size: 'max' }), async (steps) => {
      await control.reset()
      const lines = await Promise.all(Array.from({ length: SOCKETS }, () => open(url)))
      for (const { socket, sent } of steps) {
        const line = lines[socket]
        if (line?.socket.readyState !== WebSocket.OPEN) continue
        line.socket.send(sent)
        await settle(line)
      }
      await Promise.all(lines.map(settle))
      for (const { frames } of lines) {
        frames.forEach(checkFrame)
        for (const { class: name } of frames) seen.set(name, (seen.get(name) ?? 0) + 1)
        checkTimes(frames)
        checkFirst(frames)
      }
      expect(await attached(control)).toBeLessThanOrEqual(3)
      for (const { socket } of lines) socket.terminate()
      expect((await fetch(`${url}/_simulator/state`)).status).toBe(200)
    }),
    { numRuns: 150, seed: 20_261_124, endOnFailure: true },
  )
  // The sequences reach what they are to try.
  for (const name of [
    'SessionResponse',
    'StructuredMessage',
    'string',
    'ConnectionClosedEvent',
    'SessionClearedEvent',
  ]) {
    expect(seen.get(name) ?? 0, name).toBeGreaterThan(40)
  }
}, 60_000)

/** No two messages of one session have the same time. Configuring may change which session the line is of. */
function checkTimes(frames: readonly RawFrame[]): void {
  const times = new Map<string, string>()
  for (const { class: name, body } of frames) {
    if (name === 'SessionResponse') times.clear()
    if (name !== 'StructuredMessage') continue
    const { id, channel } = body as { id: string; channel: { time: string } }
    expect(times.get(channel.time) ?? id, channel.time).toBe(id)
    times.set(channel.time, id)
  }
}

/** Nothing of a session comes before its answer. */
function checkFirst(frames: readonly RawFrame[]): void {
  const first = frames.findIndex(({ class: name }) => name === 'StructuredMessage')
  const session = frames.findIndex(({ class: name }) => name === 'SessionResponse')
  if (first >= 0) expect(session).toBeLessThan(first)
  if (first >= 0) expect(session).toBeGreaterThanOrEqual(0)
}

/** The most sockets that any conversation has. */
async function attached(control: Awaited<ReturnType<typeof simulatorFor>>['control']): Promise<number> {
  const counts = new Map<string, number>()
  for (const { conversationId } of await control.sockets()) {
    if (conversationId !== null) counts.set(conversationId, (counts.get(conversationId) ?? 0) + 1)
  }
  return Math.max(0, ...counts.values())
}
