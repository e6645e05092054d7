import { DeadlineError, unlessAborted, WHOLE_MS, within } from '../connectors/deadline.ts'
import { StoreError } from '../storage/store-error.ts'
import type { OpenConversation } from './open-conversation.ts'

/**
 * What an earlier process left pending goes first; but nobody waits for a log that cannot be read longer than for anything
 * else (R7), nor than `outer` says. Throws StoreError, or the reason of `outer`.
 */
export async function onceResumed(
  { resumed }: Pick<OpenConversation, 'resumed'>,
  outer: AbortSignal | undefined,
): Promise<void> {
  try {
    await within(WHOLE_MS, outer, (signal) => unlessAborted(resumed, signal))
  } catch (error) {
    throw error instanceof DeadlineError ? new StoreError('io', { cause: error }) : error
  }
}
