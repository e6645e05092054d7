import { DeadlineError, WHOLE_MS, within } from '../deadline.ts'
import { silenceOf, type WebMessagingOperation } from './error-codes.ts'

/**
 * One deadline for all that a request waits for: the line, its turn, the answer (R7). Throws UpstreamError `network`, outcome
 * `not-sent`, when it is over; whoever waits for an answer knows better (requests.ts).
 */
export async function asWhole<Result>(
  operation: WebMessagingOperation,
  signal: AbortSignal | undefined,
  work: (signal: AbortSignal) => Promise<Result>,
): Promise<Result> {
  try {
    return await within(WHOLE_MS, signal, work)
  } catch (error) {
    throw error instanceof DeadlineError ? silenceOf(operation, 'DEADLINE', 'not-sent') : error
  }
}
