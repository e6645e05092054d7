import type { Forms } from '@foyer/shared/protocol/forms'
import { readFileSync } from 'node:fs'
import * as v from 'valibot'

/** One text for everyone, or one for each language; the first is for those whose language is not among them. */
const Words = v.union(
  [
    v.pipe(v.string(), v.minLength(1), v.maxLength(500)),
    v.pipe(
      v.record(v.pipe(v.string(), v.regex(/^[a-z]{2,3}$/)), v.pipe(v.string(), v.minLength(1), v.maxLength(500))),
      v.check((texts) => Object.keys(texts).length > 0),
    ),
  ],
  'must be a text of at most 500 characters, or an object with one for each language, such as {"en": "…", "de": "…"}',
)
type Words = v.InferOutput<typeof Words>

const Id = v.pipe(v.string(), v.regex(/^[A-Za-z][\w.-]{0,63}$/, 'must be a name of at most 64 letters, digits, _ . -'))
const common = { id: Id, label: Words, required: v.optional(v.boolean(), false) }
const typed = <Kind extends string>(kind: Kind) =>
  v.strictObject({
    ...{ kind: v.literal(kind), ...common },
    maxCharacters: v.optional(v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(500)), 100),
  })
const Option = v.strictObject({ value: v.pipe(v.string(), v.minLength(1), v.maxLength(100)), label: Words })

const Question = v.variant('kind', [
  typed('text'),
  typed('email'),
  typed('phone'),
  v.strictObject({
    kind: v.literal('choice'),
    ...common,
    options: v.pipe(v.array(Option), v.minLength(1), v.maxLength(30)),
  }),
  v.strictObject({ kind: v.literal('consent'), ...common }),
])

/** The platform takes 2048 bytes of attributes, names included. */
const MAX_ANSWER_CHARACTERS = 1200

const FormsFile = v.strictObject({
  preChat: v.optional(
    v.strictObject({
      title: Words,
      text: v.optional(Words),
      skippable: v.optional(v.boolean(), true),
      questions: v.pipe(
        v.array(Question),
        v.minLength(1, 'must have a question'),
        v.maxLength(12, 'must have at most 12 questions'),
        v.check((all) => new Set(all.map(({ id }) => id)).size === all.length, 'must have a different id each'),
        v.check(
          (all) => all.reduce((sum, one) => sum + longestAnswer(one), 0) <= MAX_ANSWER_CHARACTERS,
          `must together allow at most ${MAX_ANSWER_CHARACTERS} characters of answers`,
        ),
      ),
    }),
  ),
  rating: v.optional(v.strictObject({ title: Words, worst: Words, best: Words })),
})
export type FormsFile = v.InferOutput<typeof FormsFile>

/** The forms in the language of `locale` (BCP 47). */
export function formsIn({ preChat, rating }: FormsFile, locale: string | undefined): Forms {
  const language = locale?.toLowerCase().split('-', 1)[0]
  const say = (words: Words) =>
    typeof words === 'string' ? words : ((language && words[language]) ?? Object.values(words)[0] ?? '')
  return {
    preChat: preChat && {
      ...preChat,
      title: say(preChat.title),
      text: preChat.text && say(preChat.text),
      questions: preChat.questions.map((question) =>
        question.kind === 'choice'
          ? {
              ...question,
              label: say(question.label),
              options: question.options.map(({ value, label }) => ({ value, label: say(label) })),
            }
          : { ...question, label: say(question.label) },
      ),
    },
    rating: rating && { title: say(rating.title), worst: say(rating.worst), best: say(rating.best) },
  }
}

/** What the file says, or what is wrong with it: each with its place. */
export function readFormsFile(file: string): { forms: FormsFile } | { problems: string[] } {
  let content: unknown
  try {
    content = JSON.parse(readFileSync(file, 'utf8'))
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    return { problems: [`${file} ${code === undefined ? 'is not JSON' : `cannot be read (${code})`}`] }
  }
  const parsed = v.safeParse(FormsFile, content)
  if (parsed.success) return { forms: parsed.output }
  return { problems: parsed.issues.map((issue) => `${file}: ${v.getDotPath(issue) ?? 'the file'} ${wordsOf(issue)}`) }
}

function wordsOf(issue: v.BaseIssue<unknown>): string {
  if (issue.type === 'strict_object' && issue.expected === 'never') return 'is not known here'
  if (issue.type === 'union' || issue.kind !== 'schema') return issue.message
  return `must be ${issue.expected ?? 'something else'}`
}

function longestAnswer(question: v.InferOutput<typeof Question>): number {
  if (question.kind === 'choice') return Math.max(...question.options.map(({ value }) => value.length))
  return question.kind === 'consent' ? 'yes'.length : question.maxCharacters
}
