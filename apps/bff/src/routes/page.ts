import { chooseLanguage, LANGUAGES } from '@foyer/shared/protocol/languages'
import { Hono, type Context } from 'hono'
import { accepts } from 'hono/accepts'
import type { BuiltFile, BuiltPage } from '../built-page.ts'
import { REPORTING_ENDPOINTS } from '../csp-report.ts'
import { createNavigation } from '../middleware/navigation.ts'

const HASHED = 'public, max-age=31536000, immutable'
const UNHASHED = 'public, max-age=3600'

export interface PageRouteParts {
  readonly page: BuiltPage | undefined
  /** The languages the organisation offers, its own first; none where it names none. */
  readonly readLanguages: () => Promise<readonly string[]>
}

/** The built page, from its manifest: what is not in it is not there (S39). */
export function createPageRoutes({ page, readLanguages }: PageRouteParts): Hono {
  const app = new Hono()
  if (!page) return app

  app.get('/', createNavigation(), async (c) => {
    const language = languageOf(c, await readLanguages())
    c.header('Content-Security-Policy', page.contentSecurityPolicy)
    c.header('Reporting-Endpoints', REPORTING_ENDPOINTS)
    c.header('Content-Language', language)
    c.header('Vary', 'Accept-Language', { append: true })
    return answer(c, page.translations.get(language) ?? page.document)
  })
  for (const [path, file] of page.files) {
    app.get(path, (c) => {
      c.header('Cache-Control', path.startsWith('/assets/') ? HASHED : UNHASHED)
      return answer(c, file)
    })
  }
  return app
}

/** Nobody reads more; each that is none costs an exception. */
const MOST_LANGUAGES = 20

/** What the address asks for, then what the browser does (RFC 9110 §12.5.4). */
function languageOf(c: Context, offered: readonly string[]): string {
  const asked = c.req.query('lang') ?? ''
  return accepts(c, {
    header: 'Accept-Language',
    supports: [...LANGUAGES],
    default: chooseLanguage([asked], offered),
    match: (tags) => {
      const wanted = tags.filter(({ q }) => q > 0).slice(0, MOST_LANGUAGES)
      return chooseLanguage([asked, ...wanted.map(({ type }) => type)], offered)
    },
  })
}

async function answer(c: Context, file: BuiltFile): Promise<Response> {
  const accepted = acceptedEncodings(c.req.header('Accept-Encoding') ?? '')
  const encoding = (['br', 'gzip'] as const).find((name) => accepted.has(name) && file[name])
  c.header('Content-Type', file.type)
  c.header('Vary', 'Accept-Encoding', { append: true })
  if (encoding) c.header('Content-Encoding', encoding)
  return c.body((encoding && (await file[encoding]?.())) ?? file.plain)
}

/** RFC 9110 §12.5.3: names in any letters; a weight of zero means that it is not wanted. */
function acceptedEncodings(header: string): Set<string> {
  const offers = header.toLowerCase().split(',')
  const wanted = offers.filter((offer) => !/;\s*q=0(\.0*)?\s*$/.test(offer))
  return new Set(wanted.map((offer) => offer.split(';', 1)[0]?.trim() ?? ''))
}
