import type { Clock } from '../../clock.ts'
import type { Logger } from '../../logger.ts'
import type { CredentialSlot, OpenConversationOptions } from '../connector.ts'
import type { HttpClient } from '../http.ts'
import type { NoteIgnored } from '../ignored.ts'
import type { DeploymentReader } from './deployment.ts'
import type { LinkParts } from './link.ts'
import type { Media } from './media.ts'
import type { PlatformLimits } from './pacing.ts'

/** What a session is made of: what all sessions share, and what is this one's. */
export interface SessionParts extends Pick<OpenConversationOptions, 'cursor' | 'signal'> {
  /** Ours: the platform tells none. */
  readonly conversationId: string
  readonly slot: CredentialSlot
  readonly deploymentId: string
  readonly deployment: DeploymentReader
  readonly linkParts: (token: string) => LinkParts
  /** Towards the host of the history. */
  readonly http: HttpClient
  readonly media: Media
  readonly limits: PlatformLimits
  readonly clock: Clock
  readonly logger: Logger
  readonly ignored: NoteIgnored
}
