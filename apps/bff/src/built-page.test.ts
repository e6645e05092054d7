import { createHash } from 'node:crypto'
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { brotliDecompressSync, gunzipSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { makeFolder } from '../test/support/stores.ts'
import { readBuiltPage, type BuiltPage } from './built-page.ts'

const STYLE = 'body{color:red}'
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
  const page = readBuiltPage(build({ 'index.html': HTML, ...files }))
  if (!page) throw new Error('was not read')
  return page
}

describe('the built page', () => {
  test('is not there before it has been built', () => {
    expect(readBuiltPage(join(makeFolder(), 'dist'))).toBeUndefined()
    expect(readBuiltPage(build({ 'assets/a.js': 'x' }))).toBeUndefined()
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

  test('leaves out what no guest should have: maps, notes, hidden files, links to elsewhere', () => {
    const folder = build({
      'index.html': HTML,
      ...{ 'assets/a.js.map': '{}', 'notes.txt': 'x', '.env': 'x', '.hidden.js': 'x', '.vite/inner.js': 'x' },
    })
    const elsewhere = build({ 'secret.js': 'x' })
    symlinkSync(join(elsewhere, 'secret.js'), join(folder, 'linked.js'))
    symlinkSync(elsewhere, join(folder, 'linked'))
    expect([...(readBuiltPage(folder)?.files.keys() ?? [])]).toEqual([])
  })

  test('is compressed once, both ways, where that pays', () => {
    const script = 'const a = 1;\n'.repeat(500)
    const { files } = readBuilt({ 'a.js': script, 'small.js': 'x', 'image.png': 'x'.repeat(2_000) })
    const { plain, br, gzip } = files.get('/a.js') ?? {}
    expect(Buffer.from(plain ?? []).toString()).toBe(script)
    expect(brotliDecompressSync(br ?? new Uint8Array()).toString()).toBe(script)
    expect(gunzipSync(gzip ?? new Uint8Array()).toString()).toBe(script)
    expect(br?.length).toBeLessThan(plain?.length ?? 0)
    for (const path of ['/small.js', '/image.png']) expect(files.get(path)?.br).toBeUndefined()
  })

  test('allows its own inline styles by their hashes, and nothing else inline', () => {
    const hash = createHash('sha256').update(STYLE).digest('base64')
    const { contentSecurityPolicy } = readBuilt({})
    const policy = new Map(contentSecurityPolicy.split('; ').map((rule) => [rule.split(' ')[0], rule]))
    expect(policy.get('style-src')).toBe(`style-src 'self' 'sha256-${hash}'`)
    expect(policy.get('script-src')).toBe("script-src 'self'")
    expect(policy.get('default-src')).toBe("default-src 'none'")
    expect(policy.get('frame-ancestors')).toBe("frame-ancestors 'none'")
    expect(contentSecurityPolicy).not.toContain('unsafe')
  })
})
