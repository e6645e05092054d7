import { describe, expect, test } from 'vitest'
import { isSameSite, isSecureOrigin } from './origins.ts'

describe('an origin that may be trusted on the way', () => {
  test.each([
    'https://chat.example.com',
    'https://chat.example.com:8443',
    'https://xn--bcher-kva.example',
    'http://localhost:4400',
    'http://127.0.0.1:4400',
    'http://[::1]:4400',
  ])('%s', (origin) => expect(isSecureOrigin(origin)).toBe(true))

  test.each([
    ...['*', 'https:', 'https://*', 'https://*.example.com', 'http://portal.example.com', 'portal.example.com', ''],
    ...['https://portal.example.com/', 'https://portal.example.com/chat', 'https://u@portal.example.com', 'null'],
    ...['https://portal.example.com:443', 'https://PORTAL.example.com', 'https://bücher.example', 'data:text/html,x'],
    ...["https://a;script-src'self'", 'https://a,b', "https://'none'", 'https://a b', ' https://a.example', 'file:///'],
  ])('is not %j', (origin) => expect(isSecureOrigin(origin)).toBe(false))
})

describe('two origins are of one site', () => {
  test.each([
    ['https://chat.example.com', 'https://portal.example.com'],
    ['https://chat.example.com', 'https://example.com:8443'],
    ['https://chat.example.co.uk', 'https://www.example.co.uk'],
    ['http://localhost:1', 'http://localhost:2'],
    ['https://chat.corp.internal', 'https://portal.corp.internal'],
  ])('%s and %s', (one, other) => expect(isSameSite(one, other)).toBe(true))

  test.each([
    ['https://chat.example.com', 'https://chat.example.org'],
    ['https://chat.example.com', 'http://chat.example.com'],
    ['https://one.co.uk', 'https://other.co.uk'],
    ['https://one.github.io', 'https://other.github.io'],
    ['http://localhost:1', 'http://127.0.0.1:1'],
    ['https://10.0.0.1', 'https://11.0.0.1'],
  ])('but not %s and %s', (one, other) => expect(isSameSite(one, other)).toBe(false))
})
