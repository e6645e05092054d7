import type { ServerFrame } from '@foyer/shared/platform/web-messaging/server-frames'
import type { Logger } from '../../logger.ts'
import type { CredentialSlot } from '../connector.ts'
import { changeConversation, readCredential } from './credential.ts'
import { codeIn, refusalIn } from './error-codes.ts'
import type { Attributes } from './outgoing.ts'

const TOO_LARGE = 4013

export interface DeliveryParts {
  readonly slot: CredentialSlot
  readonly conversationId: string
  readonly logger: Logger
  /** Most bytes the platform takes of them, where it says. */
  readonly maxBytes: () => number | undefined
}

/**
 * Sends what carries custom attributes, with what the guest told of themselves until it was taken once. The platform refuses
 * a message whose attributes are too large as a whole (web-messaging.md §15): then they are left, and what was said goes
 * without them.
 */
export async function withAttributes(
  { slot, conversationId, logger, maxBytes }: DeliveryParts,
  ask: (attributes: Attributes | undefined) => Promise<ServerFrame>,
): Promise<ServerFrame> {
  const { attributes, conversationId: current } = await readCredential(slot)
  if (!attributes || current !== conversationId) return ask(undefined)
  if (sizeOf(attributes) <= (maxBytes() ?? Infinity)) {
    const answer = await ask(attributes)
    if (!refusalIn(answer, 'send')) await changeConversation(slot, conversationId, { attributes: undefined })
    if (codeIn(answer) !== TOO_LARGE) return answer
  }
  logger.warn({ event: 'attributes-too-large', bytes: sizeOf(attributes), maxBytes: maxBytes() })
  await changeConversation(slot, conversationId, { attributes: undefined })
  return ask(undefined)
}

/** Bytes of all names and values together: what the platform counts (§15). */
export const sizeOf = (attributes: Attributes): number =>
  Object.entries(attributes).reduce((sum, pair) => sum + Buffer.byteLength(pair.join('')), 0)
