import { Hono, type Context } from 'hono'
import type { BuiltFile, BuiltPage } from '../built-page.ts'
import { createNavigation } from '../middleware/navigation.ts'

const HASHED = 'public, max-age=31536000, immutable'
const UNHASHED = 'public, max-age=3600'

/** The built page, from its manifest: what is not in it is not there (S39). */
export function createPageRoutes(page: BuiltPage | undefined): Hono {
  const app = new Hono()
  if (!page) return app

  app.get('/', createNavigation(), (c) => {
    c.header('Content-Security-Policy', page.contentSecurityPolicy)
    return answer(c, page.document)
  })
  for (const [path, file] of page.files) {
    app.get(path, (c) => {
      c.header('Cache-Control', path.startsWith('/assets/') ? HASHED : UNHASHED)
      return answer(c, file)
    })
  }
  return app
}

function answer(c: Context, file: BuiltFile): Response {
  const accepted = acceptedEncodings(c.req.header('Accept-Encoding') ?? '')
  const encoding = (['br', 'gzip'] as const).find((name) => accepted.has(name) && file[name])
  c.header('Content-Type', file.type)
  c.header('Vary', 'Accept-Encoding', { append: true })
  if (encoding) c.header('Content-Encoding', encoding)
  return c.body((encoding && file[encoding]) ?? file.plain)
}

/** RFC 9110 §12.5.3: names in any letters; a weight of zero means that it is not wanted. */
function acceptedEncodings(header: string): Set<string> {
  const offers = header.toLowerCase().split(',')
  const wanted = offers.filter((offer) => !/;\s*q=0(\.0*)?\s*$/.test(offer))
  return new Set(wanted.map((offer) => offer.split(';', 1)[0]?.trim() ?? ''))
}
