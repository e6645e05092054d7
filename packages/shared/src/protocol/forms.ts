import * as v from 'valibot'

const question = <Kind extends string, Entries extends v.ObjectEntries>(kind: Kind, entries: Entries) =>
  v.object({ kind: v.literal(kind), id: v.string(), label: v.string(), required: v.boolean(), ...entries })

/** One question before the chat. The answer to `name` is the guest's name; of the others, the attribute `id`. */
export const PreChatQuestion = v.variant('kind', [
  question('text', { maxCharacters: v.number() }),
  question('email', { maxCharacters: v.number() }),
  question('phone', { maxCharacters: v.number() }),
  question('choice', { options: v.array(v.object({ value: v.string(), label: v.string() })) }),
  /** A box to tick; the answer is `yes`. */
  question('consent', {}),
])
export type PreChatQuestion = v.InferOutput<typeof PreChatQuestion>

export const PreChatForm = v.object({
  title: v.string(),
  text: v.optional(v.string()),
  skippable: v.boolean(),
  questions: v.array(PreChatQuestion),
})
export type PreChatForm = v.InferOutput<typeof PreChatForm>

/** Asked once a conversation has ended; always the guest's choice. `worst` and `best` name the ends of 1 to 5. */
export const RatingForm = v.object({ title: v.string(), worst: v.string(), best: v.string() })
export type RatingForm = v.InferOutput<typeof RatingForm>

/** What the organisation asks before and after a chat, in one language. */
export const Forms = v.object({ preChat: v.optional(PreChatForm), rating: v.optional(RatingForm) })
export type Forms = v.InferOutput<typeof Forms>

/** Query of the forms: a BCP 47 tag. */
export const FormsQuery = v.strictObject({ locale: v.optional(v.pipe(v.string(), v.maxLength(35))) })

/** Body of the rating. The first one counts. */
export const Rating = v.strictObject({ score: v.picklist([1, 2, 3, 4, 5], 'must be a whole number from 1 to 5') })
export type Rating = v.InferOutput<typeof Rating>
