import * as v from 'valibot'
import { ReceivedContent } from './content.ts'

/** Who speaks; only where the deployment tells names (§6, "humanize"). */
export const Sender = v.object({
  firstName: v.nullish(v.string()),
  lastName: v.nullish(v.string()),
  nickname: v.nullish(v.string()),
  image: v.nullish(v.string()),
})
export type Sender = v.InferOutput<typeof Sender>

/** `duration`, or `durationMs`, in milliseconds; 5000 when absent (§8.1). */
const TypingContent = v.object({
  type: v.optional(v.string(), 'On'),
  duration: v.nullish(v.number()),
  durationMs: v.nullish(v.number()),
})

/** An event inside a message (§8). A type nobody here knows keeps its name and nothing else. */
export const MessageEvent = v.object({
  eventType: v.string(),
  typing: v.nullish(TypingContent),
  presence: v.nullish(v.looseObject({ type: v.string() })),
})
export type MessageEvent = v.InferOutput<typeof MessageEvent>

const CustomAttributes = v.record(v.string(), v.string())
export const AttributeChannel = v.object({
  metadata: v.nullish(v.object({ customAttributes: v.nullish(CustomAttributes) })),
})

const Channel = v.object({
  time: v.nullish(v.string()),
  messageId: v.nullish(v.string()),
  type: v.nullish(v.string()),
  from: v.nullish(Sender),
  to: v.nullish(v.unknown()),
  metadata: v.nullish(v.object({ customAttributes: v.nullish(v.record(v.string(), v.unknown())) })),
})

/** `StructuredMessage.body`, and an entity of the history (§6, §13). Direction is the platform's view. */
export const NormalizedMessage = v.object({
  id: v.pipe(v.string(), v.minLength(1), v.maxLength(256)),
  type: v.string(),
  direction: v.picklist(['Inbound', 'Outbound']),
  text: v.nullish(v.string()),
  content: v.nullish(v.array(ReceivedContent)),
  events: v.nullish(v.array(MessageEvent)),
  channel: v.nullish(Channel),
  metadata: v.nullish(v.record(v.string(), v.unknown())),
  originatingEntity: v.nullish(v.string()),
  originatingMessageId: v.nullish(v.string()),
})
export type NormalizedMessage = v.InferOutput<typeof NormalizedMessage>
