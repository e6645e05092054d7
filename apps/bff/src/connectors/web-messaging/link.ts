import type { ServerFrame } from '@foyer/shared/platform/web-messaging/server-frames'
import { randomUUID } from 'node:crypto'
import type { Tracing } from '../../telemetry/tracing.ts'
import { outcomeOfRefusal, outcomeOfStatus, type CallOutcome, type PlatformCalls } from '../platform-calls.ts'
import { refusalIn, refusalOf, silenceOf, type WebMessagingOperation } from './error-codes.ts'
import type { Pace } from './pacing.ts'
import { Requests } from './requests.ts'
import { HandshakeRefused, openSocket, type FrameSocket, type SocketParts } from './socket.ts'

/** Whoever would wait longer for a turn is told at once when to come again. */
const TURN_MS = 10_000

export interface LinkParts extends SocketParts {
  readonly token: string
  /** All requests of one connection (web-messaging.md §16). */
  readonly pace: Pace
  /** New connections of the whole deployment. */
  readonly connections: Pace
  readonly calls: PlatformCalls
  readonly tracing: Tracing
}

/** One socket of a session with the requests on it. Frames that answer nothing go to the listener. */
export interface Link {
  /**
   * Resolves to the answer, error or not. Throws UpstreamError `network`: `not-sent`, or `unknown` once the frame had left; or
   * `rate-limited`, `not-sent`, where its turn is far off.
   */
  ask(frame: object, operation: WebMessagingOperation, options?: AskOptions): Promise<ServerFrame>
  /** Sends what is not answered, if there is still a line. Throws the signal's reason. */
  tell(frame: object, signal?: AbortSignal): Promise<void>
  close(): void
}

export interface AskOptions {
  readonly tracingId?: string
  readonly signal?: AbortSignal | undefined
  /** Ends only what is before: once the frame has left, its answer is waited for. */
  readonly untilSent?: AbortSignal | undefined
}

export interface LinkListener {
  readonly onFrame: (frame: ServerFrame) => void
  readonly onLost: () => void
}

export async function openLink(parts: LinkParts, listener: LinkListener, signal: AbortSignal): Promise<Link> {
  const { token, pace, connections, calls, tracing } = parts
  const requests = new Requests()
  const lost = new AbortController()
  const socketListener = {
    onFrame(frame: ServerFrame) {
      requests.take(frame)
      listener.onFrame(frame)
    },
    onLost() {
      lost.abort()
      requests.failAll()
      listener.onLost()
    },
  }
  // The turn is taken once the breaker lets through: what it holds back opens no connection.
  const open = async (): Promise<FrameSocket> => {
    await connections.turn(signal)
    return openSocket(parts, socketListener, signal)
  }
  const socket = await calls.run('handshake', open, {
    thrown: (error) => (signal.aborted ? 'given-up' : outcomeOfHandshake(error)),
  })
  /** Over at once when the line is lost: nobody waits for a turn that leads nowhere. */
  const turn = (abort?: AbortSignal) =>
    pace.turn(AbortSignal.any(abort ? [lost.signal, abort] : [lost.signal])).catch((error: unknown) => {
      if (!lost.signal.aborted) throw error
    })
  return {
    async ask(frame, operation, { tracingId = randomUUID(), signal: abort, untilSent = abort } = {}) {
      const attributes = { 'foyer.operation': operation, 'genesys.tracing_id': tracingId }
      return tracing.span(`ask ${operation}`, { kind: 'client', attributes }, async () => {
        const { waitMs: retryAfterMs } = pace
        if (retryAfterMs > TURN_MS) throw refusalOf(operation, 429, { retryAfterMs, outcome: 'not-sent' })
        await turn(untilSent)
        if (lost.signal.aborted) throw silenceOf(operation, 'SOCKET_LOST', 'not-sent')
        untilSent?.throwIfAborted()
        const answer = requests.answerTo(tracingId, { operation, attachmentId: attachmentIdIn(frame) }, abort)
        socket.send({ token, tracingId, ...frame })
        return calls.measure(operation, () => answer, { answered: (told) => outcomeOfAnswer(told, operation) })
      })
    },
    async tell(frame, abort = signal) {
      await turn(abort)
      if (!lost.signal.aborted) socket.send({ token, tracingId: randomUUID(), ...frame })
    },
    close: () => socket.close(),
  }
}

const outcomeOfHandshake = (error: unknown): CallOutcome =>
  error instanceof HandshakeRefused ? outcomeOfStatus(error) : 'no-answer'

function outcomeOfAnswer(frame: ServerFrame, operation: WebMessagingOperation): CallOutcome {
  const refusal = refusalIn(frame, operation)
  return refusal ? outcomeOfRefusal(refusal) : 'ok'
}

const attachmentIdIn = (frame: object): string | undefined =>
  'attachmentId' in frame && typeof frame.attachmentId === 'string' ? frame.attachmentId : undefined
