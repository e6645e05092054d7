import type { Cause, Verdict } from '../../src/connectors/diagnosis/verdict.ts'
import { UpstreamError } from '../../src/connectors/upstream-error.ts'

/** A refusal of the platform as a connector would diagnose it, as far as the test cares. */
export function upstreamError(
  cause: Cause,
  verdict: Partial<Verdict> = {},
  outcome: UpstreamError['outcome'] = 'refused',
): UpstreamError {
  const empty = { requested: [], required: [], granted: [], missing: [], fix: [], evidence: {} }
  return new UpstreamError({ cause, action: 'none', detail: 'detail', retryable: false, ...empty, ...verdict }, outcome)
}

/** The line broke after the request had left: the platform may have done it or not. */
export const lostAnswer = () => upstreamError('network', { retryable: true }, 'unknown')
/** The platform could not be reached at all. */
export const unreachable = () => upstreamError('network', { retryable: true }, 'not-sent')
