import type { Clock } from '../clock.ts'
import type { Metrics } from '../telemetry/metrics.ts'
import { CircuitBreaker, type BreakerLimits, type BreakerState, type CallVerdict } from './breaker.ts'
import type { Verdict } from './diagnosis/verdict.ts'
import { heldBack } from './held-back.ts'
import { NoAnswerError } from './http.ts'
import { RetryBudget } from './retry.ts'
import { UpstreamError } from './upstream-error.ts'

/** How a call ended, as it is counted. */
export type CallOutcome =
  'ok' | 'refused' | 'rate-limited' | 'failed' | 'unreadable' | 'no-answer' | 'breaker-open' | 'queue-full' | 'given-up'

/** All calls of a connector, whatever they are made over: counted, timed, and not made where that would only do harm. */
export interface PlatformCalls {
  /**
   * One call, under the breaker of its operation. `operation` is a word of ours: it becomes a label. Throws UpstreamError
   * `platform-unavailable` at once when the breaker is open or the queue is full, and what `perform` throws.
   */
  run<Answer>(operation: string, perform: () => Promise<Answer>, judge?: CallJudge<Answer>): Promise<Answer>
  /** The same without a breaker, where a failure says more of one line than of the platform. */
  measure<Answer>(operation: string, perform: () => Promise<Answer>, judge?: CallJudge<Answer>): Promise<Answer>
  /** A verdict on a call that failed, with when to try again where too many would at once. */
  pace(verdict: Verdict): Verdict
}

/** What an answer, or an error that is neither UpstreamError nor NoAnswerError, says of the platform. */
export interface CallJudge<Answer> {
  readonly answered?: (answer: Answer) => CallOutcome
  readonly thrown?: (error: unknown) => CallOutcome
}

export type CallMetrics = Pick<Metrics, 'upstreamCalls' | 'breakerState'>

export interface PlatformCallsParts {
  readonly connector: string
  readonly clock: Clock
  readonly metrics: CallMetrics
  readonly limits?: Partial<BreakerLimits> | undefined
}

export function createPlatformCalls({ connector, clock, metrics, limits = {} }: PlatformCallsParts): PlatformCalls {
  const budget = new RetryBudget(clock)
  const breakers = new Map<string, CircuitBreaker>()

  function breakerOf(operation: string): CircuitBreaker {
    const known = breakers.get(operation)
    if (known) return known
    const changed = (state: BreakerState) => metrics.breakerState.set({ operation }, STATE_VALUES[state])
    const breaker = new CircuitBreaker({ clock, limits, changed })
    changed('closed')
    breakers.set(operation, breaker)
    return breaker
  }

  function note(operation: string, outcome: CallOutcome, tookMs: number): void {
    metrics.upstreamCalls.observe({ connector, operation, outcome }, tookMs / 1_000)
  }

  async function perform<Answer>(
    operation: string,
    call: () => Promise<Answer>,
    { answered = () => 'ok', thrown }: CallJudge<Answer>,
    settle: (verdict: CallVerdict) => void,
  ): Promise<Answer> {
    const startedAtMs = clock.monotonic()
    budget.noteCall()
    let outcome: CallOutcome = 'given-up'
    try {
      const answer = await call()
      outcome = answered(answer)
      return answer
    } catch (error) {
      outcome = outcomeOfError(error) ?? thrown?.(error) ?? 'given-up'
      throw outcome === 'queue-full' ? heldBack(operation, 'QUEUE_FULL', QUEUE_FULL_MS) : error
    } finally {
      note(operation, outcome, clock.monotonic() - startedAtMs)
      settle(VERDICTS[outcome])
    }
  }

  return {
    async run(operation, call, judge = {}) {
      const admission = breakerOf(operation).admit()
      if (admission.admitted) return perform(operation, call, judge, admission.settle)
      note(operation, 'breaker-open', 0)
      throw heldBack(operation, 'BREAKER_OPEN', admission.retryInMs)
    },

    measure: (operation, call, judge = {}) => perform(operation, call, judge, () => undefined),

    pace: (verdict) => budget.pace(verdict),
  }
}

/** Of an answer that has a status: 4xx is our request's fault, and 501 a plain no: neither says that the platform is ill. */
export function outcomeOfStatus({ status }: { readonly status: number }): CallOutcome {
  if (status >= 200 && status < 300) return 'ok'
  if (status === 429) return 'rate-limited'
  return status >= 500 && status !== 501 ? 'failed' : 'refused'
}

const STATE_VALUES: Record<BreakerState, number> = { closed: 0, 'half-open': 1, open: 2 }
/** A queue is empty again soon. */
const QUEUE_FULL_MS = 1_000

const VERDICTS: Record<CallOutcome, CallVerdict> = {
  ...{ ok: 'success', refused: 'success', 'rate-limited': 'success' },
  ...{ failed: 'failure', unreadable: 'failure', 'no-answer': 'failure' },
  ...{ 'breaker-open': 'unknown', 'queue-full': 'unknown', 'given-up': 'unknown' },
}

function outcomeOfError(error: unknown): CallOutcome | undefined {
  if (error instanceof NoAnswerError) return error.code === 'QUEUE_FULL' ? 'queue-full' : 'no-answer'
  return error instanceof UpstreamError ? outcomeOfRefusal(error) : undefined
}

export function outcomeOfRefusal({ code }: UpstreamError): CallOutcome {
  switch (code) {
    case 'network':
      return 'no-answer'
    case 'platform-unavailable':
      return 'failed'
    case 'answer-unreadable':
      return 'unreadable'
    case 'rate-limited':
      return 'rate-limited'
    default:
      return 'refused'
  }
}
