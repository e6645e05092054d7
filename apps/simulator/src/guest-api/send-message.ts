import { emptyAnswer, jsonAnswer, type Answer } from '../rest/answer.ts'
import { badRequest, invalidValue, Refusal } from '../rest/error-answers.ts'
import type { JsonObject } from '../rest/read-body.ts'
import type { Conversation } from '../world/conversation.ts'
import type { WrittenEntity } from '../world/entity.ts'
import { recallSend } from '../world/remembered-sends.ts'
import { postGuestMessage, showGuestTyping } from '../world/take-part.ts'
import { readJsonBody, requireConversation, type GuestCall } from './guest-call.ts'
import { toMessageData } from './message-data.ts'

/** After trimming, as Web Messaging has it (platform-api.md §5.5). */
const MAX_TEXT_LENGTH = 4096

/**
 * `POST …/{id}/messages`. An id of the sender's choice makes it safe to repeat: the same id with the same text is the
 * first message again, even when the conversation has ended in between.
 */
export async function sendMessage(call: GuestCall): Promise<Answer> {
  const conversation = requireConversation(call)
  const body = await readJsonBody(call)
  const text = parseText(body.text)
  const clientMessageId = parseClientMessageId(body, call.exchange.request.headers['idempotency-key'])
  // From here on nothing waits: two requests with one id cannot overlap.
  const known =
    clientMessageId === undefined ? undefined : recallSend(conversation.sends, clientMessageId, call.world.clock.now())
  if (known && known.text !== text) throw idempotencyMismatch()
  if (known) return answerSend(call, known.written)
  refuseEnded(conversation)
  return answerSend(call, postGuestMessage(call.world, conversation, { text }, clientMessageId))
}

/** `POST …/{id}/typing`; a body is not needed, and not read. */
export function sendTyping(call: GuestCall): Answer {
  const conversation = requireConversation(call)
  refuseEnded(conversation)
  showGuestTyping(call.world, conversation, true)
  return emptyAnswer(204)
}

function answerSend({ world }: GuestCall, { entity, json }: WrittenEntity): Answer {
  switch (world.behaviour.sendAnswer) {
    case 'message':
      return jsonAnswer(200, json)
    case 'messageData':
      return jsonAnswer(200, JSON.stringify(toMessageData(entity)))
    case 'empty':
      return emptyAnswer(202)
  }
}

function parseText(text: JsonObject[string]): string {
  if (text === undefined || text === null) {
    throw badRequest('text is required', { errorCode: 'missing', fieldName: 'text' })
  }
  if (typeof text !== 'string') throw invalidValue('text', 'text must be a string')
  const trimmed = text.trim()
  if (trimmed === '') throw badRequest('text is required', { errorCode: 'empty', fieldName: 'text' })
  if (trimmed.length <= MAX_TEXT_LENGTH) return trimmed
  throw new Refusal(400, 'max.length.exceeded', 'Message text is longer than the maximum length allowed.', {
    messageParams: { fieldName: 'text', max: String(MAX_TEXT_LENGTH), actual: String(trimmed.length) },
    details: [{ errorCode: 'max.length.exceeded', fieldName: 'text' }],
  })
}

/** From the body, else from `Idempotency-Key`, which may be quoted (draft-ietf-httpapi-idempotency-key-header §2.1). */
function parseClientMessageId({ clientMessageId }: JsonObject, header: string | string[] | undefined) {
  const id = clientMessageId ?? (typeof header === 'string' ? header.replace(/^"(.*)"$/, '$1') : undefined)
  if (id === undefined) return undefined
  if (typeof id === 'string' && /^[\x21-\x7e]{1,128}$/.test(id)) return id
  throw invalidValue('clientMessageId', 'clientMessageId must be 1 to 128 visible ASCII characters')
}

function refuseEnded({ id, state, readOnly }: Conversation): void {
  if (state === 'connected' || !readOnly) return
  throw new Refusal(409, 'request.conflict', 'The conversation is disconnected, no new messages allowed.', {
    details: [{ errorCode: 'conversation.disconnected', entityId: id }],
  })
}

const idempotencyMismatch = () =>
  new Refusal(409, 'request.conflict', 'clientMessageId was used before with another content.', {
    details: [{ errorCode: 'idempotency.mismatch', fieldName: 'clientMessageId' }],
  })
