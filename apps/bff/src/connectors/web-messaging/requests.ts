import type { ServerFrame } from '@foyer/shared/platform/web-messaging/server-frames'
import { DeadlineError } from '../deadline.ts'
import { silenceOf, type WebMessagingOperation } from './error-codes.ts'

/** How long an answer may take. */
const ANSWER_MS = 10_000

interface Question {
  readonly operation: WebMessagingOperation
  /** The file it is about. */
  readonly attachmentId?: string | undefined
}

interface Waiter extends Question {
  readonly settle: (frame: ServerFrame) => void
  readonly fail: (error: Error) => void
}

type Class = ServerFrame['class']

/** While a session is configured nothing else is asked; after that a message is the likeliest to be refused (§17). */
const ANYTHING = ['configure', 'send', 'clear', 'file', 'history', 'end'] as const

/** What a frame without a `tracingId` may answer; of several the first that waits, and of those the one that waits longest. */
const ANSWERED: Partial<Record<Class, readonly WebMessagingOperation[]>> = {
  SessionResponse: ['configure', 'end'],
  JwtResponse: ['history'],
  PresignedUrlResponse: ['file'],
  AttachmentDeletedResponse: ['file'],
  GenerateUrlError: ['file'],
  string: ANYTHING,
  TooManyRequestsErrorMessage: ANYTHING,
  Error: ANYTHING,
  ErrorMessage: ANYTHING,
}

/**
 * Requests on one socket that wait for their answer, told apart by `tracingId` (web-messaging.md §3.3), which not every
 * frame was seen to have (§23).
 */
export class Requests {
  readonly #waiters = new Map<string, Waiter>()

  /** Resolves to the frame that answers, error or not. Throws UpstreamError `network`, outcome `unknown`, or the signal's reason. */
  async answerTo(
    tracingId: string,
    { operation, attachmentId }: Question,
    signal?: AbortSignal,
    timeoutMs = ANSWER_MS,
  ): Promise<ServerFrame> {
    const { promise, resolve, reject } = Promise.withResolvers<ServerFrame>()
    const timer = setTimeout(() => reject(silenceOf(operation, 'ANSWER_TIMEOUT', 'unknown')), timeoutMs)
    const abort = () => {
      const reason = signal?.reason as Error
      reject(reason instanceof DeadlineError ? silenceOf(operation, 'DEADLINE', 'unknown') : reason)
    }
    signal?.addEventListener('abort', abort, { once: true })
    this.#waiters.set(tracingId, { operation, attachmentId, settle: resolve, fail: reject })
    try {
      signal?.throwIfAborted()
      return await promise
    } finally {
      clearTimeout(timer)
      signal?.removeEventListener('abort', abort)
      this.#waiters.delete(tracingId)
    }
  }

  /** Whether the frame was an answer somebody waited for. */
  take(frame: ServerFrame): boolean {
    const waiter = this.#find(frame)
    waiter?.settle(frame)
    return waiter !== undefined
  }

  /** The socket is gone: what was asked may have been done all the same. */
  failAll(): void {
    for (const { operation, fail } of this.#waiters.values()) fail(silenceOf(operation, 'SOCKET_LOST', 'unknown'))
    this.#waiters.clear()
  }

  #find(frame: ServerFrame): Waiter | undefined {
    const tracingId = frame.tracingId ?? textIn(frame.body, 'tracingId')
    if (tracingId !== undefined) return this.#waiters.get(tracingId)
    const attachmentId = textIn(frame.body, 'attachmentId')
    // One upload must not get the address of another.
    const waiters = [...this.#waiters.values()].filter(
      (waiter) => attachmentId === undefined || waiter.attachmentId === attachmentId,
    )
    const operation = ANSWERED[frame.class]?.find((one) => waiters.some((waiter) => waiter.operation === one))
    return waiters.find((waiter) => waiter.operation === operation)
  }
}

function textIn(body: object | string, name: string): string | undefined {
  const text: unknown = typeof body === 'object' ? Object.entries(body).find(([key]) => key === name)?.[1] : undefined
  return typeof text === 'string' ? text : undefined
}
