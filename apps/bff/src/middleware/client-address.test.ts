import type { HttpBindings } from '@hono/node-server'
import { Hono } from 'hono'
import { describe, expect, test } from 'vitest'
import { createClientAddress, isTrustworthy } from './client-address.ts'

/** What is taken for the client's address when `peer` connects with these headers. */
async function addressOf(peer: string, headers: Record<string, string> = {}, trusted: readonly string[] = []) {
  const clientAddress = createClientAddress(trusted)
  const app = new Hono<{ Bindings: HttpBindings }>().get('/', (c) => c.text(clientAddress(c)))
  const lower = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]))
  // The only two things of Node's request that may count.
  const incoming = { socket: { remoteAddress: peer }, headers: lower } as unknown as HttpBindings['incoming']
  return (await app.request('/', { headers }, { incoming } as HttpBindings)).text()
}

const FORWARDING = [
  ...['X-Forwarded-For', 'Forwarded', 'X-Real-IP', 'True-Client-IP', 'CF-Connecting-IP', 'X-Client-IP'],
  ...['X-Cluster-Client-IP', 'Fastly-Client-IP'],
]

describe('S45 the client’s address', () => {
  test.each(FORWARDING)('is the peer’s, whatever %s says, where no proxy is trusted', async (name) => {
    expect(await addressOf('203.0.113.9', { [name]: '198.51.100.1' })).toBe('203.0.113.9')
    expect(await addressOf('203.0.113.9', { [name]: '198.51.100.1' }, ['10.0.0.0/8'])).toBe('203.0.113.9')
  })

  test.each([
    ['what the proxy saw', '198.51.100.1', '198.51.100.1'],
    ['the first from the right that is not trusted', '1.1.1.1, 198.51.100.1, 10.0.0.7', '198.51.100.1'],
    ['never what stands further left', '10.0.0.1, 198.51.100.1', '198.51.100.1'],
    ['the last trusted one before something that is no address', 'evil.example, 10.0.0.7', '10.0.0.7'],
    ['the proxy itself when it says nothing', '', '10.0.0.5'],
    ['the proxy itself when it talks nonsense', 'unknown', '10.0.0.5'],
  ])('is, behind a trusted proxy, %s', async (_, forwarded, address) => {
    expect(await addressOf('10.0.0.5', { 'X-Forwarded-For': forwarded }, ['10.0.0.0/8'])).toBe(address)
  })

  test.each(FORWARDING.slice(1))('is not taken from %s even of a trusted proxy', async (name) => {
    expect(await addressOf('10.0.0.5', { [name]: '198.51.100.1' }, ['10.0.0.0/8'])).toBe('10.0.0.5')
  })

  test('is IPv4 also where the socket says it in IPv6', async () => {
    expect(await addressOf('::ffff:203.0.113.9')).toBe('203.0.113.9')
    expect(await addressOf('::ffff:10.0.0.5', { 'X-Forwarded-For': '198.51.100.1' }, ['10.0.0.0/8'])).toBe(
      '198.51.100.1',
    )
  })

  test('is a /64 in IPv6: who has one has all its addresses', async () => {
    expect(await addressOf('2001:db8:1:2:aaaa::1')).toBe('2001:db8:1:2::/64')
    expect(await addressOf('2001:db8:1:2:bbbb::2')).toBe('2001:db8:1:2::/64')
    expect(await addressOf('2001:db8:1:3::1')).toBe('2001:db8:1:3::/64')
  })
})

describe('a proxy can be trusted', () => {
  test.each(['127.0.0.1', '10.0.0.0/8', '10.0.0.0/255.0.0.0', '::1', 'fd00::/8', 'loopback', 'uniquelocal'])(
    '%s',
    (proxy) => expect(isTrustworthy(proxy)).toBe(true),
  )
  test.each(['*', '', 'proxy.example.com', '10.0.0.0/33', '0.0.0.0/0', '::/0', '10.0.0.1-9', 'true', '1', ' 10.0.0.1'])(
    'but not %j',
    (proxy) => expect(isTrustworthy(proxy)).toBe(false),
  )
})
