import { isIP } from 'node:net'

/**
 * What may be taken over from a stranger's answer into our sentences: names, codes and ids of a strict form, and short
 * plain text. Everything else stays outside, so that no token, no secret and no control character reaches a log or a page.
 */
const NAME = /^[A-Za-z0-9:._*-]{1,128}$/
/** What looks like a token although its characters would do. */
const TOKEN_LIKE = /^eyJ|[A-Za-z0-9]{41}/
const CODE = /^[a-z]{2,32}(?:[._-][a-z0-9]{1,32}){0,8}$/
const IDENTIFIER = /^[A-Za-z0-9](?:[A-Za-z0-9-]{0,62}[A-Za-z0-9])?$/
const UUID = /\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b/gi
const BRACKETS = /\[([^[\]]{1,4096})\]/g
const SECRETIVE = /token|secret|passw|bearer|basic|authoriz|credential|cookie|api.?key|jwt|eyj/i
const LONG_WORD = /[^\s/.,:;]{25,}/
const NOT_PLAIN = /[^\x20-\x7e]+/g

const MAX_NAMES = 32
const MAX_NAMES_IN_SENTENCE = 8
const MAX_QUOTE = 200

/** Names of scopes or permissions: those of a permitted form, each once, at most 32. */
export function toNames(words: readonly unknown[]): string[] {
  const names = words.filter((word): word is string => isName(word))
  return [...new Set(names)].slice(0, MAX_NAMES)
}

const isName = (word: unknown) => typeof word === 'string' && NAME.test(word) && !TOKEN_LIKE.test(word)

/** Names in a list parted by blanks or commas, as in OAuth's `scope`. */
export const splitNames = (list: string | undefined): string[] => toNames(list?.slice(0, 8192).split(/[\s,]+/) ?? [])

/** Names in square brackets, as the platform lists them in its messages. */
export const bracketedNames = (text: string | undefined): string[] =>
  toNames([...(text ?? '').matchAll(BRACKETS)].flatMap(([, list]) => splitNames(list)))

/** The first internet address in square brackets. */
export const bracketedAddress = (text: string | undefined): string | undefined =>
  [...(text ?? '').matchAll(BRACKETS)].map(([, word]) => word?.trim() ?? '').find((word) => isIP(word) !== 0)

export const uuidsIn = (text: string | undefined): string[] => toNames(text?.match(UUID) ?? []).slice(0, 4)

export const toName = (word: unknown): string | undefined => toNames([word])[0]

/** A platform's or OAuth's error code: lower case words joined by dot, underscore or dash. */
export const toCode = (word: unknown): string | undefined =>
  typeof word === 'string' && CODE.test(word) ? word : undefined

export const toIdentifier = (word: unknown): string | undefined =>
  typeof word === 'string' && IDENTIFIER.test(word) ? word : undefined

/** Plain text worth quoting, on one line and at most 200 characters; undefined if it might hold markup or a secret. */
export function toQuote(text: string): string | undefined {
  const line = toLine(text.slice(0, 4 * MAX_QUOTE), MAX_QUOTE)
  const isSafe = !/[<>{}[\]"`\\=]/.test(line) && !SECRETIVE.test(line) && !LONG_WORD.test(line)
  return isSafe && /[a-z]{2}/i.test(line) ? line : undefined
}

/** One line of printable ASCII, cut at `max` characters. */
export function toLine(text: string, max: number): string {
  const line = text.replace(NOT_PLAIN, ' ').replace(/ {2,}/g, ' ').trim()
  return line.length <= max ? line : `${line.slice(0, max - 1).trimEnd()}…`
}

/** `a`, `a and b`, `a, b and c`; what is beyond eight is counted. */
export function listed(names: readonly string[], joint: 'and' | 'or' = 'and'): string {
  const shown = names.slice(0, MAX_NAMES_IN_SENTENCE)
  const more = names.length - shown.length
  const words = more > 0 ? [...shown, `${more} more`] : shown
  const last = words.at(-1) ?? 'none'
  return words.length < 2 ? last : `${words.slice(0, -1).join(', ')} ${joint} ${last}`
}
