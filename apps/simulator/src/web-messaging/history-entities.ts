import type { Deployment } from '../options.ts'
import type { Session } from './session.ts'
import { toBody } from './to-body.ts'

/** Everything said in the session's conversation, comings and ends included, newest first (web-messaging.md §13). */
export function listHistory(session: Session, deployment: Deployment): Record<string, unknown>[] {
  const told = (session.conversation?.entities ?? []).filter(({ entity }) => !session.untold.has(entity.id))
  return told
    .flatMap<Record<string, unknown>>(
      ({ entity }) => toBody(entity, session.extras.get(entity.id), deployment, 'history') ?? [],
    )
    .reverse()
}
