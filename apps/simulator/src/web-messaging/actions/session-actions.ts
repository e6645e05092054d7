import { createUuid } from '../../world/identifiers.ts'
import { disconnectByGuest } from '../../world/take-part.ts'
import { answerFrame, connectionClosed, errors, refusal, tooManyRequests } from '../frames.ts'
import { echoBody } from '../to-body.ts'
import { requireSession, type Call } from './call.ts'
import { mediaOf, sessionBody } from './configure.ts'

/** `echo` (web-messaging.md §11): answered here and nowhere else; nobody else hears of it. Its token may be missing (§3.1). */
export function echo(call: Call<'echo'>): void {
  const { frame, connection, sessions, deployment, world, tracingId } = call
  const waitSeconds = connection.echoes.exceed(deployment.limits.echoesPerMinute, world.clock.now())
  if (waitSeconds !== undefined) throw tooManyRequests(waitSeconds, 'Echo rate too high for this connection')
  const session = requireSession(call)
  const timing = { durationSeconds: Math.ceil(deployment.sessionDurationSeconds), expiresAtMs: session.expiresAtMs }
  const body = echoBody(frame.message.text ?? '', sessions.nextTime(session), createUuid(), timing)
  connection.send(answerFrame('StructuredMessage', body, tracingId))
}

/** `getJwt` (§4.8): what opens the history. */
export function getJwt(call: Call<'getJwt'>): void {
  const { key } = requireSession(call)
  const issued = call.world.historyTokens.issue(key, call.deployment.historyJwtSeconds)
  call.connection.send(answerFrame('JwtResponse', issued, call.tracingId))
}

/**
 * `closeSession` (§4.9): the other connections lose their place; the requester stays, and hears that it is connected no
 * more. The guest has left: writing again, with the same token, opens the conversation anew.
 */
export function closeSession(call: Call<'closeSession'>): void {
  const { frame, connection, deployment, world, tracingId } = call
  const session = requireSession(call)
  if (frame.closeAllConnections) {
    for (const other of session.connections) {
      if (other === connection) continue
      session.connections.delete(other)
      other.evict(connectionClosed())
    }
    if (session.conversation) disconnectByGuest(world, session.conversation, false)
  }
  connection.send(answerFrame('SessionResponse', sessionBody(session, deployment, { connected: false }), tracingId))
  session.connections.delete(connection)
  connection.sessionKey = undefined
}

/** `getConfiguration` (§4.10): facts of the deployment, without a session. */
export function getConfiguration({ frame, connection, deployment, tracingId }: Call<'getConfiguration'>): void {
  if (frame.deploymentId !== deployment.id) throw refusal(errors.deploymentUnknown)
  const { sessionDurationSeconds } = deployment
  const body = {
    ...mediaOf(deployment),
    maxCustomDataBytes: deployment.limits.customDataBytes,
    messageRoutingEnabled: true,
    sessionDurationSeconds: Math.ceil(sessionDurationSeconds),
  }
  connection.send(answerFrame('GetConfigurationResponse', body, tracingId))
}

/** `resumeToken`: in the schema and seen nowhere, so it is answered as the schema says and opens nothing (§3.1, §23). */
export function resumeToken(call: Call<'resumeToken'>): void {
  requireSession(call)
  const { connection, deployment, world, tracingId } = call
  const exp = Math.floor(world.clock.now() / 1000 + deployment.historyJwtSeconds)
  connection.send(answerFrame('ResumeTokenResponse', { resumeToken: createUuid(), exp }, tracingId))
}
