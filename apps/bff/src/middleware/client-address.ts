import type { HttpBindings } from '@hono/node-server'
import type { Context } from 'hono'
import ipaddr from 'ipaddr.js'
import proxyAddr from 'proxy-addr'

/** A home or a phone has a /64 of its own to choose addresses from (RFC 6177 §2). */
const IPV6_GROUP_BYTES = 8
/** Of networks, as proxy-addr knows them. */
const NAMES = new Set(['loopback', 'linklocal', 'uniquelocal'])

/**
 * Tells from where a request came: the one thing a client cannot choose (S40, S45). The socket's peer, or, where that is a
 * trusted proxy, what it and the trusted ones before it say, read from the right up to the first that is not trusted.
 * IPv6 is told as its /64: `2001:db8::/64`.
 */
export function createClientAddress(
  trustedProxies: readonly string[],
): <E extends { Bindings: HttpBindings }>(c: Context<E>) => string {
  const isTrusted = proxyAddr.compile([...trustedProxies])
  return function clientAddress(c) {
    const { incoming } = c.env
    // Leftmost of what is believed, unless it is no address: then what the last trusted proxy saw must do.
    const address = proxyAddr.all(incoming, isTrusted).findLast(isAddress)
    return address === undefined ? 'unknown' : groupOf(address)
  }
}

/** Whether this is an address, a network or a name of networks that can be trusted; everybody is not. */
export function isTrustworthy(proxy: string): boolean {
  try {
    proxyAddr.compile(proxy)
    const [address = '', prefix] = proxy.split('/')
    return NAMES.has(proxy) || (isAddress(address) && !/^0+$|^0\.0\.0\.0$/.test(prefix ?? ''))
  } catch {
    return false
  }
}

/** Spelled out: `1` is an address to some, too. */
const isAddress = (text: string) => ipaddr.IPv6.isValid(text) || ipaddr.IPv4.isValidFourPartDecimal(text)

function groupOf(address: string): string {
  const parsed = ipaddr.process(address) // IPv4 within IPv6 is IPv4
  if (parsed.kind() === 'ipv4') return parsed.toString()
  const network = parsed.toByteArray().fill(0, IPV6_GROUP_BYTES)
  return `${ipaddr.fromByteArray(network).toString()}/64`
}
