import { ConversationId } from '@foyer/shared/protocol/identifiers'
import type { Context } from 'hono'
import * as v from 'valibot'
import { ConversationError } from '../conversations/conversation-error.ts'
import type { ConversationRecord } from '../conversations/conversation.ts'
import type { Relay } from '../conversations/relay.ts'
import { RequestError } from '../problems.ts'
import { requireSession, type SessionEnv } from '../middleware/session-cookie.ts'
import type { Session } from '../sessions/session.ts'

/** The conversation in the path, if it is this session's; a foreign one is as unknown as one that never was (S15). */
export async function requireOwned<Env extends SessionEnv>(
  c: Context<Env>,
  relay: Relay,
): Promise<{ session: Session; record: ConversationRecord }> {
  const session = requireSession(c)
  const conversationId = c.req.param('conversationId')
  const record = v.is(ConversationId, conversationId) ? await relay.find(conversationId) : undefined
  if (!record) throw new ConversationError('not-found')
  // To the one who asks it is the same answer; for us it is somebody who knows, or guessed, an id that is not theirs.
  if (record.sessionId !== session.sessionId)
    throw new RequestError('conversation-not-found', undefined, { reason: 'conversation' })
  return { session, record }
}
