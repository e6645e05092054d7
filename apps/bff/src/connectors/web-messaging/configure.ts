import type { SessionResponse } from '@foyer/shared/platform/web-messaging/server-frames'
import type { CredentialSlot } from '../connector.ts'
import { changeConversation } from './credential.ts'
import { refusalIn, refusalOf } from './error-codes.ts'
import type { Link } from './link.ts'

export interface ConfigureParts {
  readonly token: string
  readonly conversationId: string
  readonly deploymentId: string
  /** Nothing was said yet: whatever the token had before is dropped (web-messaging.md §9.2). */
  readonly isFresh: boolean
  /** The guest joins before anything is said (§8.2). */
  readonly startsByItself: boolean
  readonly slot: CredentialSlot
}

/**
 * Begins the conversation's session, or takes it up again (§4.1). `forgotten`: the platform does not know it any more, and
 * offers another in which nothing was said. Throws UpstreamError when it will not have it.
 */
export async function configure(link: Link, parts: ConfigureParts): Promise<SessionResponse | 'forgotten'> {
  const { token, conversationId, deploymentId, isFresh, startsByItself, slot } = parts
  const journeyContext = { customer: { id: token, idType: 'cookie' }, customerSession: { id: '', type: 'web' } }
  const frame = { action: 'configureSession', deploymentId, startNew: isFresh, journeyContext }
  const answer = await link.ask(frame, 'configure')
  if (answer.class !== 'SessionResponse') throw refusalIn(answer, 'configure') ?? refusalOf('configure', 5000)
  if (answer.body.newSession && !isFresh) return 'forgotten'
  const expiresAtMs = toEpochMs(answer.body.expirationDate)
  if (isFresh || expiresAtMs !== undefined) {
    const change = {
      ...(isFresh && { isFresh: false, isJoinDue: startsByItself }),
      ...(expiresAtMs !== undefined && { expiresAtMs }),
    }
    await changeConversation(slot, conversationId, change)
  }
  return answer.body
}

/** No date in seconds has that many: what does is in milliseconds (§22). */
const MOST_SECONDS = 1e11

/** Epoch seconds by observation, epoch milliseconds by the documentation (§5.1). */
export function toEpochMs(date: number | null | undefined): number | undefined {
  if (date === undefined || date === null || !(date > 0)) return undefined
  return date > MOST_SECONDS ? date : date * 1000
}
