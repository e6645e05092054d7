import { Hono } from 'hono'
import { describe, expect, test } from 'vitest'
import { createRecordingLogger } from '../../test/support/loggers.ts'
import { createErrorHandler } from '../problems.ts'
import { createSameOrigin } from './same-origin.ts'

const ORIGIN = 'https://chat.example.com'
const METHODS = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'] as const

/** An API that counts what got through. */
function createApi() {
  let passed = 0
  const { logger, lines } = createRecordingLogger()
  const app = new Hono()
    .use('/api/*', createSameOrigin(ORIGIN))
    .all('/api/thing', (c) => {
      passed++
      return c.text('done')
    })
    .onError(createErrorHandler({ logger, showDiagnosis: false }))
  const call = (method: string, headers: Record<string, string>, url = `${ORIGIN}/api/thing`) =>
    app.request(url, { method, headers })
  return { call, passed: () => passed, reasons: () => lines.map(({ reason }) => reason) }
}

describe('the page itself', () => {
  test.each([
    ['a browser that says both', { 'Sec-Fetch-Site': 'same-origin', Origin: ORIGIN }],
    ['a browser that knows no Fetch Metadata', { Origin: ORIGIN }],
    ['a browser that sends no Origin', { 'Sec-Fetch-Site': 'same-origin' }],
  ])('gets through with every method: %s', async (_, headers) => {
    const { call } = createApi()
    for (const method of METHODS) expect((await call(method, { 'X-CSRF': '1', ...headers })).status).toBe(200)
  })

  test('gets through with a read that says neither: browsers omit both on a plain same-origin GET', async () => {
    expect((await createApi().call('GET', { 'X-CSRF': '1' })).status).toBe(200)
  })

  test('S20 gets an answer that depends on where it comes from, and no CORS header', async () => {
    const { headers } = await createApi().call('GET', { 'X-CSRF': '1', Origin: ORIGIN })
    expect(headers.get('Vary')).toBe('Origin, Sec-Fetch-Site')
    expect([...headers.keys()].filter((name) => name.startsWith('access-control'))).toEqual([])
  })
})

describe('S17, S18 everybody else is refused with 403, whatever the method, and nothing happens', () => {
  const page = { 'X-CSRF': '1' }
  const spoofs: [string, Record<string, string>][] = [
    ['no custom header', { 'Sec-Fetch-Site': 'same-origin', Origin: ORIGIN }],
    ['an empty custom header', { 'X-CSRF': '', Origin: ORIGIN }],
    ['another value of it', { 'X-CSRF': '0', Origin: ORIGIN }],
    ['the header twice', { 'X-CSRF': '1, 1', Origin: ORIGIN }],
    ['a foreign origin', { ...page, Origin: 'https://evil.example' }],
    ['the opaque origin', { ...page, Origin: 'null' }],
    ['an empty origin', { ...page, Origin: '' }],
    ['ours as a prefix', { ...page, Origin: `${ORIGIN}.evil.example` }],
    ['ours as a suffix', { ...page, Origin: 'https://evilchat.example.com' }],
    ['ours as a path', { ...page, Origin: `https://evil.example/${ORIGIN}` }],
    ['a sub-domain', { ...page, Origin: 'https://a.chat.example.com' }],
    ['the parent domain', { ...page, Origin: 'https://example.com' }],
    ['another scheme', { ...page, Origin: 'http://chat.example.com' }],
    ['another port', { ...page, Origin: `${ORIGIN}:8443` }],
    ['the default port spelled out', { ...page, Origin: `${ORIGIN}:443` }],
    ['ours as user information', { ...page, Origin: `${ORIGIN}@evil.example` }],
    ['a slash at the end', { ...page, Origin: `${ORIGIN}/` }],
    ['capitals', { ...page, Origin: 'https://CHAT.example.com' }],
    ['two values', { ...page, Origin: `${ORIGIN}, https://evil.example` }],
    ['a trailing dot', { ...page, Origin: `${ORIGIN}.` }],
    ['a foreign page by metadata', { ...page, 'Sec-Fetch-Site': 'cross-site', Origin: ORIGIN }],
    ['a sibling domain by metadata', { ...page, 'Sec-Fetch-Site': 'same-site', Origin: ORIGIN }],
    ['a typed address by metadata', { ...page, 'Sec-Fetch-Site': 'none' }],
    ['metadata in other letters', { ...page, 'Sec-Fetch-Site': 'Same-Origin', Origin: ORIGIN }],
    [
      'a foreign origin beside good metadata',
      { ...page, 'Sec-Fetch-Site': 'same-origin', Origin: 'https://evil.example' },
    ],
    ['a forged Host', { ...page, Host: 'evil.example', Origin: 'https://evil.example' }],
    ['a forged forwarded host', { ...page, 'X-Forwarded-Host': 'evil.example', Origin: 'https://evil.example' }],
  ]

  test.each(spoofs)('%s', async (_, headers) => {
    const { call, passed } = createApi()
    for (const method of METHODS) {
      const response = await call(method, headers)
      expect(response.status).toBe(403)
      expect(await response.json()).toMatchObject({ code: 'blocked-cross-site', status: 403 })
    }
    expect(passed()).toBe(0)
  })

  test('a request by way of another host name, with the origin that fits it', async () => {
    const { call, passed } = createApi()
    const headers = { ...page, Origin: 'https://evil.example', Host: 'evil.example' }
    expect((await call('POST', headers, 'https://evil.example/api/thing')).status).toBe(403)
    expect(passed()).toBe(0)
  })

  test('a write that says neither where it comes from nor how', async () => {
    const { call, passed } = createApi()
    for (const method of METHODS.slice(1)) expect((await call(method, page)).status).toBe(403)
    expect(passed()).toBe(0)
  })

  test('S20 a preflight, which is granted nothing', async () => {
    const { call, passed } = createApi()
    for (const Origin of ['https://evil.example', 'null', 'https://portal.example.com', ORIGIN]) {
      const headers = { Origin, 'Access-Control-Request-Method': 'POST', 'Access-Control-Request-Headers': 'x-csrf' }
      const response = await call('OPTIONS', headers)
      expect(response.status).toBe(403)
      expect(response.headers.get('Access-Control-Allow-Origin')).toBeNull()
    }
    expect(passed()).toBe(0)
  })

  test('S21 a write that says it is really a read', async () => {
    const { call } = createApi()
    const headers = { 'X-HTTP-Method-Override': 'GET', 'X-Method-Override': 'GET' }
    expect((await call('POST', { ...page, ...headers })).status).toBe(403)
  })
})

test('S47 the log is told which check refused', async () => {
  const { call, reasons } = createApi()
  await call('POST', { Origin: ORIGIN })
  await call('POST', { 'X-CSRF': '1', 'Sec-Fetch-Site': 'same-site', Origin: ORIGIN })
  await call('POST', { 'X-CSRF': '1', Origin: 'https://evil.example' })
  await call('POST', { 'X-CSRF': '1' })
  expect(reasons()).toEqual(['csrf-header', 'fetch-metadata', 'origin', 'no-origin'])
})
