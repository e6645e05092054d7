import { readdirSync, readFileSync } from 'node:fs'
import { parse } from 'svelte/compiler'
import { expect, test } from 'vitest'

const source = new URL('../', import.meta.url)
const files = readdirSync(source, { recursive: true, encoding: 'utf8' }).filter((path) => path.endsWith('.svelte'))

/** Attributes that are read, by eye or ear. */
const READ = new Set([
  ...['alt', 'title', 'placeholder', 'label', 'aria-label', 'aria-description', 'aria-roledescription'],
  ...['aria-placeholder', 'aria-valuetext', 'aria-braillelabel', 'aria-brailleroledescription'],
])
const LETTER = /\p{Letter}/u

/** Where a template goes on: fragments, blocks and what they hold. Code that merely runs is not among them. */
const WITHIN = [
  'nodes',
  'fragment',
  'consequent',
  'alternate',
  'body',
  'fallback',
  'pending',
  'then',
  'catch',
  'attributes',
]

/** What a component says in words of its own: each with where it stands. */
function wordsIn(component: string): string[] {
  return wordsOf(parse(component, { modern: true }).fragment).filter((found) =>
    LETTER.test(found.replace(/^\S+: /, '')),
  )
}

function wordsOf(node: unknown, where = 'text'): string[] {
  if (Array.isArray(node)) return node.flatMap((one) => wordsOf(one, where))
  if (!isNode(node)) return []
  if (node.type === 'Attribute')
    return READ.has(String(node['name'])) ? wordsOf(node['value'], String(node['name'])) : []
  if (node.type === 'Text') return [`${where}: ${String(node['data']).trim()}`]
  if (node.type === 'ExpressionTag') return shownBy(node['expression']).map((text) => `${where}: ${text.trim()}`)
  return WITHIN.flatMap((part) => wordsOf(node[part], where))
}

/** The literals an expression may come to: not those it compares with, nor those it hands to a function. */
function shownBy(expression: unknown): string[] {
  if (Array.isArray(expression)) return expression.flatMap(shownBy)
  if (!isNode(expression)) return []
  if (expression.type === 'Literal') return [String(expression['value'])]
  if (expression.type === 'TemplateElement') return [(expression['value'] as { raw: string }).raw]
  const isComparison = expression.type === 'BinaryExpression' && expression['operator'] !== '+'
  if (isComparison) return []
  return ['consequent', 'alternate', 'left', 'right', 'quasis', 'expressions'].flatMap((part) =>
    shownBy(expression[part]),
  )
}

const isNode = (value: unknown): value is { type: string } & Record<string, unknown> =>
  typeof value === 'object' && value !== null && 'type' in value

test.each(files)('%s says nothing but what stands in text/', (file) => {
  expect(wordsIn(readFileSync(new URL(file, source), 'utf8'))).toEqual([])
})

test.each([
  ['<p>Hello</p>', ['text: Hello']],
  ['<p>{count} items</p>', ['text: items']],
  ['{#if a}<b>{b} – 1</b>{:else}Nothing{/if}', ['text: Nothing']],
  ['{#each a as b}<i>one {b}</i>{/each}', ['text: one']],
  ['<input placeholder="Name" type="text" class="field">', ['placeholder: Name']],
  ['<button aria-label="Close {name}">×</button>', ['aria-label: Close']],
  ['<img alt={name ?? \'a picture\'} src="a.png">', ['alt: a picture']],
  ['<button title={`Go to ${page}`}></button>', ['title: Go to']],
  ["<p>{isOpen ? 'open' : words.closed}</p>", ['text: open']],
  ['{#await a}wait{:then b}{b}{:catch}no{/await}', ['text: wait', 'text: no']],
  ["<p>{state === 'open' && `${n} left`}</p>", ['text: left']],
  ["<Field label='Name' kind='text' />", ['label: Name']],
  ['<p class:wide={a} title={words.a}>{words.b}: <kbd>1–5</kbd></p>', []],
  ["<script>const a = 'not drawn'</script><style>p { color: red }</style><p lang={a}>{f('b')}</p>", []],
])('%s', (component, found) => {
  expect(wordsIn(component)).toEqual(found)
})
