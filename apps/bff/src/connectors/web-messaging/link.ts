import type { ServerFrame } from '@foyer/shared/platform/web-messaging/server-frames'
import { randomUUID } from 'node:crypto'
import { silenceOf, type WebMessagingOperation } from './error-codes.ts'
import type { Pace } from './pacing.ts'
import { Requests } from './requests.ts'
import { openSocket, type FrameSocket, type SocketParts } from './socket.ts'

export interface LinkParts extends SocketParts {
  readonly token: string
  /** All requests of one connection (web-messaging.md §16). */
  readonly pace: Pace
  /** New connections of the whole deployment. */
  readonly connections: Pace
}

/** One socket of a session with the requests on it. Frames that answer nothing go to the listener. */
export interface Link {
  /** Resolves to the answer, error or not. Throws UpstreamError `network`: `not-sent`, or `unknown` once the frame had left. */
  ask(frame: object, operation: WebMessagingOperation, options?: AskOptions): Promise<ServerFrame>
  /** Sends what is not answered, if there is still a line. */
  tell(frame: object): Promise<void>
  close(): void
}

export interface AskOptions {
  readonly tracingId?: string
  readonly signal?: AbortSignal | undefined
}

export interface LinkListener {
  readonly onFrame: (frame: ServerFrame) => void
  readonly onLost: () => void
}

export async function openLink(parts: LinkParts, listener: LinkListener, signal: AbortSignal): Promise<Link> {
  const { token, pace, connections } = parts
  const requests = new Requests()
  let isLost = false
  await connections.turn(signal)
  const socket: FrameSocket = await openSocket(
    parts,
    {
      onFrame(frame) {
        requests.take(frame)
        listener.onFrame(frame)
      },
      onLost() {
        isLost = true
        requests.failAll()
        listener.onLost()
      },
    },
    signal,
  )
  return {
    async ask(frame, operation, { tracingId = randomUUID(), signal: abort } = {}) {
      await pace.turn(abort)
      if (isLost) throw silenceOf(operation, 'SOCKET_LOST', 'not-sent')
      const answer = requests.answerTo(tracingId, operation, abort)
      socket.send({ token, tracingId, ...frame })
      return answer
    },
    async tell(frame) {
      await pace.turn(signal)
      if (!isLost) socket.send({ token, tracingId: randomUUID(), ...frame })
    },
    close: () => socket.close(),
  }
}
