import type { ClientFrame } from '@foyer/shared/platform/web-messaging/client-frames'
import type { Attachments } from '../../attachments/attachments.ts'
import type { Deployment } from '../../options.ts'
import type { World } from '../../world/world.ts'
import { errors, refusal } from '../frames.ts'
import type { Rate } from '../rate.ts'
import { sessionKey, type Session, type SessionConnection } from '../session.ts'
import type { Sessions } from '../sessions.ts'

/** A socket, as far as an action is concerned. */
export interface CallConnection extends SessionConnection {
  /** Of the session it configured; no other is listened to (web-messaging.md §21.11). */
  sessionKey: string | undefined
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

/**
 * The session this socket configured. Throws FrameRefusal: 4007, 4006 when its time ran out, 403 when whoever signed in has
 * to do so again. A frame that may leave its token out means the socket's own.
 */
export function requireSession({ frame, connection, deployment, sessions, world }: SessionCall): Session {
  const own = connection.sessionKey
  if (own === undefined || (frame.token && sessionKey(deployment.id, frame.token) !== own)) {
    throw refusal(errors.sessionUnknown)
  }
  const session = sessions.find(own)
  if (!session) throw refusal(sessions.hasExpired(own) ? errors.sessionExpired : errors.sessionUnknown)
  if (session.signIn && world.signIns.isOver(session.signIn)) throw refusal(errors.authenticationLost)
  return session
}

type SessionCall = Pick<Call, 'connection' | 'deployment' | 'sessions' | 'world'> & {
  readonly frame: { readonly token?: string | null | undefined }
}
