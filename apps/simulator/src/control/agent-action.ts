import * as v from 'valibot'

const Name = v.pipe(v.string(), v.trim(), v.minLength(1), v.maxLength(80))
/** Characters an organisation may send at once (web-messaging.md §16). */
const MAX_TEXT_LENGTH = 4000

/** Content as it goes over the wire. What this version has no schema for may be sent too: a client must live with it. */
const AgentContent = v.pipe(v.array(v.looseObject({ contentType: v.string() })), v.minLength(1), v.maxLength(50))
export type AgentContent = v.InferOutput<typeof AgentContent>

/** What an agent does in a conversation. All but `join` and `disconnect` need an agent who has joined. */
export const AgentAction = v.variant('action', [
  v.object({
    action: v.literal('join'),
    name: Name,
    /** A bot answers as one until it leaves. */
    kind: v.optional(v.picklist(['Human', 'Bot']), 'Human'),
    /** Address of a picture, told where the deployment tells names. */
    image: v.optional(v.pipe(v.string(), v.url(), v.maxLength(2048))),
  }),
  v.object({
    action: v.literal('message'),
    text: v.pipe(v.string(), v.trim(), v.minLength(1), v.maxLength(MAX_TEXT_LENGTH)),
  }),
  v.object({ action: v.literal('content'), content: AgentContent, text: v.optional(v.string()) }),
  v.object({
    action: v.literal('file'),
    name: v.pipe(v.string(), v.minLength(1), v.maxLength(255)),
    type: v.pipe(v.string(), v.regex(/^[\w.+-]+\/[\w.+-]+$/)),
    /** At most 10 MB of bytes. */
    base64: v.pipe(v.string(), v.base64(), v.maxLength(14_000_000)),
  }),
  v.object({ action: v.literal('typing'), typing: v.boolean() }),
  v.object({ action: v.literal('leave') }),
  v.object({ action: v.literal('disconnect'), readOnly: v.boolean() }),
])
export type AgentAction = v.InferOutput<typeof AgentAction>
export type AgentOrder = v.InferInput<typeof AgentAction>
