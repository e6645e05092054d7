import { backOffMs, type Clock } from '../../clock.ts'
import type { Logger } from '../../logger.ts'
import { UpstreamError } from '../upstream-error.ts'
import { refusalOf, silenceOf } from './error-codes.ts'

/** Live words wait so long for a record that may yet be read; then a chat out of order is better than none. */
const PATIENCE_MS = 30_000
/** The same where nothing failed yet: a turn of the platform's limit comes within a minute. */
const LATE_MS = 90_000
/** What the guest says waits no longer than this for it: the record may have to wait for a turn of the platform's limit. */
const SETTLE_MS = 3_000
const RETRY = { baseMs: 2_000, capMs: 5 * 60_000 }
const LEAST_WAIT_MS = 1_000
/** So often the record of a healthy line is read again while somebody attends: a frame may be lost on a line that is not. */
const REREAD_MS = 60_000

export interface CatchUpParts {
  /** Reads the record from where everything was told, and tells it. */
  readonly read: (signal: AbortSignal) => Promise<void>
  /** There is nothing to read yet: the session has just begun. */
  readonly isLevel: boolean
  /** Called once, when what is live can wait no longer for the record. */
  readonly giveUpOrder: (error: UpstreamError) => void
  readonly isAttended: () => boolean
  readonly clock: Clock
  readonly logger: Logger
}

/**
 * Keeps a line level with the platform's record, until the signal aborts. Resolves after the first attempt, whether it
 * succeeded or not, or while it takes long: a record that cannot be read keeps nobody from talking. It is tried again ever
 * more rarely.
 */
export async function keepCaughtUp(parts: CatchUpParts, signal: AbortSignal): Promise<void> {
  const { attempt, giveUp, isOver } = createAttempt(parts, signal)
  const first = parts.isLevel ? Promise.resolve(true) : attempt()
  // Also a read that only takes long, as when it has to wait for its turn, holds back what others say no longer.
  if (!parts.isLevel) {
    const patience = parts.clock.sleep(LATE_MS, AbortSignal.any([signal, isOver]))
    void patience.then(() => giveUp(silenceOf('history', 'RECORD_LATE', 'unknown'))).catch(() => undefined)
  }
  void goOn(parts, attempt, first, signal).catch((error: unknown) => {
    if (!signal.aborted) parts.logger.error({ event: 'catch-up-failed', err: error })
  })
  const settled = new AbortController()
  const longEnough = parts.clock.sleep(SETTLE_MS, settled.signal).catch(() => undefined)
  await Promise.race([first, longEnough])
  settled.abort()
}

/** Resolves to whether the record could be read. */
type Attempt = () => Promise<boolean>

/** `giveUp` gives up the order, once, unless the record was read before; `isOver` aborts with either. */
function createAttempt({ read, giveUpOrder, clock, logger }: CatchUpParts, signal: AbortSignal) {
  const sinceMs = clock.monotonic()
  const over = new AbortController()
  let cause: UpstreamError | undefined
  const giveUp = (error: UpstreamError) => {
    if (over.signal.aborted) return
    over.abort()
    giveUpOrder(cause ?? error)
  }
  const attempt: Attempt = async () => {
    try {
      await read(signal)
      over.abort()
      return true
    } catch (error) {
      if (signal.aborted) return false
      logger.warn({ event: 'history-unreadable', err: error })
      cause = error instanceof UpstreamError ? error : refusalOf('history', 5000)
      if (!cause.retryable || clock.monotonic() - sinceMs >= PATIENCE_MS) giveUp(cause)
      return false
    }
  }
  return { attempt, giveUp, isOver: over.signal }
}

async function goOn(
  { isAttended, clock }: CatchUpParts,
  attempt: Attempt,
  first: Promise<boolean>,
  signal: AbortSignal,
): Promise<void> {
  for (let failures = (await first) ? 0 : 1; ;) {
    await clock.sleep(failures > 0 ? LEAST_WAIT_MS + backOffMs(failures - 1, RETRY) : REREAD_MS, signal)
    if (failures > 0 || isAttended()) failures = (await attempt()) ? 0 : failures + 1
  }
}
