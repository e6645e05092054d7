import type { SessionStore, StoredCredential } from './session-store.ts'

/** A newcomer whom the store cannot keep is turned away: what the platform granted them is given back, and not waited for. */
export function giveBackUnkept(
  sessions: SessionStore,
  giveBack: (credential: StoredCredential) => Promise<void>,
): SessionStore {
  return {
    ...sessions,
    async create(session, handleHash, credential) {
      try {
        await sessions.create(session, handleHash, credential)
      } catch (error) {
        void giveBack(credential)
        throw error
      }
    },
  }
}
