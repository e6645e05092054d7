import type { Form, FormComponent } from '@foyer/shared/platform/web-messaging/content'
import type { MessagePart, Question } from '@foyer/shared/protocol/message-part'
import { toTimes } from './times.ts'

const words = (text: string | null | undefined): string | undefined => text ?? undefined

/** Keyboards the platform names, as far as a page has them. */
const KEYBOARDS = { email: 'email', number: 'number', numeric: 'number', phone: 'phone', url: 'url' } as const

/** A form with its questions, page by page (web-messaging.md §7.1); a question nobody can draw is left to the agent. */
export function toForm({
  cannedResponseId,
  introduction,
  formPages,
  receivedMessage,
  replyMessage,
  showSummary,
}: Form): MessagePart {
  const pages = (formPages ?? []).map(({ title, subtitle, pageComponents }) => ({
    title: words(title),
    subtitle: words(subtitle),
    questions: pageComponents.flatMap((component) => toQuestion(component) ?? []),
  }))
  return {
    type: 'form',
    form: {
      formId: cannedResponseId,
      title: words(introduction?.title ?? receivedMessage?.title),
      subtitle: words(introduction?.subtitle ?? receivedMessage?.subtitle),
      start: words(introduction?.buttonText ?? receivedMessage?.buttonLabel),
      pages: pages.filter(({ questions }) => questions.length > 0),
      reply: words(replyMessage?.title),
      summary: showSummary ?? false,
    },
  }
}

function toQuestion({ input, datePicker, listPicker, wheelPicker }: FormComponent): Question | undefined {
  if (input) {
    const keyboard = KEYBOARDS[(input.keyboardType ?? '').toLowerCase() as keyof typeof KEYBOARDS]
    return {
      ...{ kind: 'text', id: input.id, title: words(input.title), subtitle: words(input.subtitle) },
      ...{ required: input.isRequired ?? false, multiline: input.isMultipleLine ?? false },
      placeholder: words(input.placeholderText),
      ...(keyboard && { keyboard }),
    }
  }
  if (wheelPicker) {
    const options = wheelPicker.items.map(({ id, title, value }) => ({ value: value ?? id ?? title, title }))
    return {
      kind: 'choice',
      id: wheelPicker.id,
      title: words(wheelPicker.title),
      required: isRequired(wheelPicker),
      multiple: false,
      options,
    }
  }
  if (listPicker) {
    const options = listPicker.sections
      .flatMap(({ items }) => items)
      .map(({ id, title, subtitle, value }) => ({ value: value ?? id, title, subtitle: words(subtitle) }))
    const multiple = listPicker.sections.some(({ multipleSelection }) => multipleSelection)
    const title = words(listPicker.title ?? listPicker.receivedMessage?.title ?? listPicker.sections[0]?.title)
    return { kind: 'choice', id: listPicker.id, title, required: isRequired(listPicker), multiple, options }
  }
  if (!datePicker) return undefined
  const { id, title, subtitle } = datePicker
  return {
    ...{ kind: 'time', id, title: words(title), subtitle: words(subtitle), required: isRequired(datePicker) },
    ...toTimes(datePicker),
  }
}

const isRequired = (component: Readonly<Record<string, unknown>>): boolean => component['isRequired'] === true
