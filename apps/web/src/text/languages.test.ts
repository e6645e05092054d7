import { LANGUAGES } from '@foyer/shared/protocol/languages'
import { describe, expect, test } from 'vitest'
import { speakOn, words } from './conversation-words.ts'
import { documentWords } from './document-words.ts'
import { speak } from './words.ts'

type Text = string | ((...values: never[]) => string)

/** Words that a language shares with English. */
const SHARED: Readonly<Record<string, readonly string[]>> = {
  de: ['Smileys', 'Emoji', 'OK', '⟦1⟧ (optional)', 'Status', 'Code'],
  fr: ['Conversation', 'Smileys', 'Assistant', 'Message', 'Messages', 'OK', 'Code'],
  pt: ['OK', 'Status'],
  it: ['Emoji', 'OK'],
  nl: ['Smileys', 'OK', 'Status', 'Code'],
  pl: ['Emoji', 'OK', 'Status'],
  ja: ['OK'],
}
/** Letters of a language that does not write with ours. */
const LETTERS: Readonly<Record<string, RegExp>> = {
  ja: /[\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Han}]/u,
  zh: /\p{Script=Han}/u,
  ar: /\p{Script=Arabic}/u,
  he: /\p{Script=Hebrew}/u,
}
/** The texts that count; all others take values as they are to be read. */
const COUNTING = new Set(['timeline.newMessages', 'timeline.loaded'])
const COUNTS = [0, 1, 2, 3, 5, 11, 21, 100]

const spoken = await speakAll()
const english = spoken.get('en') ?? new Map<string, Text>()

describe.each([...spoken].filter(([language]) => language !== 'en'))('%s', (language, texts) => {
  test('is what the page speaks once asked to', () => {
    expect(texts.get('language')).toBe(language)
  })

  test('has every text that English has, and no other', () => {
    expect([...texts.keys()].toSorted()).toEqual([...english.keys()].toSorted())
  })

  test('takes the same values into each text', () => {
    for (const [path, text] of texts) expect([path, valuesOf(text)]).toEqual([path, valuesOf(english.get(path))])
  })

  test('has left nothing in English', () => {
    const shared = new Set([...(SHARED[language] ?? [])])
    const left = read(texts).filter(([path, text]) => text === say(english.get(path)) && !shared.delete(text))
    expect(left).toEqual([])
    expect([...shared], 'named as shared, but are not').toEqual([])
  })
})

describe.each([...spoken])('%s', (language, texts) => {
  test('says something everywhere, in its own letters', () => {
    const letters = LETTERS[language] ?? /\p{Script=Latin}/u
    const strange = read(texts).filter(([, text]) => !letters.test(text) && !SHARED[language]?.includes(text))
    expect(strange).toEqual([])
    for (const [path, text] of texts) expect([path, say(text).trim()]).not.toEqual([path, ''])
  })

  test('shows every value it is given', () => {
    for (const [path, text] of texts) {
      if (COUNTING.has(path)) continue
      for (let value = 1; value <= valuesOf(text); value++) expect([path, say(text)]).toEqual([path, shows(value)])
    }
  })

  test('counts', () => {
    const rules = new Intl.PluralRules(language)
    for (const path of COUNTING) {
      const forms = new Map<string, string>()
      for (const count of COUNTS) {
        const number = new Intl.NumberFormat(language).format(count)
        const text = (texts.get(path) as (count: number) => string)(count)
        if (count > 2) expect(text).toContain(number)
        const category = rules.select(count)
        const form = text.replace(number, '#')
        expect([category, forms.get(category) ?? form]).toEqual([category, form])
        forms.set(category, form)
      }
      const one = forms.get('one')
      if (one !== undefined) expect([...forms.values()].filter((form) => form === one)).toEqual([one])
    }
  })

  test('has words for the document', () => {
    const { title, noScript } = documentWords[language as (typeof LANGUAGES)[number]]
    expect(title).not.toBe('')
    expect(noScript).toContain('JavaScript')
    if (language !== 'en') expect(noScript).not.toBe(documentWords.en.noScript)
  })
})

/** The texts of every language by their path, such as `timeline.typing`. */
async function speakAll(): Promise<Map<string, Map<string, Text>>> {
  const all = new Map<string, Map<string, Text>>()
  for (const language of LANGUAGES) {
    await speak(language)
    speakOn()
    all.set(language, new Map(textsOf(words)))
  }
  return all
}

function textsOf(part: object, path = ''): [string, Text][] {
  return Object.entries(part as Record<string, object | Text>).flatMap(([key, value]) =>
    typeof value === 'object' ? textsOf(value, `${path}${key}.`) : [[`${path}${key}`, value] satisfies [string, Text]],
  )
}

/** How many values a text takes; -1 for one that is the same at all times. */
const valuesOf = (text: Text | undefined) => (typeof text === 'function' ? text.length : -1)

const MARKERS = ['⟦1⟧', '⟦2⟧', '⟦3⟧', '⟦4⟧'] as never[]
const shows = (value: number) => expect.stringContaining(`⟦${value}⟧`) as string
const say = (text: Text | undefined) => (typeof text === 'function' ? text(...MARKERS) : (text ?? ''))

/** What there is to read: neither the language's tag, nor what consists of values alone. */
function read(texts: ReadonlyMap<string, Text>): [string, string][] {
  return [...texts]
    .filter(([path]) => path !== 'language' && !COUNTING.has(path))
    .map(([path, text]) => [path, say(text)] satisfies [string, string])
    .filter(([, text]) => /\p{Letter}/u.test(text.replaceAll(/⟦\d⟧/g, '')))
}
