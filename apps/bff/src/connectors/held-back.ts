import { UpstreamError } from './upstream-error.ts'

const REASONS = {
  BREAKER_OPEN: 'it failed too often just now, so that it is left alone for a moment',
  QUEUE_FULL: 'too many calls are waiting for it already',
}

/** A call that was not made, to spare the platform or ourselves: costs no socket, and says when to come back (R9, R10). */
export function heldBack(operation: string, code: keyof typeof REASONS, retryAfterMs: number): UpstreamError {
  const verdict = {
    ...({ cause: 'platform-unavailable', action: 'retry', retryable: true, retryAfterMs } as const),
    detail: `The platform was not asked: ${REASONS[code]}.`,
    fix: [
      'Nothing to do if it passes: Foyer tries again, and loses no message.',
      'If it lasts, look for the failures before this one: they say what is wrong.',
    ],
    ...{ requested: [], required: [], granted: [], missing: [], evidence: { operation, code } },
  }
  return new UpstreamError(verdict, 'not-sent')
}
