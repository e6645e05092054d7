import * as v from 'valibot'

/**
 * Structured content of a message (web-messaging.md §7). What a sender must give is required; what another sender was seen
 * to leave out is optional.
 */

const maybe = <Schema extends v.GenericSchema>(schema: Schema) => v.nullish(schema)
const Text = v.string()

export const QuickReply = v.object({
  text: Text,
  payload: Text,
  image: maybe(Text),
  action: maybe(Text),
})
export type QuickReply = v.InferOutput<typeof QuickReply>

/** `type` is `Link` or `Postback`; `Button`, in any case, stands for `Postback` (§7.1). */
export const CardAction = v.object({ type: Text, text: maybe(Text), url: maybe(Text), payload: maybe(Text) })
export type CardAction = v.InferOutput<typeof CardAction>

export const Card = v.object({
  title: Text,
  description: maybe(Text),
  image: maybe(Text),
  video: maybe(Text),
  defaultAction: maybe(CardAction),
  actions: v.optional(v.array(CardAction), []),
})
export type Card = v.InferOutput<typeof Card>

const GenericAction = v.object({ url: maybe(Text), textback: maybe(Text) })

/** The cards of old: what there is to do stands in `components` (§7.1, deprecated). */
export const GenericTemplate = v.object({
  title: Text,
  description: maybe(Text),
  image: maybe(Text),
  components: maybe(v.array(v.object({ title: maybe(Text), actions: maybe(GenericAction) }))),
})
export type GenericTemplate = v.InferOutput<typeof GenericTemplate>

/** `dateTime` is ISO 8601; `duration` is in seconds. */
export const TimeSlot = v.object({ dateTime: Text, duration: v.number() })
export type TimeSlot = v.InferOutput<typeof TimeSlot>

export const DatePicker = v.object({
  id: maybe(Text),
  title: maybe(Text),
  subtitle: maybe(Text),
  imageUrl: maybe(Text),
  dateMinimum: maybe(Text),
  dateMaximum: maybe(Text),
  availableTimes: maybe(v.array(TimeSlot)),
  dateDisplayFormat: maybe(Text),
})
export type DatePicker = v.InferOutput<typeof DatePicker>

/** The words around a picker: before it is answered, and after. */
export const PickerMessage = v.object({
  header: maybe(Text),
  title: maybe(Text),
  subtitle: maybe(Text),
  buttonLabel: maybe(Text),
  imageUrl: maybe(Text),
})
export type PickerMessage = v.InferOutput<typeof PickerMessage>

const PickerItem = v.object({
  id: Text,
  title: Text,
  subtitle: maybe(Text),
  imageUrl: maybe(Text),
  value: maybe(Text),
})
export const PickerSection = v.object({
  title: maybe(Text),
  multipleSelection: v.optional(v.boolean(), false),
  items: v.array(PickerItem),
})

export const ListPicker = v.object({
  id: maybe(Text),
  sections: v.array(PickerSection),
  receivedMessage: maybe(PickerMessage),
  replyMessage: maybe(PickerMessage),
})
export type ListPicker = v.InferOutput<typeof ListPicker>

const FormInput = v.looseObject({
  id: Text,
  title: maybe(Text),
  subtitle: maybe(Text),
  placeholderText: maybe(Text),
  isRequired: maybe(v.boolean()),
  isMultipleLine: maybe(v.boolean()),
  keyboardType: maybe(Text),
})

/** One question of a form. The property is named after `formComponentType`. */
export const FormComponent = v.looseObject({
  formComponentType: Text,
  input: maybe(FormInput),
  datePicker: maybe(v.looseObject({ ...DatePicker.entries, id: Text })),
  listPicker: maybe(v.looseObject({ ...ListPicker.entries, id: Text, title: maybe(Text) })),
  wheelPicker: maybe(
    v.looseObject({
      id: Text,
      title: maybe(Text),
      items: v.array(v.object({ id: maybe(Text), title: Text, value: maybe(Text) })),
    }),
  ),
})
export type FormComponent = v.InferOutput<typeof FormComponent>

export const Form = v.object({
  cannedResponseId: Text,
  introduction: maybe(
    v.object({ title: maybe(Text), subtitle: maybe(Text), imageUrl: maybe(Text), buttonText: maybe(Text) }),
  ),
  formPages: maybe(
    v.array(v.object({ title: maybe(Text), subtitle: maybe(Text), pageComponents: v.array(FormComponent) })),
  ),
  receivedMessage: maybe(PickerMessage),
  replyMessage: maybe(PickerMessage),
  showSummary: maybe(v.boolean()),
})
export type Form = v.InferOutput<typeof Form>

/** A guest's sent attachment carries its `id` alone (§22). `fileSize` in bytes; `url` is short-lived. */
export const Attachment = v.object({
  id: maybe(Text),
  url: maybe(Text),
  filename: maybe(Text),
  fileSize: maybe(v.number()),
  mediaType: maybe(Text),
  mime: maybe(Text),
})
export type Attachment = v.InferOutput<typeof Attachment>

/** An answer to something structured (§7.2). `type`: Button, DatePicker, Form, ListPicker or QuickReply. */
export const ButtonResponse = v.object({
  type: Text,
  text: Text,
  payload: Text,
  originatingMessageId: maybe(Text),
})
export type ButtonResponse = v.InferOutput<typeof ButtonResponse>

export const FormResponse = v.object({
  originatingMessageId: maybe(Text),
  cannedResponseId: maybe(Text),
  response: v.array(
    v.object({
      id: Text,
      component: v.object({ contentType: v.literal('ButtonResponse'), buttonResponse: ButtonResponse }),
    }),
  ),
})
export type FormResponse = v.InferOutput<typeof FormResponse>

const item = <Type extends string, Entries extends v.ObjectEntries>(contentType: Type, entries: Entries) =>
  v.object({ contentType: v.literal(contentType), ...entries })

/** What a guest may be shown. */
export const OutboundContent = v.variant('contentType', [
  item('QuickReply', { quickReply: QuickReply }),
  item('QuickReplyV2', { quickReplyV2: v.object({ title: Text, actions: v.array(QuickReply) }) }),
  item('Card', { card: Card }),
  item('Carousel', { carousel: v.object({ cards: v.array(Card) }) }),
  item('DatePicker', { datePicker: DatePicker }),
  item('ListPicker', { listPicker: ListPicker }),
  item('Form', { form: Form }),
  item('Attachment', { attachment: Attachment }),
  item('ButtonResponse', { buttonResponse: ButtonResponse }),
])
export type OutboundContent = v.InferOutput<typeof OutboundContent>

/** What a guest may send. */
export const InboundContent = v.variant('contentType', [
  item('Attachment', { attachment: Attachment }),
  item('ButtonResponse', { buttonResponse: ButtonResponse }),
  item('Form', { form: FormResponse }),
])
export type InboundContent = v.InferOutput<typeof InboundContent>

/** Content this version has no schema for: kept as it came, so that some of it can be read. */
const OtherContent = v.pipe(
  v.looseObject({ contentType: v.optional(v.string(), '') }),
  v.transform((original) => ({ contentType: 'Other' as const, original })),
)

/** One piece of content, of a message of either direction. What does not fit its own schema is `Other`, not an error. */
export const ReceivedContent = v.union([
  OutboundContent,
  item('Form', { form: FormResponse }),
  item('GenericTemplate', { generic: GenericTemplate }),
  OtherContent,
])
export type ReceivedContent = v.InferOutput<typeof ReceivedContent>
