import * as v from 'valibot'
import { MessageId, Seq } from './identifiers.ts'
import { Problem } from './problem.ts'

export { MessagePart } from './message-part.ts'

/** Longest text of one message, in characters; the platform's own bound (platform-api.md §5.5). */
export const MAX_TEXT_CHARACTERS = 4096

/** How far a message got: stored by the BFF, taken by the platform, at the agent's, seen by the agent; or refused. */
export const MessageState = v.picklist(['pending', 'sent', 'delivered', 'read', 'failed'])
export type MessageState = v.InferOutput<typeof MessageState>

const Text = v.pipe(
  v.string(),
  v.check((text) => text.trim().length > 0, 'must not be empty'),
  v.maxLength(MAX_TEXT_CHARACTERS, `must have at most ${MAX_TEXT_CHARACTERS} characters`),
  v.check((text) => text.isWellFormed() && !text.includes('\0'), 'must be well-formed Unicode without NUL'),
)

const Taken = v.strictObject({
  text: v.pipe(v.string(), v.maxLength(MAX_TEXT_CHARACTERS)),
  payload: v.pipe(v.string(), v.maxLength(MAX_TEXT_CHARACTERS)),
})

/** What the guest chose of the choices offered in message `to`. `kind` is the part that offered them. */
export const Reply = v.strictObject({
  to: MessageId,
  kind: v.picklist(['quick-replies', 'card', 'list-picker', 'date-picker']),
  choices: v.pipe(
    v.array(Taken),
    v.minLength(1, 'must have a choice'),
    v.maxLength(50, 'must have at most 50 choices'),
  ),
})
export type Reply = v.InferOutput<typeof Reply>

/**
 * Body of `POST /api/conversations/:id/messages`. The same `messageId` again is the same message. With a `reply`, `text` is
 * what the choice is shown as, and what a platform without structured content is sent.
 */
export const SendMessage = v.strictObject({ messageId: MessageId, text: Text, reply: v.optional(Reply) })
export type SendMessage = v.InferOutput<typeof SendMessage>

/** What became of a message handed in: its place in the log, and its state by now. */
export const SentMessage = v.object({
  messageId: MessageId,
  seq: Seq,
  state: MessageState,
  problem: v.optional(Problem),
})
export type SentMessage = v.InferOutput<typeof SentMessage>
