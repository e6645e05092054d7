import { Problem } from '@foyer/shared/protocol/problem'
import * as v from 'valibot'

/** The BFF answered, and refused. `retryable`: the same request may succeed later. */
export class ProblemError extends Error {
  override readonly name = 'ProblemError'
  readonly problem: Problem

  constructor(problem: Problem) {
    super(`${problem.status} ${problem.code}`)
    this.problem = problem
  }

  get retryable(): boolean {
    const { status } = this.problem
    return status >= 500 || status === 408 || status === 425 || status === 429
  }

  /** We ask too much: only waiting helps, for as long as we were told to. */
  get isTooMuch(): boolean {
    return this.problem.status === 429
  }

  /** The session or the conversation is no more: asking again cannot help, starting anew does. */
  get isGone(): boolean {
    return this.problem.status === 401 || this.problem.code === 'conversation-not-found'
  }
}

/** There was no answer, or not one of ours: no network, a timeout, a broken body. Always worth another attempt. */
export class UnreachableError extends Error {
  override readonly name = 'UnreachableError'
}

/** Milliseconds the BFF asked us to wait, if it did. */
export function retryAfterMs(error: unknown): number | undefined {
  const seconds = error instanceof ProblemError ? error.problem.retryAfterSeconds : undefined
  return seconds === undefined ? undefined : seconds * 1000
}

/** Whether another attempt can succeed without anyone doing anything. */
export function isRetryable(error: unknown): boolean {
  return error instanceof UnreachableError || (error instanceof ProblemError && error.retryable)
}

/** What a refused response says; something in front of the BFF may have answered without a problem document. */
export async function readProblem(response: Response): Promise<ProblemError> {
  const document = v.safeParse(Problem, await response.json().catch(() => undefined))
  const problem: Problem = document.success
    ? document.output
    : { type: 'about:blank', title: 'Error', status: response.status, detail: '', code: 'internal-error' }
  const retryAfterSeconds = problem.retryAfterSeconds ?? toSeconds(response.headers.get('retry-after'))
  return new ProblemError(retryAfterSeconds === undefined ? problem : { ...problem, retryAfterSeconds })
}

/** RFC 9110 §10.2.3, the form in seconds; the BFF does not send dates. */
function toSeconds(header: string | null): number | undefined {
  return header !== null && /^\d+$/.test(header) ? Number(header) : undefined
}
