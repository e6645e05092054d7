import * as v from 'valibot'
import { ConversationId, Instant, Seq } from './identifiers.ts'
import { Participant } from './participant.ts'

/** What the platform behind this conversation can do. All the page may know of which connector is live. */
export const Capabilities = v.object({
  typing: v.boolean(),
  attachments: v.boolean(),
  structuredContent: v.boolean(),
  clear: v.boolean(),
  end: v.boolean(),
  history: v.boolean(),
  readReceipts: v.boolean(),
  /** Whether it is told who joins and leaves. */
  presence: v.boolean(),
})
export type Capabilities = v.InferOutput<typeof Capabilities>

export const Conversation = v.object({
  conversationId: ConversationId,
  state: v.picklist(['open', 'read-only', 'ended']),
  startedAt: Instant,
  participants: v.array(Participant),
  capabilities: Capabilities,
  lastSeq: Seq,
  /** The guest has rated it. */
  rated: v.boolean(),
})
export type Conversation = v.InferOutput<typeof Conversation>

/** Body of `POST …/typing`. */
export const Typing = v.strictObject({ typing: v.boolean() })
export type Typing = v.InferOutput<typeof Typing>
