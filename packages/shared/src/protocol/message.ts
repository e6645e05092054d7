import * as v from 'valibot'
import { MessageId, Seq } from './identifiers.ts'
import { Problem } from './problem.ts'

/** Longest text of one message, in characters; the platform's own bound (platform-api.md §5.5). */
export const MAX_TEXT_CHARACTERS = 4096

/** One piece of a message. `unknown` is content this version cannot draw; `fallback` is what can be read of it. */
export const MessagePart = v.variant('type', [
  v.object({ type: v.literal('text'), text: v.string() }),
  v.object({ type: v.literal('unknown'), fallback: v.string() }),
])
export type MessagePart = v.InferOutput<typeof MessagePart>

/** How far a message got: stored by the BFF, taken by the platform, at the agent's, seen by the agent; or refused. */
export const MessageState = v.picklist(['pending', 'sent', 'delivered', 'read', 'failed'])
export type MessageState = v.InferOutput<typeof MessageState>

const Text = v.pipe(
  v.string(),
  v.check((text) => text.trim().length > 0, 'must not be empty'),
  v.maxLength(MAX_TEXT_CHARACTERS, `must have at most ${MAX_TEXT_CHARACTERS} characters`),
  v.check((text) => text.isWellFormed() && !text.includes('\0'), 'must be well-formed Unicode without NUL'),
)

/** Body of `POST /api/conversations/:id/messages`. The same `messageId` again is the same message. */
export const SendMessage = v.strictObject({ messageId: MessageId, text: Text })
export type SendMessage = v.InferOutput<typeof SendMessage>

/** What became of a message handed in: its place in the log, and its state by now. */
export const SentMessage = v.object({
  messageId: MessageId,
  seq: Seq,
  state: MessageState,
  problem: v.optional(Problem),
})
export type SentMessage = v.InferOutput<typeof SentMessage>
