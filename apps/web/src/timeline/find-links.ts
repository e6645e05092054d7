/** Where in a text an address stands that can be opened. */
export interface FoundLink {
  start: number
  end: number
  href: string
}

const PROTOCOLS = ['http:', 'https:', 'mailto:', 'tel:']
/** Nothing that turns the reading direction: an address must read as it is. */
const ADDRESS = /\b(?:https?:\/\/|mailto:|tel:)[^\s<>"\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]+/gi
/** RFC 5321 §4.5.3.1: so long may the two halves of a mail address be. Bounded, a long word costs no more than a short. */
const MAILBOX = /[a-z0-9][\w.+-]{0,63}$/i
const MAIL_HOST = /[a-z0-9][a-z0-9-]{0,62}(?:\.[a-z0-9][a-z0-9-]{0,62}){1,8}/iy
const MAX_MAILBOX_CHARACTERS = 64
const PAIRS: Record<string, string> = { ')': '(', ']': '[', '}': '{' }

/** Addresses of the kinds we open, in order, none within another. Takes time in proportion to the text. */
export function findLinks(text: string): FoundLink[] {
  const links = [...text.matchAll(ADDRESS)].flatMap(({ 0: match, index }) => {
    const end = endOfAddress(match)
    const href = toHref(match.slice(0, end))
    return href ? [{ start: index, end: index + end, href }] : []
  })
  return text.includes('@') ? withMail(text, links) : links
}

/** The address as it may be opened; undefined for any scheme but the harmless four. */
export function toHref(address: string): string | undefined {
  const url = URL.parse(address)
  const isOpenable = url !== null && PROTOCOLS.includes(url.protocol) && url.href.length > url.protocol.length
  return isOpenable ? url.href : undefined
}

/** A sentence's own punctuation is not part of the address; a bracket is, if it was opened in it. */
function endOfAddress(address: string): number {
  const open: Record<string, number> = {}
  for (const character of address) {
    const opener = PAIRS[character]
    if (opener) open[opener] = (open[opener] ?? 0) - 1
    else if ('([{'.includes(character)) open[character] = (open[character] ?? 0) + 1
  }
  let end = address.length
  for (; end > 0; end--) {
    const character = address.charAt(end - 1)
    const opener = PAIRS[character]
    if (opener && (open[opener] ?? 0) < 0) open[opener] = (open[opener] ?? 0) + 1
    else if (!".,;:!?'*_~`=…".includes(character)) break
  }
  return end
}

function withMail(text: string, links: readonly FoundLink[]): FoundLink[] {
  const found: FoundLink[] = []
  const others = links.values()
  let next = others.next().value
  let from = 0
  for (let at = text.indexOf('@'); at >= 0; at = text.indexOf('@', at + 1)) {
    for (; next && next.start < at; next = others.next().value) {
      found.push(next)
      from = next.end
    }
    const mail = at < from ? undefined : mailAt(text, at, from)
    if (!mail) continue
    found.push(mail)
    from = mail.end
  }
  for (; next; next = others.next().value) found.push(next)
  return found
}

function mailAt(text: string, at: number, from: number): FoundLink | undefined {
  const mailbox = MAILBOX.exec(text.slice(Math.max(from, at - MAX_MAILBOX_CHARACTERS), at))?.[0]
  MAIL_HOST.lastIndex = at + 1
  const host = MAIL_HOST.exec(text)?.[0]
  if (!mailbox || !host) return undefined
  const href = toHref(`mailto:${mailbox}@${host}`)
  return href ? { start: at - mailbox.length, end: at + 1 + host.length, href } : undefined
}
