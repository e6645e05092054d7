import type { Exchange } from '../rest/exchange.ts'
import { conversationNotFound } from '../rest/error-answers.ts'
import { parseJsonBody, readBody, type JsonObject } from '../rest/read-body.ts'
import type { Conversation } from '../world/conversation.ts'
import type { Grant } from '../world/grant.ts'
import type { World } from '../world/world.ts'
import type { ActiveFaults } from '../faults/active-faults.ts'
import type { Heartbeat } from './heartbeat.ts'

/** One call of a guest whose token and scopes are in order. */
export interface GuestCall {
  readonly exchange: Exchange
  readonly world: World
  readonly grant: Grant
  readonly heartbeat: Heartbeat
  readonly faults: ActiveFaults
}

/** The caller's own conversation that the path names. Throws 404, the same for a foreign one. */
export function requireConversation({ exchange, world, grant }: GuestCall): Conversation {
  const conversation = world.conversations.get(exchange.conversationId ?? '')
  if (conversation?.guestId !== grant.family.guestId) throw conversationNotFound()
  return conversation
}

export async function readJsonBody({ exchange }: GuestCall): Promise<JsonObject> {
  exchange.body = await readBody(exchange.request)
  return parseJsonBody(exchange.request, exchange.body)
}
