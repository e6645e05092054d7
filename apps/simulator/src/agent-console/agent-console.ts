import { readdirSync, readFileSync } from 'node:fs'
import { Hono } from 'hono'

const PAGE = new URL('./page/', import.meta.url)

const MEDIA_TYPES: Readonly<Record<string, string>> = {
  html: 'text/html; charset=utf-8',
  css: 'text/css; charset=utf-8',
  js: 'text/javascript; charset=utf-8',
  svg: 'image/svg+xml',
  png: 'image/png',
}

/** Everything from here and nothing from elsewhere. Pages of this machine may frame it, to show both ends side by side. */
const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "connect-src 'self'",
  "img-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'self' http://localhost:* http://127.0.0.1:*",
].join('; ')

/** `/agent`: the page where a person plays the agent. */
export function createAgentConsole(): Hono {
  const app = new Hono()
  app.use(async (context, next) => {
    await next()
    context.header('content-security-policy', CONTENT_SECURITY_POLICY)
    context.header('x-content-type-options', 'nosniff')
    context.header('referrer-policy', 'no-referrer')
    context.header('cache-control', 'no-cache')
  })
  app.get('/', (context) => context.redirect('/agent'))
  for (const file of readdirSync(PAGE)) {
    const content = new Uint8Array(readFileSync(new URL(file, PAGE)))
    const headers = { 'content-type': MEDIA_TYPES[file.split('.').at(-1) ?? ''] ?? 'text/plain' }
    app.get(file === 'index.html' ? '/agent' : `/agent/${file}`, (context) => context.body(content, 200, headers))
  }
  app.notFound((context) => context.text('There is no such page. The console is at /agent.', 404))
  return app
}
