/** A piece of plain text, with an address if it is a link. */
export interface TextPiece {
  text: string
  href?: string
}

const PROTOCOLS = ['http:', 'https:', 'mailto:', 'tel:']
/** Nothing that turns the reading direction: an address must read as it is. */
const CANDIDATE = /\b(?:https?:\/\/|mailto:|tel:)[^\s<>"\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]+/gi

/** The text in pieces, none lost: addresses of the kinds we open, and what stands between them. */
export function splitLinks(text: string): TextPiece[] {
  const pieces: TextPiece[] = []
  let end = 0
  for (const match of text.matchAll(CANDIDATE)) {
    const address = trimPunctuation(match[0])
    const href = toHref(address)
    if (!href) continue
    if (match.index > end) pieces.push({ text: text.slice(end, match.index) })
    pieces.push({ text: address, href })
    end = match.index + address.length
  }
  if (end < text.length) pieces.push({ text: text.slice(end) })
  return pieces
}

/** A sentence's own punctuation is not part of the address; a bracket is, if it was opened in it. */
function trimPunctuation(address: string): string {
  let trimmed = address.replace(/[.,;:!?'*_~…]+$/, '')
  for (const [open, close] of ['()', '[]', '{}'] as const) {
    if (trimmed.endsWith(close ?? '') && trimmed.split(open ?? '').length < trimmed.split(close ?? '').length) {
      trimmed = trimPunctuation(trimmed.slice(0, -1))
    }
  }
  return trimmed
}

function toHref(address: string): string | undefined {
  const url = URL.parse(address)
  const isOpenable = url !== null && PROTOCOLS.includes(url.protocol) && url.href.length > url.protocol.length
  return isOpenable ? url.href : undefined
}
