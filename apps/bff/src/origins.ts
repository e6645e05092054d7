import { getDomain } from 'tldts'

/**
 * An origin written exactly as browsers do, that nobody on the way can listen to: https, or http that does not leave this
 * machine. A host name holds nothing a header or a policy would read as its own syntax: no `*`, no `;`, no blank.
 */
export function isSecureOrigin(value: string): boolean {
  if (!URL.canParse(value)) return false
  const { origin, hostname, protocol } = new URL(value)
  return (
    origin === value &&
    /^[a-z0-9.-]+$|^\[[0-9a-f:]+\]$/.test(hostname) &&
    (protocol === 'https:' || (protocol === 'http:' && isLoopback(value)))
  )
}

export function isLoopback(url: string): boolean {
  return ['localhost', '127.0.0.1', '[::1]'].includes(new URL(url).hostname)
}

/**
 * Whether a browser takes two origins for the same site (HTML, "same site"): one scheme, and one registrable domain by the
 * public suffix list. Without a registrable domain, as of an address, only the same host is.
 */
export function isSameSite(one: string, other: string): boolean {
  const [a, b] = [new URL(one), new URL(other)]
  if (a.protocol !== b.protocol) return false
  const domain = registrableDomain(a.hostname)
  return a.hostname === b.hostname || (domain !== null && domain === registrableDomain(b.hostname))
}

const registrableDomain = (hostname: string) => getDomain(hostname, { allowPrivateDomains: true })
