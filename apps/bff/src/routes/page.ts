import { Hono } from 'hono'
import type { BuiltFile, BuiltPage } from '../built-page.ts'

/** The built page, from its manifest: what is not in it is not there (S39). */
export function createPageRoutes(page: BuiltPage | undefined): Hono {
  const app = new Hono()
  if (!page) return app
  const { document } = page

  app.get('/', (c) => {
    c.header('Content-Security-Policy', page.contentSecurityPolicy)
    c.header('Cache-Control', 'no-store')
    return answer(c.req.header('Accept-Encoding'), document)
  })
  for (const [path, file] of page.files) {
    app.get(path, (c) => {
      c.header(
        'Cache-Control',
        path.startsWith('/assets/') ? 'public, max-age=31536000, immutable' : 'public, max-age=3600',
      )
      return answer(c.req.header('Accept-Encoding'), file)
    })
  }
  return app
}

function answer(accepted: string | undefined, file: BuiltFile): Response {
  const encoding = (['br', 'gzip'] as const).find((name) => accepted?.includes(name) && file[name])
  const headers: Record<string, string> = { 'Content-Type': file.type, Vary: 'Accept-Encoding' }
  if (encoding) headers['Content-Encoding'] = encoding
  return new Response((encoding && file[encoding]) ?? file.plain, { headers })
}
