import * as v from 'valibot'
import { emptyAnswer, jsonAnswer, type Answer } from '../rest/answer.ts'
import { invalidValue } from '../rest/error-answers.ts'
import { disconnectByGuest } from '../world/take-part.ts'
import { toConversationBody } from './conversation-body.ts'
import { readJsonBody, requireConversation, type GuestCall } from './guest-call.ts'

const MAX_ATTRIBUTE_BYTES = 2048

const NewConversation = v.object({
  name: v.nullish(v.pipe(v.string(), v.maxLength(256))),
  language: v.nullish(v.pipe(v.string(), v.maxLength(64))),
  customAttributes: v.nullish(
    v.pipe(
      v.record(v.string(), v.string()),
      v.check(
        (attributes) => Buffer.byteLength(JSON.stringify(attributes)) <= MAX_ATTRIBUTE_BYTES,
        `customAttributes must not exceed ${MAX_ATTRIBUTE_BYTES} bytes`,
      ),
    ),
  ),
  deploymentId: v.nullish(v.pipe(v.string(), v.maxLength(128))),
})

/** `POST /api/v2/conversations/messaging`. */
export async function createConversation(call: GuestCall): Promise<Answer> {
  const { world, grant } = call
  const parsed = v.safeParse(NewConversation, await readJsonBody(call))
  if (!parsed.success) throw invalidValue(v.getDotPath(parsed.issues[0]) ?? '', parsed.issues[0].message)
  const { name, language, customAttributes } = parsed.output
  const conversation = world.openConversation(grant.family.guestId, {
    name: name?.trim() || undefined,
    language: language ?? undefined,
    customAttributes: customAttributes ?? undefined,
  })
  return jsonAnswer(world.behaviour.createStatus, JSON.stringify(toConversationBody(conversation)))
}

/** `GET …/{id}`. */
export function readConversation(call: GuestCall): Answer {
  const conversation = requireConversation(call)
  const { selfUri, ...body } = toConversationBody(conversation)
  return jsonAnswer(200, JSON.stringify({ ...body, participants: conversation.participants, selfUri }))
}

/** `PATCH …/{id}` with the state `disconnected`, or `DELETE …/{id}`. Ending twice is ending once. */
export async function endConversation(call: GuestCall): Promise<Answer> {
  const conversation = requireConversation(call)
  if (call.exchange.request.method === 'DELETE') {
    disconnectByGuest(call.world, conversation)
    return emptyAnswer(204)
  }
  const { state } = await readJsonBody(call)
  if (state !== 'disconnected') {
    const value = typeof state === 'string' ? state.slice(0, 64) : 'null'
    throw invalidValue(
      'state',
      `Value [${value}] is not valid for field type [state]. Allowable values are: disconnected`,
    )
  }
  disconnectByGuest(call.world, conversation)
  return jsonAnswer(200, JSON.stringify(toConversationBody(conversation)))
}
