import { ServerEnvelope, ServerFrame } from '@foyer/shared/platform/web-messaging/server-frames'
import * as v from 'valibot'
import { WebSocket } from 'ws'
import type { NoteIgnored } from '../ignored.ts'
import type { Heartbeat } from './heartbeat.ts'

/** Largest frame read from the platform. */
const MAX_FRAME_BYTES = 1024 * 1024
const HANDSHAKE_MS = 8_000

export interface SocketParts {
  /** Of `/v1`, with its query. */
  readonly url: string
  readonly origin: string | undefined
  readonly heartbeat: Heartbeat
  readonly ignored: NoteIgnored
}

export interface SocketListener {
  readonly onFrame: (frame: ServerFrame) => void
  /** Once, whoever closed it. */
  readonly onLost: () => void
}

export interface FrameSocket {
  send(frame: object): void
  close(): void
}

/** The platform would not open a socket (web-messaging.md §2.3). */
export class HandshakeRefused extends Error {
  override readonly name = 'HandshakeRefused'
  readonly status: number
  constructor(status: number) {
    super(`handshake refused with ${status}`)
    this.status = status
  }
}

/**
 * A socket that is open. Throws HandshakeRefused, or the system's error. What comes over it is parsed; a class nobody knows
 * is counted, logged by name, and passed over (§3.3). Nothing of a frame is ever logged but its class.
 */
export async function openSocket(
  { url, origin, heartbeat, ignored }: SocketParts,
  { onFrame, onLost }: SocketListener,
  signal: AbortSignal,
): Promise<FrameSocket> {
  signal.throwIfAborted()
  const socket = new WebSocket(url, {
    ...(origin === undefined ? {} : { origin }),
    handshakeTimeout: HANDSHAKE_MS,
    maxPayload: MAX_FRAME_BYTES,
    perMessageDeflate: false,
    followRedirects: false,
  })
  const { promise, resolve, reject } = Promise.withResolvers<undefined>()
  const abort = () => socket.terminate()
  signal.addEventListener('abort', abort, { once: true })
  let isOpen = false
  const stopHeartbeat = heartbeat.watch(socket)

  socket.on('open', () => {
    isOpen = true
    resolve(undefined)
  })
  socket.on('unexpected-response', (_request, response) => {
    reject(new HandshakeRefused(response.statusCode ?? 0))
    response.destroy()
    socket.terminate()
  })
  // A line that breaks is followed by its close.
  socket.on('error', (error) => {
    // Too long, or against the protocol of sockets: a line over which that came is of no more use.
    if (isOpen && 'code' in error && String(error.code).startsWith('WS_ERR_')) ignored('frame', { class: 'none' })
    reject(error)
  })
  socket.on('close', () => {
    signal.removeEventListener('abort', abort)
    stopHeartbeat()
    reject(new Error('closed while opening'))
    if (isOpen) onLost()
  })
  socket.on('message', (data, isBinary) => {
    // The protocol has no frames but of text (§3).
    const frame = readFrame(isBinary ? '' : String(data as Buffer), ignored)
    if (frame) onFrame(frame)
  })

  await promise
  return {
    send: (frame) => socket.send(JSON.stringify(frame)),
    close: () => socket.close(1000),
  }
}

const AnyFrame = v.pipe(v.string(), v.parseJson(), ServerFrame)
const AnyEnvelope = v.pipe(v.string(), v.parseJson(), ServerEnvelope)
/** A class that looks like one; anything else that stands in its place is somebody's words. */
const CLASS_NAME = /^[A-Za-z]{1,40}$/

function readFrame(text: string, ignored: NoteIgnored): ServerFrame | undefined {
  const frame = v.safeParse(AnyFrame, text)
  if (frame.success) return frame.output
  const envelope = v.safeParse(AnyEnvelope, text)
  const name = envelope.success ? envelope.output.class : ''
  ignored('frame', { class: CLASS_NAME.test(name) ? name : 'none' })
  return undefined
}
