import { gzipSync } from 'node:zlib'
import type { Plugin, Rolldown } from 'vite'

export interface Budget {
  /** Gzipped bytes of all scripts the document asks for. */
  readonly scriptBytes: number
  /** Gzipped bytes of the document's style. */
  readonly styleBytes: number
  /** Gzipped bytes of each part that is loaded later, by the name of the module it is. */
  readonly parts: Readonly<Record<string, number>>
}

/** Fails the build when the first load or a later part weighs more than it may, or has no budget; says what it weighs. */
export function budget(allowed: Budget): Plugin {
  return {
    name: 'budget',
    apply: 'build',
    enforce: 'post',
    writeBundle(_, bundle) {
      const html = textOf(bundle['index.html'])
      const names = new Set(Array.from(html.matchAll(/(?:src|href)="\/([^"]+\.js)"/g), ([, name]) => name ?? ''))
      const scripts = [...names].map((name) => textOf(bundle[name]))
      const style = /<style>([^]*)<\/style>/.exec(html)?.[1] ?? ''
      check(
        'initial script',
        scripts.reduce((total, script) => total + weigh(script), 0),
        allowed.scriptBytes,
      )
      check('style', weigh(style), allowed.styleBytes)
      report('document', weigh(html))
      for (const { name, code, fileName } of chunksOf(bundle)) {
        if (!names.has(fileName)) check(name, weigh(code), allowed.parts[name] ?? 0)
      }
    },
  }
}

function check(what: string, bytes: number, allowedBytes: number) {
  report(what, bytes, allowedBytes)
  if (bytes > allowedBytes) throw new Error(`${what}: ${bytes} bytes gzipped, ${allowedBytes} are allowed`)
}

function report(what: string, bytes: number, allowedBytes?: number) {
  const limit = allowedBytes ? ` of ${(allowedBytes / 1000).toFixed(1)}` : ''
  process.stdout.write(`${what.padEnd(18)}${(bytes / 1000).toFixed(2)}${limit} kB gzipped\n`)
}

const chunksOf = (bundle: Rolldown.OutputBundle) => Object.values(bundle).filter((file) => file.type === 'chunk')

const weigh = (text: string) => gzipSync(text, { level: 9 }).length

function textOf(file: Rolldown.OutputAsset | Rolldown.OutputChunk | undefined): string {
  if (!file) throw new Error('the document names a file that was not built')
  return file.type === 'chunk' ? file.code : String(file.source)
}
