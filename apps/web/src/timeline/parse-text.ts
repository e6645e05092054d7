import { findLinks, toHref, type FoundLink } from './find-links.ts'

/** What a text is made of. Every word of it is in one of the `text`s, and nothing here is HTML. */
export type TextNode =
  | { type: 'text' | 'code' | 'block'; text: string }
  | { type: 'link'; text: string; href: string }
  | { type: Emphasis; children: TextNode[] }

export type Emphasis = 'strong' | 'em' | 'del' | 'mark'

/** A plain text: only its addresses are more than words. */
export function parsePlainText(text: string): TextNode[] {
  const nodes: TextNode[] = []
  let end = 0
  for (const link of findLinks(text)) {
    pushText(nodes, text.slice(end, link.start))
    nodes.push({ type: 'link', text: text.slice(link.start, link.end), href: link.href })
    end = link.end
  }
  pushText(nodes, text.slice(end))
  return nodes
}

/**
 * A text in the platform's Markdown dialect (web-messaging.md §19.3): `*bold*` `_italic_` `~strike~` `==highlight==`, code
 * between one backtick or three, `[label](address)`, backslash escapes, bare addresses. Whatever does not close, or may not
 * be opened, is text. One pass; takes time in proportion to the text, and never throws.
 */
export function parseMarkdown(text: string): TextNode[] {
  const pass: Pass = { text, at: 0, nodes: [], plain: '', openers: [], links: findLinks(text), nextLink: 0 }
  while (pass.at < text.length) step(pass)
  flush(pass)
  return pass.nodes
}

interface Opener {
  type: Emphasis
  marker: string
  /** Where its marker stands among the nodes, as text until it closes. */
  node: number
}

interface Pass {
  readonly text: string
  at: number
  readonly nodes: TextNode[]
  /** Text that no node holds yet. */
  plain: string
  /** At most one of each kind: emphasis within the same emphasis says nothing. */
  openers: Opener[]
  readonly links: readonly FoundLink[]
  nextLink: number
  /** A search for the closing marker came back empty: so will every later one. */
  endless?: Partial<Record<'`' | '```', boolean>>
}

const MARKERS: Record<string, Emphasis> = { '*': 'strong', _: 'em', '~': 'del', '==': 'mark' }
const WORDS = /[^\\`*_~=[\n]+/y
const ESCAPE = /\\[!-/:-@[-`{-~]/y
/** No bracket within: attempts never cover the same ground twice. */
const LABELLED = /\[([^[\]\n]+)\]\(([^\s()<>[\]]+)\)/y
const WORD_CHARACTER = /[\p{L}\p{N}]/u

function step(pass: Pass): void {
  const { text, at } = pass
  const character = text.charAt(at)
  if (takeLink(pass)) return
  if (character === '\\' && take(ESCAPE, pass)) return void (pass.plain += text.charAt(at + 1))
  if (character === '`' && takeCode(pass)) return
  if (character === '[' && takeLabelled(pass)) return
  const marker = character === '=' && text.charAt(at + 1) === '=' ? '==' : character
  if (marker in MARKERS) return takeMarker(pass, marker)
  if (text.startsWith('\n\n', at)) pass.openers = [] // Emphasis ends with its paragraph.
  const start = at
  if (!takeWords(pass)) pass.at++
  pass.plain += text.slice(start, pass.at)
}

/** Up to the next character that may mean something, or the next address. */
function takeWords(pass: Pass): boolean {
  const { at, links, nextLink } = pass
  if (!take(WORDS, pass)) return false
  const link = links[nextLink]
  if (link && link.start > at) pass.at = Math.min(pass.at, link.start)
  return true
}

function takeLink(pass: Pass): boolean {
  while ((pass.links[pass.nextLink]?.start ?? Infinity) < pass.at) pass.nextLink++
  const link = pass.links[pass.nextLink]
  if (link?.start !== pass.at) return false
  push(pass, { type: 'link', text: pass.text.slice(link.start, link.end), href: link.href })
  pass.at = link.end
  return true
}

function takeCode(pass: Pass): boolean {
  const { text, at } = pass
  const fence = text.startsWith('```', at) ? '```' : '`'
  if (pass.endless?.[fence]) return false
  const end = text.indexOf(fence, at + fence.length)
  if (end < 0) pass.endless = { ...pass.endless, [fence]: true }
  const code = text.slice(at + fence.length, Math.max(at, end))
  if (end < 0 || code.trim() === '' || (fence === '`' && code.includes('\n'))) return false
  pass.at = end + fence.length
  if (fence === '`') push(pass, { type: 'code', text: code })
  else takeBlock(pass, code)
  return true
}

/** A block stands on lines of its own: the line ends around it are its own, too. */
function takeBlock(pass: Pass, code: string) {
  pass.plain = pass.plain.replace(/\n$/, '')
  pass.openers = []
  push(pass, { type: 'block', text: code.replace(/^\n/, '').replace(/\n$/, '') })
  if (pass.text.charAt(pass.at) === '\n') pass.at++
}

function takeLabelled(pass: Pass): boolean {
  LABELLED.lastIndex = pass.at
  const [whole = '', label = '', address = ''] = LABELLED.exec(pass.text) ?? []
  const href = whole && toHref(address)
  if (!href) return false
  push(pass, { type: 'link', text: label.replaceAll(/\\([!-/:-@[-`{-~])/g, '$1'), href })
  pass.at += whole.length
  return true
}

function takeMarker(pass: Pass, marker: string): void {
  const { text, at, openers } = pass
  const before = at === 0 ? '' : text.charAt(at - 1)
  const after = text.charAt(at + marker.length)
  pass.at += marker.length
  const type = MARKERS[marker]
  const opened = openers.findIndex((opener) => opener.type === type)
  if (type && opened >= 0 && isEdge(before, after)) return close(pass, type, opened, marker)
  if (!type || opened >= 0 || !isEdge(after, before)) return void (pass.plain += marker)
  flush(pass)
  openers.push({ type, marker, node: pass.nodes.length })
  pass.nodes.push({ type: 'text', text: marker })
}

/** A marker clings to the words it marks, and stands at the edge of a word: `snake_case` and `2 * 3` are as written. */
function isEdge(inner: string, outer: string): boolean {
  return inner !== '' && !/\s/.test(inner) && !WORD_CHARACTER.test(outer)
}

function close(pass: Pass, type: Emphasis, opened: number, marker: string) {
  const { nodes, openers } = pass
  flush(pass)
  const start = openers[opened]?.node ?? 0
  const children = nodes.splice(start).slice(1)
  // Nothing between the two: they were meant as they are.
  if (children.length === 0) pass.plain += marker + marker
  else nodes.push({ type, children })
  openers.length = opened // What was opened inside and not closed is text.
}

function take(pattern: RegExp, pass: Pass): boolean {
  pattern.lastIndex = pass.at
  if (!pattern.test(pass.text)) return false
  pass.at = pattern.lastIndex
  return true
}

function push(pass: Pass, node: TextNode) {
  flush(pass)
  pass.nodes.push(node)
}

function flush(pass: Pass) {
  pushText(pass.nodes, pass.plain)
  pass.plain = ''
}

function pushText(nodes: TextNode[], text: string) {
  if (text !== '') nodes.push({ type: 'text', text })
}

/** What can be read of it: the words without their marks. */
export function toWords(nodes: readonly TextNode[]): string {
  return nodes.map((node) => ('children' in node ? toWords(node.children) : node.text)).join('')
}
