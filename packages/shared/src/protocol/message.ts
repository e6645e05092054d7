import * as v from 'valibot'
import { Attachment } from './attachment.ts'
import { MessageId, Seq } from './identifiers.ts'
import { Problem } from './problem.ts'

export { MessagePart } from './message-part.ts'

/** Longest text of one message, in characters; the platform's own bound (platform-api.md §5.5). */
export const MAX_TEXT_CHARACTERS = 4096
/** And in UTF-8 bytes, which is how Web Messaging counts (web-messaging.md §16, error 4011). */
export const MAX_TEXT_BYTES = 4096

/** How far a message got: stored by the BFF, taken by the platform, at the agent's, seen by the agent; or refused. */
export const MessageState = v.picklist(['pending', 'sent', 'delivered', 'read', 'failed'])
export type MessageState = v.InferOutput<typeof MessageState>

const Text = v.pipe(
  v.string(),
  v.maxLength(MAX_TEXT_CHARACTERS, `must have at most ${MAX_TEXT_CHARACTERS} characters`),
  v.check((text) => text.isWellFormed() && !text.includes('\0'), 'must be well-formed Unicode without NUL'),
)

const Taken = v.strictObject({
  text: v.pipe(v.string(), v.maxLength(MAX_TEXT_CHARACTERS)),
  payload: v.pipe(v.string(), v.maxLength(MAX_TEXT_CHARACTERS)),
})

/** Most choices in one reply. */
export const MAX_CHOICES = 50
const Answer = v.strictObject({ questionId: v.pipe(v.string(), v.maxLength(256)), ...Taken.entries })

/** What the guest chose of the choices offered in message `to`. `kind` is the part that offered them. */
export const Reply = v.variant('kind', [
  v.strictObject({
    to: MessageId,
    kind: v.picklist(['quick-replies', 'card', 'list-picker', 'date-picker']),
    choices: v.pipe(
      v.array(Taken),
      v.minLength(1, 'must have a choice'),
      v.maxLength(MAX_CHOICES, `must have at most ${MAX_CHOICES} choices`),
    ),
  }),
  v.strictObject({
    to: MessageId,
    kind: v.literal('form'),
    formId: v.pipe(v.string(), v.maxLength(256)),
    /** In the form's order; a question of several choices has one for each. */
    answers: v.pipe(v.array(Answer), v.maxLength(200, 'must have at most 200 answers')),
  }),
])
export type Reply = v.InferOutput<typeof Reply>
export type ChoiceReply = Extract<Reply, { choices: unknown }>
export type FormReply = Extract<Reply, { kind: 'form' }>

/**
 * Body of `POST /api/conversations/:id/messages`. The same `messageId` again is the same message. With a `reply`, `text` is
 * what the choice is shown as, and what a platform without structured content is sent. `attachment` is a file taken up
 * before, as the upload answered; with it the text may be empty. One at most: that is what platforms carry.
 */
export const SendMessage = v.pipe(
  v.strictObject({
    messageId: MessageId,
    text: v.optional(Text, ''),
    reply: v.optional(Reply),
    attachment: v.optional(v.strictObject(Attachment.entries)),
  }),
  v.forward(
    v.check(({ text, attachment }) => text.trim() !== '' || attachment !== undefined, 'must not be empty'),
    ['text'],
  ),
)
export type SendMessage = v.InferOutput<typeof SendMessage>

/** What became of a message handed in: its place in the log, and its state by now. */
export const SentMessage = v.object({
  messageId: MessageId,
  seq: Seq,
  state: MessageState,
  problem: v.optional(Problem),
})
export type SentMessage = v.InferOutput<typeof SentMessage>
