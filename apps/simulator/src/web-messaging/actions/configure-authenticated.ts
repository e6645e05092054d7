import type { SignIn } from '../../world/sign-ins.ts'
import { postGuestEvent } from '../../world/take-part.ts'
import { connectionClosed, errors, refusal } from '../frames.ts'
import type { Session } from '../session.ts'
import { fullName } from '../sessions.ts'
import type { Call } from './call.ts'
import { beginConfigure, enter, openSession } from './configure.ts'

/**
 * `configureAuthenticatedSession` (web-messaging.md §4.2, §18): for whoever signed in, or for a guest who signs in now
 * (step-up). A person has one session; the one they had elsewhere gives way.
 */
export function configureAuthenticatedSession(call: Call<'configureAuthenticatedSession'>): void {
  const { frame, deployment, sessions, world } = call
  const { known, rates } = beginConfigure(call)
  if (!deployment.auth.enabled) throw refusal(errors.featureOff)
  const signIn = world.signIns.find(frame.data.code)
  if (signIn?.deploymentId !== deployment.id) throw refusal(errors.unauthorized)
  if (known?.signIn && known.signIn.user.id !== signIn.user.id) throw refusal(errors.authenticationLost)
  const isStepUp = known !== undefined && !known.signIn && frame.startNew !== true
  if (isStepUp && !deployment.auth.allowSessionUpgrade) throw refusal(errors.featureOff)

  const clearedExistingSession = sessions.endSignedIn(signIn, connectionClosed('signedIn'), known)
  const session = openSession(call, known, rates)
  session.signIn = signIn
  if (isStepUp) announce(call, session, signIn)
  enter(call, session, { newSession: session !== known, clearedExistingSession })
}

/** The guest has a name now (§18.7). */
function announce(
  { sessions, world }: Call<'configureAuthenticatedSession'>,
  session: Session,
  { user }: SignIn,
): void {
  const conversation = sessions.conversationOf(session)
  conversation.guestName = fullName(user)
  const { firstName, lastName } = user
  sessions.causedBy({ from: { firstName, lastName } }, () => postGuestEvent(world, conversation, 'SignIn'))
}
