import type { Deployment } from '../../options.ts'
import { answerFrame, errors, refusal, tooManyRequests } from '../frames.ts'
import { isReadOnly, type Session } from '../session.ts'
import type { Call } from './call.ts'

/** `configureSession` (web-messaging.md §4.1): the table of §9.2. */
export function configureSession({
  frame,
  connection,
  deployment,
  sessions,
  world,
  tracingId,
}: Call<'configureSession'>): void {
  if (frame.deploymentId !== deployment.id) throw refusal(errors.deploymentUnknown)
  const { session, isNew } = sessions.configure(frame.token, deployment, frame.startNew === true)
  const waitSeconds = session.rates.configures.exceed(deployment.limits.configuresPerMinute, world.clock.now())
  if (waitSeconds !== undefined) throw tooManyRequests(waitSeconds, 'Configure rate too high for this session')
  if (connection.token !== undefined && connection.token !== frame.token) sessions.detach(connection.token, connection)
  connection.token = frame.token
  sessions.attach(session, connection, deployment)
  connection.send(answerFrame('SessionResponse', sessionBody(session, deployment, isNew), tracingId))
}

/** There is no sign-in behind any deployment here (§18.3). */
export function configureAuthenticatedSession(): never {
  throw refusal(errors.unauthorized)
}

export function sessionBody(session: Session, deployment: Deployment, isNew: boolean, isConnected = true) {
  return {
    connected: isConnected,
    newSession: isNew,
    readOnly: isReadOnly(session, deployment),
    clearedExistingSession: false,
    ...mediaOf(deployment),
    durationSeconds: Math.ceil(deployment.sessionDurationSeconds),
    expirationDate: Math.floor(session.expiresAtMs / 1000),
  }
}

/** §5.1: what may be sent beside words. */
export function mediaOf({ fileTypes, maxFileSizeKB, blockedExtensions, limits }: Deployment) {
  const inbound = { fileTypes: fileTypes.map((type) => ({ type })), maxFileSizeKB }
  return {
    allowedMedia: fileTypes.length > 0 && maxFileSizeKB > 0 ? { inbound } : { inbound: {} },
    blockedExtensions,
    maxCustomDataBytes: limits.customDataBytes,
  }
}
