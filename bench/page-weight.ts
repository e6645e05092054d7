import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { brotliCompressSync, gzipSync } from 'node:zlib'

const folder = fileURLToPath(new URL('../apps/web/dist/', import.meta.url))

/** Bytes of one part of the built page. */
export interface Weight {
  readonly part: string
  /** `first`: asked for by the document itself; `later`: by its script. */
  readonly load: 'first' | 'later'
  readonly raw: number
  readonly gzip: number
  readonly brotli: number
}

export interface PageWeight {
  readonly document: Weight
  /** Also in the document's weight: it stands there. */
  readonly style: Weight
  readonly scripts: readonly Weight[]
}

/** Throws when the page has not been built. */
export function weighPage(): PageWeight {
  if (!existsSync(`${folder}index.html`)) throw new Error('The page is not built: run the build script first.')
  const html = readFileSync(`${folder}index.html`, 'utf8')
  const names = readdirSync(`${folder}assets`).filter((name) => name.endsWith('.js'))
  return {
    document: weigh('document', 'first', html),
    style: weigh('style, in the document', 'first', styleOf(html)),
    scripts: names
      .map((name) =>
        weigh(name, html.includes(`/assets/${name}`) ? 'first' : 'later', readFileSync(`${folder}assets/${name}`)),
      )
      .toSorted((a, b) => a.load.localeCompare(b.load) || b.gzip - a.gzip),
  }
}

export const sumOf = (weights: readonly Weight[], load: Weight['load']): number =>
  weights.filter((weight) => weight.load === load).reduce((sum, { gzip }) => sum + gzip, 0)

const styleOf = (html: string) => Array.from(html.matchAll(/<style[^>]*>([^]*?)<\/style>/g), ([, css]) => css).join('')

function weigh(part: string, load: Weight['load'], content: string | Buffer): Weight {
  const bytes = Buffer.from(content)
  return {
    ...{ part, load },
    raw: bytes.length,
    gzip: gzipSync(bytes, { level: 9 }).length,
    brotli: brotliCompressSync(bytes).length,
  }
}
