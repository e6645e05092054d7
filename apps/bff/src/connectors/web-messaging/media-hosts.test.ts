import { describe, expect, test } from 'vitest'
import { regions } from '@foyer/shared/platform/regions'
import { allowedAddress, isPrivateAddress } from './media-hosts.ts'

const hosts = { origins: ['http://127.0.0.1:4410'], domains: ['mypurecloud.de', 'media.example.com'] }

describe('an address of a file', () => {
  test.each([
    'https://api.mypurecloud.de/api/v2/downloads/1',
    'https://mypurecloud.de/x',
    'https://media.example.com/a.png',
    'https://shyrka-prod.s3.amazonaws.com/x?y=z',
    'https://shyrka-prod-euc1.s3.eu-central-1.amazonaws.com/x?y=z',
    'https://shyrka-prod-cac1.s3.ca-central-1.amazonaws.com/x',
    'https://shyrka-prod-euw1.s3.dualstack.eu-west-1.amazonaws.com/x',
    'https://shyrka-prod-apse2.s3-ap-southeast-2.amazonaws.com/x',
    'http://127.0.0.1:4410/api/v2/downloads/1',
  ])('may be asked: %s', (address) => expect(allowedAddress(address, hosts)?.href).toBe(address))

  test.each([
    'http://api.mypurecloud.de/x',
    'https://mypurecloud.de.evil.example/x',
    'https://evilmypurecloud.de/x',
    'https://user@api.mypurecloud.de/x',
    'https://api.mypurecloud.de:8443/x',
    'https://example.s3.amazonaws.com/x',
    // Names that anybody may give a bucket of their own.
    'https://shyrka-prod-evil.s3.eu-central-1.amazonaws.com/x',
    'https://shyrka-evil.s3.amazonaws.com/x',
    'https://inin-evil.s3.amazonaws.com/x',
    'https://genesys-files.s3.eu-west-1.amazonaws.com/x',
    'https://evil.shyrka-prod.s3.amazonaws.com/x',
    'https://shyrka-prod.s3.evil.amazonaws.com/x',
    'https://shyrka-prod.s3.amazonaws.com.evil.example/x',
    'http://127.0.0.1:4411/x',
    'http://169.254.169.254/latest/meta-data',
    'https://[::1]/x',
    'file:///etc/passwd',
    'data:text/html,x',
    'nonsense',
  ])('may not be asked: %s', (address) => expect(allowedAddress(address, hosts)).toBeUndefined())
})

test.each(regions.filter(({ domain }) => /^[a-z]+\d\.(us-gov-)?pure\.cloud$/.test(domain)))(
  'the storage of $domain goes by the code of its domain',
  ({ name, domain }) => {
    const host = `shyrka-prod-${domain.split('.', 1)[0]}.s3.${name.replaceAll('_', '-')}.amazonaws.com`
    expect(allowedAddress(`https://${host}/x`, hosts)?.hostname).toBe(host)
  },
)

test.each([
  ['127.0.0.1', true],
  ['10.1.2.3', true],
  ['172.20.0.1', true],
  ['172.32.0.1', false],
  ['192.168.1.1', true],
  ['169.254.169.254', true],
  ['100.64.0.1', true],
  ['::1', true],
  ['::', true],
  ['fe80::1', true],
  ['fd00::1', true],
  ['::ffff:10.0.0.1', true],
  ['::ffff:7f00:1', true],
  ['93.184.216.34', false],
  ['2606:2800:220:1::1', false],
])('%s is private: %s', (address, expected) => expect(isPrivateAddress(address)).toBe(expected))
