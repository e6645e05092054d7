import type { ClientFrame } from '@foyer/shared/platform/web-messaging/client-frames'
import type { Attachments } from '../../attachments/attachments.ts'
import type { Deployment } from '../../options.ts'
import type { World } from '../../world/world.ts'
import { errors, refusal } from '../frames.ts'
import type { Rate } from '../rate.ts'
import type { Session, SessionConnection } from '../session.ts'
import type { Sessions } from '../sessions.ts'

/** A socket, as far as an action is concerned. */
export interface CallConnection extends SessionConnection {
  /** The token it configured; no other is listened to (web-messaging.md §21.11). */
  token: string | undefined
  /** `http://host:port` of the simulator, as the client reached it. */
  readonly origin: string
  readonly echoes: Rate
}

/** One frame of a client with what it may touch. */
export interface Call<Action extends ClientFrame['action'] = ClientFrame['action']> {
  readonly frame: Extract<ClientFrame, { action: Action }>
  readonly connection: CallConnection
  readonly deployment: Deployment
  readonly world: World
  readonly sessions: Sessions
  readonly attachments: Attachments
  readonly tracingId: string | undefined
}

/** The session this socket configured. Throws FrameRefusal 4007. */
export function requireSession({
  frame,
  connection,
  sessions,
}: Pick<Call, 'connection' | 'sessions'> & { frame: { token: string } }): Session {
  const { token } = connection
  const session = token !== undefined && frame.token === token ? sessions.find(token) : undefined
  if (!session) throw refusal(errors.sessionUnknown)
  return session
}
