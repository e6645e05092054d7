import type { Verdict } from './diagnosis/verdict.ts'

/**
 * The platform did not do what it was asked. `verdict` says why and how to mend it; `outcome` what became of the request:
 * `refused` (the platform said no), `not-sent` (it never got there), `unknown` (it may have been done all the same).
 */
export class UpstreamError extends Error {
  override readonly name = 'UpstreamError'
  readonly verdict: Verdict
  readonly outcome: 'refused' | 'not-sent' | 'unknown'

  constructor(verdict: Verdict, outcome: UpstreamError['outcome'], options?: ErrorOptions) {
    super(`${verdict.evidence.operation ?? 'request'}: ${verdict.cause}`, options)
    this.verdict = verdict
    this.outcome = outcome
  }

  get code(): Verdict['cause'] {
    return this.verdict.cause
  }
  get retryable(): boolean {
    return this.verdict.retryable
  }
  get retryAfterMs(): number | undefined {
    return this.verdict.retryAfterMs
  }
}
