import { DeadlineError, unlessAborted, WHOLE_MS, within } from '../connectors/deadline.ts'
import { StoreError } from '../storage/store-error.ts'
import type { OpenConversation } from './open-conversation.ts'

/**
 * What an earlier process left pending goes first; but nobody waits for a log that cannot be read longer than for anything
 * else (R7). Throws StoreError.
 */
export async function onceResumed({ resumed }: Pick<OpenConversation, 'resumed'>): Promise<void> {
  try {
    await within(WHOLE_MS, undefined, (signal) => unlessAborted(resumed, signal))
  } catch (error) {
    throw error instanceof DeadlineError ? new StoreError('io', { cause: error }) : error
  }
}
