import { Hono } from 'hono'
import { brotliCompressSync, gzipSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { silentLogger } from '../../test/support/loggers.ts'
import type { BuiltFile, BuiltPage } from '../built-page.ts'
import { createSecurityHeaders, securityHeadersOf } from '../middleware/security-headers.ts'
import { answerNotFound, createErrorHandler } from '../problems.ts'
import { createPageRoutes } from './page.ts'

const ANCESTORS = "frame-ancestors 'none'"
const bytes = (text: string) => new Uint8Array(Buffer.from(text))
const toFile = (text: string, type: string): BuiltFile => ({
  ...{ type, plain: bytes(text) },
  br: () => Promise.resolve(new Uint8Array(brotliCompressSync(text))),
  gzip: () => Promise.resolve(new Uint8Array(gzipSync(text))),
})
const PAGE: BuiltPage = {
  document: toFile('<!doctype html><p>Hello', 'text/html; charset=utf-8'),
  translations: new Map([['de', toFile('<!doctype html><p>Hallo', 'text/html; charset=utf-8')]]),
  files: new Map([
    ['/assets/a-1.js', toFile('hashed', 'text/javascript; charset=utf-8')],
    ['/icon.svg', { type: 'image/svg+xml; charset=utf-8', plain: bytes('<svg/>') }],
  ]),
  contentSecurityPolicy: "default-src 'none'; script-src 'self'",
}

function createSite(offered: readonly string[] = []) {
  const routes = createPageRoutes({ page: PAGE, readLanguages: () => Promise.resolve(offered) })
  const app = new Hono().use(createSecurityHeaders(securityHeadersOf(ANCESTORS))).route('/', routes)
  app.notFound(answerNotFound).onError(createErrorHandler({ logger: silentLogger, showDiagnosis: false }))
  return (path: string, headers: Record<string, string> = {}, method = 'GET') => app.request(path, { method, headers })
}

describe('the document', () => {
  test('comes with its own policy, is never cached, and sets nothing', async () => {
    const { status, headers } = await createSite()('/')
    expect(status).toBe(200)
    expect(headers.get('Content-Type')).toBe('text/html; charset=utf-8')
    expect(headers.get('Content-Security-Policy')).toBe(PAGE.contentSecurityPolicy)
    expect(headers.get('Cache-Control')).toBe('no-store')
    expect(headers.get('Set-Cookie')).toBeNull()
  })

  test.each(['/', '/assets/a-1.js', '/icon.svg', '/nothing'])(
    'and all else have the headers of safety: %s',
    async (path) => {
      const { headers } = await createSite()(path)
      expect(headers.get('X-Content-Type-Options')).toBe('nosniff')
      expect(headers.get('Referrer-Policy')).toBe('no-referrer')
      expect(headers.get('Cross-Origin-Resource-Policy')).toBe('same-origin')
      expect(headers.get('Strict-Transport-Security')).toBe('max-age=31536000')
      expect(headers.get('Content-Security-Policy')).toContain("default-src 'none'")
    },
  )
})

describe('the document is in the language', () => {
  test.each([
    ['the browser asks for', '/', 'de-AT,en;q=0.8', [], 'de'],
    ['the browser likes best', '/', 'en;q=0.3, de;q=0.7', [], 'de'],
    ['the browser does not rule out', '/', 'de;q=0, en', [], 'en'],
    ['the address asks for', '/?lang=de', 'en', [], 'de'],
    ['the address asks for, whatever the browser says', '/?lang=de', undefined, [], 'de'],
    ['the browser asks for where the address asks for none', '/?lang=%2e%2e', 'de', [], 'de'],
    ['the organisation offers', '/?lang=de', 'de', ['en-us'], 'en'],
    ['the organisation prefers', '/', 'fr', ['de', 'en-us'], 'de'],
    ['of everybody else', '/', 'tlh', [], 'en'],
    ['of everybody else', '/', undefined, [], 'en'],
  ])('%s: %s for %j', async (_, path, accepted, offered, expected) => {
    const response = await createSite(offered)(path, accepted === undefined ? {} : { 'Accept-Language': accepted })
    expect(response.headers.get('Content-Language')).toBe(expected)
    expect(response.headers.get('Vary')).toContain('Accept-Language')
    expect(await response.text()).toContain(expected === 'de' ? 'Hallo' : 'Hello')
  })
})

describe('a file', () => {
  test('of a hashed name may be kept for ever, another for an hour', async () => {
    const get = createSite()
    expect((await get('/assets/a-1.js')).headers.get('Cache-Control')).toBe('public, max-age=31536000, immutable')
    expect((await get('/icon.svg')).headers.get('Cache-Control')).toBe('public, max-age=3600')
  })

  test.each([
    ['br', 'br'],
    ['gzip, deflate, br, zstd', 'br'],
    ['gzip', 'gzip'],
    ['GZIP;q=0.5', 'gzip'],
    ['br;q=0, gzip', 'gzip'],
    ['br;q=0.0', null],
    ['identity', null],
    ['vibrato', null],
    ['', null],
  ])('asked for with Accept-Encoding %j comes as %s', async (accepted, encoding) => {
    const { headers } = await createSite()('/assets/a-1.js', { 'Accept-Encoding': accepted })
    expect(headers.get('Content-Encoding')).toBe(encoding)
    expect(headers.get('Vary')).toContain('Accept-Encoding')
  })

  test('comes plain where it was not worth compressing', async () => {
    const response = await createSite()('/icon.svg', { 'Accept-Encoding': 'br, gzip' })
    expect(response.headers.get('Content-Encoding')).toBeNull()
    expect(await response.text()).toBe('<svg/>')
  })

  test('comes without its body when only its headers are asked for', async () => {
    const response = await createSite()('/assets/a-1.js', {}, 'HEAD')
    expect(response.status).toBe(200)
    expect(await response.text()).toBe('')
  })
})

describe('what is not in the manifest is not there', () => {
  test.each([
    ...[
      '/index.html',
      '/index.de.html',
      '/assets/',
      '/assets',
      '/assets/nope.js',
      '/assets/a-1.js.map',
      '/assets/a-1.js/',
      '//assets/a-1.js',
    ],
    ...['/../package.json', '/assets/../../package.json', '/%2e%2e/package.json', '/assets/%2e%2e%2fpackage.json'],
    ...['/..%5cpackage.json', '/assets/a-1.js%00.png', '/.env', '/.git/config', '/ASSETS/A-1.JS', '/node_modules/hono'],
  ])('%s', async (path) => {
    const response = await createSite()(path)
    expect(response.status).toBe(404)
    expect(response.headers.get('Content-Type')).toBe('application/problem+json')
  })

  test('nor anything at all before the page is built', async () => {
    const app = new Hono()
      .route('/', createPageRoutes({ page: undefined, readLanguages: () => Promise.resolve([]) }))
      .notFound(answerNotFound)
    expect((await app.request('/')).status).toBe(404)
  })

  test.each(['POST', 'PUT', 'DELETE', 'PATCH'])('nor is anything done by %s', async (method) => {
    expect((await createSite()('/assets/a-1.js', {}, method)).status).toBe(404)
  })
})
