import type { Logger } from '../logger.ts'
import { RecentlyUsed } from './recently-used.ts'
import { SealingError } from '../storage/sealing.ts'
import type { SessionStore } from './session-store.ts'
import type { Session } from './session.ts'

/** Sessions that need not be read and opened for each of their requests; about half a kilobyte each. */
const MOST_REMEMBERED = 20_000

/** The sessions of a store that this process alone writes. What can no longer be opened is as good as not there. */
export function rememberSessions(kept: SessionStore, logger: Logger): SessionStore {
  const remembered = new RecentlyUsed<Session>(MOST_REMEMBERED)
  const idOfHandle = new RecentlyUsed<string>(MOST_REMEMBERED)
  /** Begun or ended: what was read across one of them is not remembered, for it may be older. */
  let changes = 0

  async function changing(sessionId: string, write: Promise<void>): Promise<void> {
    const forget = () => {
      changes++
      remembered.delete(sessionId)
    }
    forget()
    await write.finally(forget)
  }

  const unlessSealed = <Result>(read: Promise<Result>) =>
    read.catch((error: unknown) => {
      if (!(error instanceof SealingError)) throw error
      logger.warn({ event: 'store-decrypt-failed', reason: error.code })
      return undefined
    })

  return {
    ...kept,

    async findByHandle(handleHash) {
      const known = remembered.get(idOfHandle.get(handleHash) ?? '')
      if (known) return known
      const changesBefore = changes
      const session = await unlessSealed(kept.findByHandle(handleHash))
      if (session && changes === changesBefore) {
        remembered.set(session.sessionId, session)
        idOfHandle.set(handleHash, session.sessionId)
      }
      return session
    },

    find: (sessionId) => unlessSealed(kept.find(sessionId)),
    touch: (sessionId, activeAtMs) => changing(sessionId, kept.touch(sessionId, activeAtMs)),
    readCredential: (sessionId) => unlessSealed(kept.readCredential(sessionId)),
    expire: (sessionId) => changing(sessionId, kept.expire(sessionId)),
    remove: (sessionId) => changing(sessionId, kept.remove(sessionId)),
  }
}
