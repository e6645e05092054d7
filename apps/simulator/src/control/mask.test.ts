import { expect, test } from 'vitest'
import { maskBody, maskUri } from './mask.ts'

test.each([
  ['/path', '/path'],
  ['/path?after=1', '/path?after=1'],
  ['/path?access_token=abc&after=1', '/path?access_token=***&after=1'],
  ['/path?token=a&token=b', '/path?token=***'],
])('%s is shown as %s', (uri, shown) => {
  expect(maskUri(uri)).toBe(shown)
})

test('secrets are masked at any depth, the rest is shown', () => {
  const body = '{"client_secret":"a","list":[{"refresh_token":"b","text":"hi"}]}'
  expect(maskBody(body, 'application/json')).toEqual({
    client_secret: '***',
    list: [{ refresh_token: '***', text: 'hi' }],
  })
})

test('what cannot be read is shown by its length', () => {
  expect(maskBody('{"client_secret":"a', 'application/json')).toBe('[19 characters that are not JSON]')
})
