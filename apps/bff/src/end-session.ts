import type { Relay } from './conversations/relay.ts'
import type { Logger } from './logger.ts'
import type { SessionStore } from './sessions/session-store.ts'
import { toStoreError } from './storage/store-error.ts'

/** How long ending a session may wait for the platform. */
export const GOODBYE_MS = 3_000

export interface EndSessionParts {
  readonly sessions: Pick<SessionStore, 'expire' | 'remove'>
  readonly relay: Pick<Relay, 'leave'>
  readonly logger: Logger
  /** Ends the streams of a session that is over. */
  readonly closeStreams: (sessionId: string) => void
}

export interface EndSession {
  /** Throws StoreError; then nothing has changed. */
  end(sessionId: string): Promise<void>
  /** It is being ended: nobody else is to do it meanwhile. */
  isUnderWay(sessionId: string): boolean
}

/**
 * Ends a session at its guest's wish (S13). It is over once the store has said so, and all else follows from that: what
 * cannot be done now is done by housekeeping, after a restart too.
 */
export function createEndSession({ sessions, relay, logger, closeStreams }: EndSessionParts): EndSession {
  const underWay = new Set<string>()

  async function finish(sessionId: string): Promise<void> {
    try {
      await relay.leave(sessionId, AbortSignal.timeout(GOODBYE_MS))
      await sessions.remove(sessionId)
    } catch (error) {
      if (!toStoreError(error)) throw error
      logger.warn({ event: 'session-end-unfinished', err: error })
    } finally {
      closeStreams(sessionId)
    }
  }

  return {
    async end(sessionId) {
      underWay.add(sessionId)
      try {
        await sessions.expire(sessionId)
        await finish(sessionId)
      } finally {
        underWay.delete(sessionId)
      }
    },
    isUnderWay: (sessionId) => underWay.has(sessionId),
  }
}
