import * as v from 'valibot'
import { Attachment } from './attachment.ts'

const Words = v.optional(v.string())

/** A choice offered; `payload` goes back to the platform as it is when the guest takes it. */
export const Choice = v.object({ text: v.string(), payload: v.string() })
export type Choice = v.InferOutput<typeof Choice>

/** What a card offers to do: open a page (`url`, http or https), or say something. */
export const CardAction = v.variant('type', [
  v.object({ type: v.literal('link'), text: v.string(), url: v.string() }),
  v.object({ type: v.literal('choice'), text: v.string(), payload: v.string() }),
])
export type CardAction = v.InferOutput<typeof CardAction>

/** `image` is the address the platform gave. The page never loads it: the BFF does, at `…/messages/:messageId/media`. */
export const Card = v.object({ title: v.string(), description: Words, image: Words, actions: v.array(CardAction) })
export type Card = v.InferOutput<typeof Card>

export const ListSection = v.object({
  title: Words,
  multiple: v.boolean(),
  items: v.array(v.object({ id: v.string(), title: v.string(), subtitle: Words })),
})
export type ListSection = v.InferOutput<typeof ListSection>

/**
 * When: one of `times`, whose `at` is ISO 8601, as the platform wrote it, and goes back in the answer; or, where there are
 * none, any time from `earliest` to `latest` (ISO 8601; absent: no bound), which goes back as ISO 8601 in UTC.
 */
const times = {
  times: v.array(v.object({ at: v.string(), durationSeconds: v.number() })),
  earliest: Words,
  latest: Words,
}
export type Times = v.InferOutput<v.ObjectSchema<typeof times, undefined>>

const question = <Kind extends string, Entries extends v.ObjectEntries>(kind: Kind, entries: Entries) =>
  v.object({
    kind: v.literal(kind),
    id: v.string(),
    title: Words,
    subtitle: Words,
    required: v.boolean(),
    ...entries,
  })

/** One question of a form. `value` of an option, or a time's `at`, goes back in the answer. */
export const Question = v.variant('kind', [
  question('text', {
    placeholder: Words,
    multiline: v.boolean(),
    keyboard: v.optional(v.picklist(['email', 'number', 'phone', 'url'])),
  }),
  question('choice', {
    multiple: v.boolean(),
    options: v.array(v.object({ value: v.string(), title: v.string(), subtitle: Words })),
  }),
  question('time', times),
])
export type Question = v.InferOutput<typeof Question>

/** Questions on one or more pages. `formId` goes back in the answer. */
export const Form = v.object({
  formId: v.string(),
  title: Words,
  subtitle: Words,
  start: Words,
  pages: v.array(v.object({ title: Words, subtitle: Words, questions: v.array(Question) })),
  reply: Words,
  summary: v.boolean(),
})
export type Form = v.InferOutput<typeof Form>

/**
 * One piece of a message. `unknown` is content this version cannot draw; `fallback` is what can be read of it. A picker's
 * `reply` is what the guest's answer is shown as, where the platform words it.
 */
export const MessagePart = v.variant('type', [
  v.object({ type: v.literal('text'), text: v.string() }),
  v.object({ type: v.literal('quick-replies'), title: Words, replies: v.array(Choice) }),
  v.object({ type: v.literal('card'), card: Card }),
  v.object({ type: v.literal('carousel'), cards: v.array(Card) }),
  v.object({
    type: v.literal('list-picker'),
    title: Words,
    subtitle: Words,
    reply: Words,
    sections: v.array(ListSection),
  }),
  v.object({
    type: v.literal('date-picker'),
    title: Words,
    subtitle: Words,
    ...times,
  }),
  v.object({ type: v.literal('form'), form: Form }),
  v.object({ type: v.literal('attachment'), attachment: Attachment }),
  v.object({ type: v.literal('unknown'), fallback: v.string() }),
])
export type MessagePart = v.InferOutput<typeof MessagePart>
