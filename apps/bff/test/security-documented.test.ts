import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'

const root = fileURLToPath(new URL('../../..', import.meta.url))
const page = readFileSync(join(root, 'docs/security.md'), 'utf8')
const rows = page.split('\n').flatMap((line) => {
  const [, id = '', , tests = '', weaker = ''] = line.split('|').map((cell) => cell.trim())
  return /^[SR]\d+$/.test(id) ? [{ id, tests, weaker }] : []
})
const numbered = (letter: string, count: number) => Array.from({ length: count }, (_, index) => `${letter}${index + 1}`)

test('every requirement has its row, in order', () => {
  expect(rows.map(({ id }) => id)).toEqual([...numbered('S', 56), ...numbered('R', 40)])
})

test.each(rows)('$id names a test that is there, or says why there is none', ({ tests, weaker }) => {
  const cited = [...tests.matchAll(/`([^`]+)`(?: “([^”]+)”)?/g)]
  if (cited.length === 0) return expect(weaker).not.toBe('')
  for (const [, path = '', name] of cited) {
    expect(existsSync(join(root, path)), path).toBe(true)
    if (name !== undefined) expect(readFileSync(join(root, path), 'utf8'), path).toContain(name)
  }
})
