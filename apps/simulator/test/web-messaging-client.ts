import { ServerFrame } from '@foyer/shared/platform/web-messaging/server-frames'
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import * as v from 'valibot'
import { expect, onTestFinished } from 'vitest'
import { WebSocket } from 'ws'
import { DEMO_DEPLOYMENT_ID } from '../src/options.ts'
import { resembles } from './resembles.ts'

// The platform's frames as they came, before any schema of ours had a say.
export interface RawFrame {
  type: string
  class: string
  code: number
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- a test reads whatever is there
  body: any
  tracingId?: string
}

/** A client of the simulator's socket that believes nothing: every frame is checked against the schema and its samples. */
export class WebMessagingClient {
  readonly token: string
  readonly frames: RawFrame[] = []
  readonly #socket: WebSocket
  readonly #deploymentId: string
  #read = 0

  constructor(socket: WebSocket, deploymentId: string, token: string) {
    this.#socket = socket
    this.#deploymentId = deploymentId
    this.token = token
    socket.on('message', (data) => this.frames.push(checkFrame(JSON.parse(String(data)) as RawFrame)))
  }

  get isOpen(): boolean {
    return this.#socket.readyState === WebSocket.OPEN
  }

  send(frame: object): void {
    this.#socket.send(JSON.stringify({ token: this.token, ...frame }))
  }

  sendText(text: string): void {
    this.#socket.send(text)
  }

  /** Sends a frame and waits for what answers it. */
  async ask(frame: object): Promise<RawFrame> {
    const tracingId = randomUUID()
    this.send({ tracingId, ...frame })
    return this.next((one) => one.tracingId === tracingId)
  }

  configure(more: object = {}): Promise<RawFrame> {
    return this.ask({ action: 'configureSession', deploymentId: this.#deploymentId, ...more })
  }

  say(text: string, more: object = {}): Promise<RawFrame> {
    return this.ask({ action: 'onMessage', message: { type: 'Text', text, ...more } })
  }

  presence(type: string): Promise<RawFrame> {
    return this.ask({
      action: 'onMessage',
      message: { type: 'Event', events: [{ eventType: 'Presence', presence: { type } }] },
    })
  }

  /** The next frame that fits, from where the last one was found. */
  async next(fits: (frame: RawFrame) => boolean, timeoutMs = 3_000): Promise<RawFrame> {
    const deadline = Date.now() + timeoutMs
    for (let at = this.#read; ; at++) {
      while (at >= this.frames.length) {
        if (Date.now() > deadline)
          throw new Error(`no such frame among ${JSON.stringify(this.frames.slice(this.#read))}`)
        await new Promise((resolve) => setTimeout(resolve, 2))
      }
      const frame = this.frames[at]
      if (!frame || !fits(frame)) continue
      this.#read = at + 1
      return frame
    }
  }

  nextOf(name: string): Promise<RawFrame> {
    return this.next((frame) => frame.class === name)
  }

  async closed(): Promise<number> {
    if (this.#socket.readyState === WebSocket.CLOSED) return 0
    const [code] = (await once(this.#socket, 'close')) as [number]
    return code
  }

  close(): void {
    this.#socket.close(1000)
  }
}

export interface ConnectOptions {
  deploymentId?: string
  token?: string
  origin?: string
}

/** A socket that is open and has configured nothing. */
export async function connect(url: string, options: ConnectOptions = {}): Promise<WebMessagingClient> {
  const { deploymentId = DEMO_DEPLOYMENT_ID, token = randomUUID(), origin } = options
  const address = `${url.replace('http', 'ws')}/v1?deploymentId=${encodeURIComponent(deploymentId)}`
  const socket = new WebSocket(address, { ...(origin === undefined ? {} : { origin }) })
  onTestFinished(() => socket.terminate())
  const client = new WebMessagingClient(socket, deploymentId, token)
  await once(socket, 'open')
  return client
}

/** The status an upgrade is refused with. */
export async function refusedWith(url: string, path: string, origin?: string): Promise<number> {
  const socket = new WebSocket(url.replace('http', 'ws') + path, { ...(origin === undefined ? {} : { origin }) })
  socket.on('error', () => undefined)
  const [, response] = (await once(socket, 'unexpected-response')) as [unknown, { statusCode: number }]
  return response.statusCode
}

export function checkFrame(frame: RawFrame): RawFrame {
  const parsed = v.safeParse(ServerFrame, frame)
  expect(
    parsed.issues?.map((issue) => `${v.getDotPath(issue)}: ${issue.message}`),
    JSON.stringify(frame),
  ).toBeUndefined()
  expect(resembles(frame), JSON.stringify(frame)).toEqual([])
  return frame
}
