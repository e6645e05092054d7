import type { Clock } from '../clock.ts'
import type { EventLog } from '../event-log/event-log.ts'
import type { Logger } from '../logger.ts'
import { insist } from '../storage/insist.ts'
import { toStoreError } from '../storage/store-error.ts'
import type { ConversationRecord } from './conversation.ts'
import type { ReadableConversations } from './readable-conversations.ts'

/** What the store cannot read for so long is left to the next start: until then no session is over for want of a guest. */
const PATIENCE_MS = 10 * 60_000

export interface RecoveryParts {
  readonly log: Pick<EventLog, 'conversationsWithPending'>
  readonly readable: Pick<ReadableConversations, 'read'>
  readonly clock: Pick<Clock, 'sleep' | 'monotonic'>
  readonly logger: Logger
  /** Aborts when the process ends. */
  readonly signal: AbortSignal
  /** Takes up what is unsent of it. */
  readonly takeUp: (record: ConversationRecord) => void
}

/** Finds what an earlier process left unsent. */
export interface Recovery {
  /** It is not known yet whose messages are still to be sent. */
  readonly isUnderWay: boolean
  /** Waits for a store that cannot say, however long. Throws StoreError for a conversation that it cannot read for ten minutes. */
  run(): Promise<void>
}

export function createRecovery(parts: RecoveryParts): Recovery {
  const { log, readable, logger, signal, takeUp } = parts
  let isUnderWay = false

  async function run(): Promise<void> {
    const unsent = new Set(await insist(parts, 'recovery-failed', () => log.conversationsWithPending()))
    await insist({ ...parts, forMs: PATIENCE_MS }, 'recovery-failed', () => takeUpAll(unsent))
  }

  /** Leaves in `unsent` what the store failed at, and throws why: that holds up none of the others. */
  async function takeUpAll(unsent: Set<string>): Promise<void> {
    let failure: unknown
    for (const conversationId of unsent) {
      try {
        const record = await readable.read(conversationId)
        if (signal.aborted) return
        if (record) takeUp(record) // also an ended one: its messages must not stay pending
        unsent.delete(conversationId)
      } catch (error) {
        if (toStoreError(error)) failure = error
        else {
          unsent.delete(conversationId)
          logger.error({ event: 'recovery-failed', err: error })
        }
      }
    }
    if (failure !== undefined) throw failure
  }

  return {
    get isUnderWay() {
      return isUnderWay
    },

    async run() {
      isUnderWay = true
      try {
        await run()
      } catch (error) {
        if (!signal.aborted) throw error // else the process ends, and the next one finds it all
      } finally {
        isUnderWay = false
      }
    },
  }
}
