import type { Deployment } from '../../options.ts'
import { answerFrame, errors, refusal, tooManyRequests } from '../frames.ts'
import { createRates, isReadOnly, sessionKey, type Session, type SessionRates } from '../session.ts'
import type { Call } from './call.ts'

/** `configureSession` (web-messaging.md §4.1): the table of §9.2. */
export function configureSession(call: Call<'configureSession'>): void {
  const { auth } = call.deployment
  const { known, rates } = beginConfigure(call)
  if (known?.signIn) throw refusal(errors.cannotDowngrade)
  // Which code a guest gets where everybody has to sign in is not known (§18.10).
  if (auth.enabled && !auth.allowSessionUpgrade) throw refusal(errors.unauthorized)
  const session = openSession(call, known, rates)
  enter(call, session, { newSession: session !== known })
}

type ConfigureCall = Call<'configureSession'> | Call<'configureAuthenticatedSession'>

/** What the token means so far, the attempt counted. Throws FrameRefusal. */
export function beginConfigure({ frame, deployment, sessions, world }: ConfigureCall) {
  if (frame.deploymentId !== deployment.id) throw refusal(errors.deploymentUnknown)
  const known = sessions.find(sessionKey(deployment.id, frame.token))
  const rates = known?.rates ?? createRates()
  const waitSeconds = rates.configures.exceed(deployment.limits.configuresPerMinute, world.clock.now())
  if (waitSeconds !== undefined) throw tooManyRequests(waitSeconds, 'Configure rate too high for this session')
  return { known, rates }
}

/** The session there is, unless the client wants another. */
export function openSession(
  { frame, deployment, sessions }: ConfigureCall,
  known: Session | undefined,
  rates: SessionRates,
): Session {
  if (known && frame.startNew !== true) return known
  return sessions.open(sessionKey(deployment.id, frame.token), deployment, rates)
}

/** The socket takes its place in the session and hears so. */
export function enter(
  { connection, deployment, sessions, tracingId }: ConfigureCall,
  session: Session,
  changes: SessionChanges,
): void {
  const former = connection.sessionKey
  if (former !== undefined && former !== session.key) sessions.detach(former, connection)
  connection.sessionKey = session.key
  sessions.attach(session, connection, deployment)
  connection.send(answerFrame('SessionResponse', sessionBody(session, deployment, changes), tracingId))
}

interface SessionChanges {
  readonly connected?: boolean
  readonly newSession?: boolean
  readonly clearedExistingSession?: boolean
}

export function sessionBody(session: Session, deployment: Deployment, changes: SessionChanges) {
  return {
    connected: true,
    newSession: false,
    readOnly: isReadOnly(session, deployment),
    clearedExistingSession: false,
    ...changes,
    ...(deployment.attachmentProfile === 'session' ? mediaOf(deployment) : {}),
    maxCustomDataBytes: deployment.limits.customDataBytes,
    durationSeconds: Math.ceil(deployment.sessionDurationSeconds),
    expirationDate: Math.floor(session.expiresAtMs / 1000),
  }
}

/** §5.1: what may be sent beside words. */
export function mediaOf({ fileTypes, maxFileSizeKB, blockedExtensions }: Deployment) {
  const inbound = { fileTypes: fileTypes.map((type) => ({ type })), maxFileSizeKB }
  return { allowedMedia: fileTypes.length > 0 && maxFileSizeKB > 0 ? { inbound } : { inbound: {} }, blockedExtensions }
}
