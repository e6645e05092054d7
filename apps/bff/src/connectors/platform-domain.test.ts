import { regions } from '@foyer/shared/platform/regions'
import { describe, expect, test } from 'vitest'
import { hostsOf, toPlatformDomain } from './platform-domain.ts'

describe('a domain is read from', () => {
  test.each(regions.map(({ name, domain }) => [name, domain] as const))('%s, in every spelling', (name, domain) => {
    const spellings = [
      name,
      name.replaceAll('_', '-'),
      name.toUpperCase().replaceAll('_', ' '),
      domain,
      ` ${domain.toUpperCase()}. `,
      `https://api.${domain}`,
      `login.${domain}:443`,
      `https://apps.${domain}/directory/#/admin?x=1`,
      `wss://webmessaging.${domain}/v1?deploymentId=y`,
    ]
    for (const spelling of spellings) expect(toPlatformDomain(spelling), spelling).toEqual({ ok: true, domain })
  })
})

// web-messaging.md §2.2, as it stands there.
test.each([
  ...['mypurecloud.com', 'use2.us-gov-pure.cloud', 'usw2.pure.cloud', 'cac1.pure.cloud', 'mxc1.pure.cloud'],
  ...['mypurecloud.ie', 'euw2.pure.cloud', 'mypurecloud.de', 'euc2.pure.cloud', 'mec1.pure.cloud', 'aps1.pure.cloud'],
  ...['mypurecloud.jp', 'apne2.pure.cloud', 'apne3.pure.cloud', 'apse1.pure.cloud', 'mypurecloud.com.au'],
  'sae1.pure.cloud',
])('Web Messaging is to be had in %s', (domain) => {
  const reading = toPlatformDomain(domain)
  expect(reading).toEqual({ ok: true, domain })
  expect(hostsOf(domain)).toMatchObject({ webmessaging: `wss://webmessaging.${domain}`, api: `https://api.${domain}` })
})

describe('anything else is refused', () => {
  test.each([
    ['mypurecloud.eu', 'mypurecloud.ie'],
    ['api.mypurecloud.dee', 'mypurecloud.de'],
    ['eu-central-3', 'mypurecloud.de'],
    ['usw2.purecloud', 'usw2.pure.cloud'],
  ])('%s with the nearest, %s', (input, nearest) => {
    const reading = toPlatformDomain(input)
    expect(reading).toMatchObject({ ok: false, nearest })
    expect(reading).toHaveProperty('reason', expect.stringContaining(`Did you mean ${nearest}`))
  })

  test.each([
    'notmypurecloud.de',
    'mypurecloud.de.example.org',
    'https://mypurecloud.de@example.org',
    'mypurecloud.de\\@x',
  ])('%s, which only looks like one', (input) => expect(toPlatformDomain(input).ok).toBe(false))

  test('without a suggestion where none is near', () => {
    expect(toPlatformDomain('https://chat.example.org/path')).toEqual({
      ok: false,
      reason:
        '"chat.example.org" is not a Genesys Cloud region or domain. Write one such as mypurecloud.com, usw2.pure.cloud or eu-central-1.',
    })
    expect(toPlatformDomain(' ')).toEqual({ ok: false, reason: 'No Genesys Cloud region or domain was given.' })
  })

  test('without its control characters, and cut', () => {
    const { reason } = toPlatformDomain(`\u001b[31m${'x'.repeat(500)}`) as { reason: string }
    expect(reason).not.toMatch(/\p{Cc}/u)
    expect(reason.length).toBeLessThan(250)
  })
})

test('the hosts of a domain', () => {
  expect(hostsOf('mypurecloud.de')).toEqual({
    login: 'https://login.mypurecloud.de',
    api: 'https://api.mypurecloud.de',
    webmessaging: 'wss://webmessaging.mypurecloud.de',
    apiCdn: 'https://api-cdn.mypurecloud.de',
  })
})
