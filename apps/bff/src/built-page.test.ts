import { createHash } from 'node:crypto'
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { brotliDecompressSync, gunzipSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { CspEvaluator } from 'csp_evaluator'
import { Severity } from 'csp_evaluator/dist/finding.js'
import { CspParser } from 'csp_evaluator/dist/parser.js'
import { makeFolder } from '../test/support/stores.ts'
import { readBuiltPage, type BuiltPage } from './built-page.ts'

const STYLE = 'body{color:red}'
const ANCESTORS = 'frame-ancestors https://portal.example.com'
const HTML = `<!doctype html><style>${STYLE}</style><p>Hello</p>`

/** A folder as the build leaves it. */
function build(files: Record<string, string>): string {
  const folder = makeFolder()
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true })
    writeFileSync(join(folder, path), content)
  }
  return folder
}

function readBuilt(files: Record<string, string>): BuiltPage {
  const page = readBuiltPage(build({ 'index.html': HTML, ...files }), ANCESTORS)
  if (!page) throw new Error('was not read')
  return page
}

describe('the built page', () => {
  test('is not there before it has been built', () => {
    expect(readBuiltPage(join(makeFolder(), 'dist'), ANCESTORS)).toBeUndefined()
    expect(readBuiltPage(build({ 'assets/a.js': 'x' }), ANCESTORS)).toBeUndefined()
  })

  test('has each file under its path, with its type', () => {
    const { files } = readBuilt({ 'assets/a-1.js': 'x', 'assets/deep/b.css': 'y', 'icon.svg': '<svg/>', 'i.png': 'z' })
    expect(Object.fromEntries([...files].map(([path, { type }]) => [path, type]))).toEqual({
      '/assets/a-1.js': 'text/javascript; charset=utf-8',
      '/assets/deep/b.css': 'text/css; charset=utf-8',
      '/icon.svg': 'image/svg+xml; charset=utf-8',
      '/i.png': 'image/png',
    })
  })

  test('has its document once more in each language that was built', () => {
    const { document, translations, files } = readBuilt({ 'index.de.html': '<p>Hallo', 'index.ar.html': '<p>مرحبا' })
    expect(Buffer.from(document.plain).toString()).toBe(HTML)
    expect([...translations].map(([language, { plain }]) => [language, Buffer.from(plain).toString()])).toEqual([
      ['ar', '<p>مرحبا'],
      ['de', '<p>Hallo'],
    ])
    expect([...files.keys()]).toEqual([])
  })

  test('leaves out what no guest should have: maps, notes, hidden files, links to elsewhere', () => {
    const folder = build({
      'index.html': HTML,
      ...{ 'assets/a.js.map': '{}', 'notes.txt': 'x', '.env': 'x', '.hidden.js': 'x', '.vite/inner.js': 'x' },
    })
    const elsewhere = build({ 'secret.js': 'x' })
    symlinkSync(join(elsewhere, 'secret.js'), join(folder, 'linked.js'))
    symlinkSync(elsewhere, join(folder, 'linked'))
    expect([...(readBuiltPage(folder, ANCESTORS)?.files.keys() ?? [])]).toEqual([])
  })

  test('is compressed both ways, once it is asked for, where that pays', async () => {
    const script = 'const a = 1;\n'.repeat(500)
    const { files } = readBuilt({ 'a.js': script, 'small.js': 'x', 'image.png': 'x'.repeat(2_000) })
    const file = files.get('/a.js')
    const [br, gzip] = await Promise.all([file?.br?.(), file?.gzip?.()])
    expect(Buffer.from(file?.plain ?? []).toString()).toBe(script)
    expect(brotliDecompressSync(br ?? new Uint8Array()).toString()).toBe(script)
    expect(gunzipSync(gzip ?? new Uint8Array()).toString()).toBe(script)
    expect(br?.length).toBeLessThan(file?.plain.length ?? 0)
    expect(await file?.br?.(), 'the same bytes again').toBe(br)
    for (const path of ['/small.js', '/image.png']) expect(files.get(path)?.br).toBeUndefined()
  })

  test('S28 has a strict policy: its own style by its hash, scripts of the manifest, Svelte’s templates, nothing else', () => {
    const hash = createHash('sha256').update(STYLE).digest('base64')
    expect(readBuilt({}).contentSecurityPolicy.split('; ')).toEqual([
      "default-src 'none'",
      "script-src 'self'",
      `style-src 'sha256-${hash}'`,
      "connect-src 'self'",
      "img-src 'self' blob:",
      "object-src 'none'",
      "base-uri 'none'",
      "form-action 'self'",
      "require-trusted-types-for 'script'",
      'trusted-types svelte-trusted-html',
      'report-to csp',
      'report-uri /csp-reports',
      ANCESTORS,
    ])
  })

  test('S28 has a policy in which an evaluator finds no serious hole', () => {
    const findings = new CspEvaluator(new CspParser(readBuilt({}).contentSecurityPolicy).csp).evaluate()
    // `self` is one where strangers' scripts are served from it, which nothing here does (decision 0011).
    const serious = findings.filter(({ severity, value }) => severity <= Severity.MEDIUM_MAYBE && value !== "'self'")
    expect(serious).toEqual([])
  })
})
