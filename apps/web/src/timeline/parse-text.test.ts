import fc from 'fast-check'
import { expect, test } from 'vitest'
import { parseMarkdown, parsePlainText, toWords, type TextNode } from './parse-text.ts'

/** As short as it can be read: `<strong>a</strong>`, only for the eye of a test. */
const seen = (nodes: readonly TextNode[]): string =>
  nodes
    .map((node) => {
      if (node.type === 'text') return node.text
      if (node.type === 'link') return `<a ${node.href}>${node.text}</a>`
      return `<${node.type}>${'children' in node ? seen(node.children) : node.text}</${node.type}>`
    })
    .join('')

test.each([
  ['*bold* and _italic_', '<strong>bold</strong> and <em>italic</em>'],
  ['~strike~, ==highlight==.', '<del>strike</del>, <mark>highlight</mark>.'],
  ['*bold _both_*', '<strong>bold <em>both</em></strong>'],
  ['`a * b *` c', '<code>a * b *</code> c'],
  ['so:\n```\nlet a = 1\n```\nyes', 'so:<block>let a = 1</block>yes'],
  ['[our boats](https://a.example/b)', '<a https://a.example/b>our boats</a>'],
  ['*see [this](https://a.example)*', '<strong>see <a https://a.example/>this</a></strong>'],
  ['https://a.example/a_b_c', '<a https://a.example/a_b_c>https://a.example/a_b_c</a>'],
  ['*a@b.example*', '<strong><a mailto:a@b.example>a@b.example</a></strong>'],
  [String.raw`\*not bold\* but *bold\**`, '*not bold* but <strong>bold*</strong>'],
  ['(*bold*)', '(<strong>bold</strong>)'],
  ['*أهلا*', '<strong>أهلا</strong>'],
])('reads %j', (text, expected) => {
  expect(seen(parseMarkdown(text))).toBe(expected)
})

test.each([
  'snake_case_name',
  '2 * 3 * 4',
  '2*3*4',
  '* a list *',
  '*never closed',
  'a\n```\nnever closed',
  '`never\nclosed`',
  '**',
  '*first paragraph\n\nsecond*',
  'a == b == c',
  '[label](javascript:alert(1))',
  '[label](data:text/html,x)',
  '<b>bold</b>&amp;',
  '# no heading',
])('leaves %j as it is', (text) => {
  expect(seen(parseMarkdown(text))).toBe(text)
})

test('what overlaps closes once: the rest is text', () => {
  expect(seen(parseMarkdown('*a _b* c_'))).toBe('<strong>a _b</strong> c_')
})

test('where the deployment has no Markdown, only addresses are more than words', () => {
  const text = '*a* `b` [c](https://d.example) e@f.example'
  expect(toWords(parsePlainText(text))).toBe(text)
  expect(parsePlainText(text).filter(({ type }) => type === 'link')).toHaveLength(2)
})

const pieces = fc.constantFrom(...'*_~`=[]()\\\n @.:/ ab'.split(''), '==', '```', 'https://a.example', '😀', 'é')
const texts = fc.array(pieces, { maxLength: 60 }).map((parts) => parts.join(''))
/** Any code units, halves of a pair included. */
const anything = fc.array(fc.nat(0xffff)).map((codes) => String.fromCharCode(...codes))
const WITHOUT_MARKS = /[^\p{L}\p{N}@.:/😀]/gu

test('never throws, whatever it is given', () => {
  fc.assert(fc.property(fc.oneof(texts, anything), (text) => Array.isArray(parseMarkdown(text))))
})

test('loses no word and adds none', () => {
  const unlabelled = texts.filter((text) => !text.includes(']('))
  fc.assert(
    fc.property(unlabelled, (text) => {
      const words = toWords(parseMarkdown(text))
      expect(words.replace(WITHOUT_MARKS, '')).toBe(text.replace(WITHOUT_MARKS, ''))
    }),
    { numRuns: 1000 },
  )
})

test('a plain text is itself, to the last character', () => {
  fc.assert(fc.property(anything, (text) => toWords(parsePlainText(text)) === text))
})

test('every address it would open has one of the four harmless schemes', () => {
  const schemes = fc.constantFrom(
    'javascript:',
    'data:',
    'vbscript:',
    'https:',
    'mailto:',
    'blob:',
    'file:',
    'JAVASCRIPT:',
  )
  fc.assert(
    fc.property(schemes, texts, texts, (scheme, path, text) => {
      const hrefs: string[] = []
      JSON.stringify(parseMarkdown(`${text}[a](${scheme}${path})${scheme}${path}`), (name, value: unknown) => {
        if (name === 'href') hrefs.push(String(value))
        return value
      })
      expect(hrefs.filter((href) => !/^(https?|mailto|tel):/.test(href))).toEqual([])
    }),
  )
})

/** One that looked at everything again at every step would need minutes, and be stopped. */
test.each([
  '*',
  '_a ',
  '`\n',
  '[',
  '[a](',
  '[a](b',
  '(',
  'a@',
  '@a.',
  '\\',
  '==a',
  '```\n',
  '*_~',
  'https://a.example/)',
])('comes to the end of a long text of %j', (piece) => {
  const nodes = parseMarkdown(piece.repeat(20_000))
  expect(nodes.length).toBeLessThanOrEqual(20_000 * piece.length + 1)
})
