import { webMessagingPaths } from '@foyer/shared/platform/web-messaging/paths'
import fc from 'fast-check'
import { once } from 'node:events'
import { expect, test } from 'vitest'
import { WebSocket } from 'ws'
import { DEMO_DEPLOYMENT_ID } from '../src/options.ts'
import { FakeClock } from './fake-clock.ts'
import { simulatorFor } from './guest.ts'
import type { RawFrame } from './web-messaging-client.ts'
import { checkFrame } from './web-messaging-client.ts'

const TOKENS = ['token-1', 'token-2']
const SOCKETS = 5
/** Stands for a token of somebody who signed in, which is another for every run. */
const JWT = 'jwt'

const text = fc.oneof(fc.string(), fc.constant('x'.repeat(5_000)), fc.constant(''), fc.string({ unit: 'grapheme' }))
const message = fc.oneof(
  { weight: 12, arbitrary: fc.record({ type: fc.constant('Text'), text: fc.string({ minLength: 1 }) }) },
  { weight: 2, arbitrary: fc.record({ type: fc.constant('Text'), text }) },
  fc.record({ type: fc.constant('Text'), text, metadata: fc.dictionary(fc.string(), fc.string(), { maxKeys: 3 }) }),
  fc.constant({ type: 'Event', events: [{ eventType: 'Presence', presence: { type: 'Join' } }] }),
  {
    weight: 3,
    arbitrary: fc.constant({ type: 'Event', events: [{ eventType: 'Presence', presence: { type: 'Clear' } }] }),
  },
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
  {
    weight: 1,
    arbitrary: fc.record({
      action: fc.constant('configureAuthenticatedSession'),
      token,
      deploymentId: fc.constant(DEMO_DEPLOYMENT_ID),
      data: fc.oneof(fc.constant({ code: JWT }), fc.anything()),
    }),
  },
  { weight: 1, arbitrary: fc.record({ action: fc.constantFrom('resumeToken', 'disconnectCustomer'), token }) },
  { weight: 1, arbitrary: fc.record({ action: fc.string(), token, tracingId: fc.anything() }) },
)
const step = fc.record({
  socket: fc.nat(SOCKETS - 1),
  sent: fc.oneof({ weight: 30, arbitrary: frame.map((value) => JSON.stringify(value) ?? '') }, fc.string()),
})

interface Line {
  readonly socket: WebSocket
  readonly frames: RawFrame[]
  /** The session this line is in, as its own frames tell: a name for its token and how often that began anew. */
  session: string | undefined
}

async function open(url: string): Promise<Line> {
  const socket = new WebSocket(`${url.replace('http', 'ws')}/v1?deploymentId=${DEMO_DEPLOYMENT_ID}`)
  const frames: RawFrame[] = []
  socket.on('message', (data) => frames.push(JSON.parse(String(data)) as RawFrame))
  socket.on('error', () => undefined)
  await once(socket, 'open')
  return { socket, frames, session: undefined }
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
    auth: { enabled: true, allowSessionUpgrade: true },
    limits: { ...limits, echoesPerMinute: 100_000, configuresPerMinute: 100_000 },
  }
  const failures: unknown[] = []
  const logger = { error: (_event: string, error: unknown) => void failures.push(error) }
  // Time stands still, so that only the simulator itself keeps two messages apart.
  const { url, control } = await simulatorFor({ deployments: [deployment] }, { logger, clock: new FakeClock() })
  const seen = new Map<string, number>()
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 20, maxLength: 60, size: 'max' }), async (steps) => {
      await control.reset()
      const jwt = await signIn(url, await control.createSignInCode({ user: { id: 'maren' } }))
      const lines = await Promise.all(Array.from({ length: SOCKETS }, () => open(url)))
      const promises = keepPromises()
      for (const { socket, sent } of steps) {
        const line = lines[socket]
        if (line?.socket.readyState !== WebSocket.OPEN) continue
        line.socket.send(sent.replaceAll(`"${JWT}"`, `"${jwt}"`))
        await Promise.all(lines.map(settle))
        promises.check(lines, line, sent)
        if (sent.includes('configure')) expect(await mostPlaces(control)).toBeLessThanOrEqual(3)
      }
      for (const { frames, socket } of lines) {
        for (const { class: name } of frames) seen.set(name, (seen.get(name) ?? 0) + 1)
        socket.terminate()
      }
      expect(failures).toEqual([])
      expect((await fetch(`${url}/_simulator/state`)).status).toBe(200)
    }),
    { numRuns: 60, seed: 20_261_124, endOnFailure: true },
  )
  // The sequences reach what they are to try.
  for (const name of [
    'SessionResponse',
    'StructuredMessage',
    'string',
    'ConnectionClosedEvent',
    'SessionClearedEvent',
  ]) {
    expect(seen.get(name) ?? 0, name).toBeGreaterThan(8)
  }
}, 120_000)

async function signIn(url: string, code: string): Promise<string> {
  const response = await fetch(url + webMessagingPaths.tokenExchange, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ deploymentId: DEMO_DEPLOYMENT_ID, oauth: { code } }),
  })
  return ((await response.json()) as { jwt: string }).jwt
}

/** What may come to a line that is in no session: answers to what it asked. */
const ANSWERS = ['string', 'TooManyRequestsErrorMessage', 'GetConfigurationResponse']

/** Follows which session each line is in, and holds every frame against it. */
function keepPromises() {
  const times = new Map<string, Map<string, string>>()
  const beginnings = new Map<string, number>()
  const read = new Map<Line, number>()

  function check(lines: readonly Line[], asking: Line, sent: string): void {
    const token = tokenOf(sent)
    // The asking line first: it may begin a session that others of its token are then in.
    for (const line of [asking, ...lines.filter((one) => one !== asking)]) {
      const fresh = line.frames.slice(read.get(line) ?? 0)
      read.set(line, line.frames.length)
      for (const frame of fresh) follow(lines, line, checkFrame(frame), token)
    }
  }

  function follow(lines: readonly Line[], line: Line, { class: name, code, body }: RawFrame, token: string): void {
    expect(code, 'a failure of the simulator').not.toBe(5000)
    if (name === 'SessionResponse') return enter(lines, line, body, token)
    if (ANSWERS.includes(name)) return
    // Nothing of a session comes before its SessionResponse, nor after its end.
    expect(line.session, name).toBeDefined()
    if (name === 'ConnectionClosedEvent' || name === 'LogoutEvent') line.session = undefined
    if (name === 'StructuredMessage') holdTime(line.session ?? '', body as { id: string; channel: { time: string } })
  }

  function enter(lines: readonly Line[], line: Line, body: RawFrame['body'], token: string): void {
    if (body.connected === false) return void (line.session = undefined)
    const former = `${token} ${beginnings.get(token) ?? 0}`
    if (body.newSession) beginnings.set(token, (beginnings.get(token) ?? 0) + 1)
    line.session = `${token} ${beginnings.get(token) ?? 0}`
    // The other lines of a token stay when it begins anew.
    for (const other of lines) if (other !== line && other.session === former) other.session = line.session
  }

  /** No two messages of one session have the same time, on whichever line they come. */
  function holdTime(session: string, { id, channel: { time } }: { id: string; channel: { time: string } }): void {
    const known = times.get(session) ?? new Map<string, string>()
    times.set(session, known.set(time, known.get(time) ?? id))
    expect(known.get(time), time).toBe(id)
  }

  return { check }
}

function tokenOf(sent: string): string {
  try {
    return String((JSON.parse(sent) as { token?: unknown }).token)
  } catch {
    // Not a frame: no session comes of it.
    return ''
  }
}

/** The most sockets that any session has. */
async function mostPlaces(control: Awaited<ReturnType<typeof simulatorFor>>['control']): Promise<number> {
  const counts = new Map<string, number>()
  for (const { guestId } of await control.sockets()) {
    if (guestId !== null) counts.set(guestId, (counts.get(guestId) ?? 0) + 1)
  }
  return Math.max(0, ...counts.values())
}
