import type { ServerFrame } from '@foyer/shared/platform/web-messaging/server-frames'

export type FrameClass = ServerFrame['class']

/** A frame as it goes out. `tracingId` is the request's own, on an answer. */
export interface OutgoingFrame {
  readonly type: 'response' | 'message'
  readonly class: FrameClass
  readonly code: number
  readonly body: unknown
  readonly tracingId?: string | undefined
}

export const answerFrame = (name: FrameClass, body: unknown, tracingId?: string): OutgoingFrame => ({
  type: 'response',
  class: name,
  code: 200,
  body,
  tracingId,
})

export const eventFrame = (name: FrameClass, body: unknown = {}, tracingId?: string): OutgoingFrame => ({
  type: 'message',
  class: name,
  code: 200,
  body,
  tracingId,
})

/** A socket loses its place (§5). */
export const connectionClosed = (reason?: 'signedIn') =>
  eventFrame('ConnectionClosedEvent', reason === undefined ? {} : { reason })

/** An error in words (web-messaging.md §17). */
export const errorFrame = (code: number, words: string, tracingId?: string): OutgoingFrame => ({
  type: 'response',
  class: 'string',
  code,
  body: words,
  tracingId,
})

/** §17: what the platform says to each refusal the simulator knows. */
export const errors = {
  badRequest: [400, 'Request failed.'],
  deploymentUnknown: [400, 'Deployment not found'],
  unauthorized: [401, 'User is unauthorized'],
  featureOff: [403, 'Turn on the Feature Toggle or fix the configuration.'],
  authenticationLost: [403, 'Session authentication failed'],
  clearOff: [403, 'Presence events Conversation Clear are not supported'],
  readOnly: [409, 'Session is read-only, no new messages allowed'],
  sessionExpired: [4006, 'Session has expired'],
  sessionUnknown: [4007, 'Session not found'],
  attachmentExpired: [4008, 'Attachment has expired'],
  attachmentUnknown: [4009, 'Attachment not found'],
  attachmentNotUploaded: [4010, 'Attachment was not uploaded'],
  cannotDowngrade: [4017, 'Cannot downgrade to an unauthenticated session'],
} as const satisfies Record<string, readonly [number, string]>

/** An operation that is refused: the frame that says so. */
export class FrameRefusal extends Error {
  override readonly name = 'FrameRefusal'
  readonly frame: (tracingId: string | undefined) => OutgoingFrame

  constructor(frame: (tracingId: string | undefined) => OutgoingFrame) {
    super('refused')
    this.frame = frame
  }
}

export const refusal = ([code, words]: readonly [number, string]) =>
  new FrameRefusal((tracingId) => errorFrame(code, words, tracingId))

/** §5: over a limit; `retryAfter` in seconds. */
export const tooManyRequests = (retryAfter: number, words = 'Message rate too high for this session') =>
  new FrameRefusal((tracingId) => ({
    type: 'response',
    class: 'TooManyRequestsErrorMessage',
    code: 429,
    body: { retryAfter, errorCode: 4029, errorMessage: words },
    tracingId,
  }))

export function toJson({ tracingId, ...frame }: OutgoingFrame): string {
  return JSON.stringify({ ...frame, ...(tracingId === undefined ? {} : { tracingId }) })
}
