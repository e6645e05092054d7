import type { FormReply } from '@foyer/shared/protocol/message'
import type { Form, Question } from '@foyer/shared/protocol/message-part'
import { toFullTime } from '../../text/format.ts'

/** What was filled in, by the id of the question: the text, or the values chosen. */
export type Filled = Readonly<Record<string, readonly string[]>>

export const isFilled = (question: Question, filled: Filled): boolean =>
  (filled[question.id] ?? []).some((value) => value.trim() !== '')

/** What may not be left open, and is. */
export const missingOf = (questions: readonly Question[], filled: Filled): Question[] =>
  questions.filter((question) => question.required && !isFilled(question, filled))

/** The answers in the form's order, as the platform takes them back (web-messaging.md §7.2). */
export function toAnswers({ pages }: Form, filled: Filled): FormReply['answers'] {
  return pages
    .flatMap(({ questions }) => questions)
    .flatMap((question) =>
      (filled[question.id] ?? [])
        .filter((value) => value.trim() !== '')
        .map((payload) => ({ questionId: question.id, text: wordsOf(question, payload), payload })),
    )
}

/** What an answer is called where people read it. */
function wordsOf(question: Question, value: string): string {
  if (question.kind === 'choice') return question.options.find((option) => option.value === value)?.title ?? value
  return question.kind === 'time' ? toFullTime(value) : value
}
