import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { extname, join } from 'node:path'
import { promisify } from 'node:util'
import { brotliCompress, constants, gzip } from 'node:zlib'
import { REPORT_DIRECTIVES } from './csp-report.ts'

type Bytes = Uint8Array<ArrayBuffer>

export interface BuiltFile {
  readonly type: string
  readonly plain: Bytes
  /** Compressed when first asked for, beside the other work of the process. Absent where that does not pay. */
  readonly br?: () => Promise<Bytes>
  readonly gzip?: () => Promise<Bytes>
}

export interface BuiltPage {
  readonly document: BuiltFile
  /** The document in further languages, by language. */
  readonly translations: ReadonlyMap<string, BuiltFile>
  /** By path, the documents left out. */
  readonly files: ReadonlyMap<string, BuiltFile>
  readonly contentSecurityPolicy: string
}

const TYPES: Record<string, string> = {
  '.css': 'text/css; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.svg': 'image/svg+xml; charset=utf-8',
  '.png': 'image/png',
}
/** `index.de.html` is the document in German. */
const TRANSLATION = /^index\.([a-z]+)\.html$/
const MIN_COMPRESSED_BYTES = 512

/**
 * Reads the built page once; undefined when it has not been built. Unknown kinds of file are left out.
 * `frameAncestors` is the directive that says who may frame the document.
 */
export function readBuiltPage(folder: string, frameAncestors: string): BuiltPage | undefined {
  const index = join(folder, 'index.html')
  if (!existsSync(index)) return undefined
  const files = new Map<string, BuiltFile>()
  const translations = new Map<string, BuiltFile>()
  for (const path of listFiles(folder)) {
    const file = join(folder, path)
    const type = TYPES[extname(path)]
    const language = TRANSLATION.exec(path)?.[1]
    if (type === undefined || file === index) continue
    if (language) translations.set(language, toBuiltFile(readFileSync(file), type))
    else files.set(`/${path}`, toBuiltFile(readFileSync(file), type))
  }
  const html = readFileSync(index)
  return {
    document: toBuiltFile(html, 'text/html; charset=utf-8'),
    translations,
    files,
    contentSecurityPolicy: policyOf(html.toString(), frameAncestors),
  }
}

/** Paths below the folder, with slashes. Neither what is hidden nor where a link leads (S39). */
function listFiles(folder: string, below = ''): string[] {
  return readdirSync(join(folder, below), { withFileTypes: true }).flatMap((entry) => {
    const path = `${below}${entry.name}`
    if (entry.name.startsWith('.')) return []
    return entry.isDirectory() ? listFiles(folder, `${path}/`) : entry.isFile() ? [path] : []
  })
}

function toBuiltFile(plain: Bytes, type: string): BuiltFile {
  if (plain.length < MIN_COMPRESSED_BYTES || type.startsWith('image/png')) return { type, plain }
  const best = { params: { [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY } }
  return {
    ...{ type, plain },
    br: once(() => promisify(brotliCompress)(plain, best)),
    gzip: once(() => promisify(gzip)(plain, { level: constants.Z_BEST_COMPRESSION })),
  }
}

/** A second of the processor's time for all files in all languages is too much to begin with. */
function once(make: () => Promise<Bytes>): () => Promise<Bytes> {
  let made: Promise<Bytes> | undefined
  return () => {
    made ??= make().catch((error: unknown) => {
      made = undefined
      throw error
    })
    return made
  }
}

/**
 * Nothing inline but the document's own style, by its hash: the document is static (S28). Scripts come from the manifest
 * alone, and strings become markup only as Svelte's own templates (decision 0011).
 */
function policyOf(html: string, frameAncestors: string): string {
  const styles = [...html.matchAll(/<style[^>]*>([\s\S]*?)<\/style>/g)].map(([, css]) => `'sha256-${hash(css ?? '')}'`)
  return [
    "default-src 'none'",
    "script-src 'self'",
    `style-src ${styles.join(' ') || "'none'"}`,
    "connect-src 'self'",
    "img-src 'self' blob:",
    "object-src 'none'",
    "base-uri 'none'",
    "form-action 'self'",
    "require-trusted-types-for 'script'",
    'trusted-types svelte-trusted-html',
    REPORT_DIRECTIVES,
    frameAncestors,
  ].join('; ')
}

const hash = (text: string) => createHash('sha256').update(text).digest('base64')
