import { readdirSync, readFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { readTests, type WrittenTests } from './support/read-tests.ts'

const root = fileURLToPath(new URL('../../..', import.meta.url))
const read = (path: string) => readFileSync(join(root, path), 'utf8')
const rows = read('docs/security.md')
  .split('\n')
  .flatMap((line) => {
    const [, id = '', , tests = '', weaker = '', ...more] = line.split('|').map((cell) => cell.trim())
    return /^[SR]\d+$/.test(id) ? [{ id, tests, weaker, more }] : []
  })
const numbered = (letter: string, count: number) => Array.from({ length: count }, (_, index) => `${letter}${index + 1}`)

test('every requirement has its row, in order', () => {
  expect(rows.map(({ id }) => id)).toEqual([...numbered('S', 56), ...numbered('R', 40)])
})

test.each(rows)('$id names tests that are run, or says why there are none', ({ tests, weaker, more }) => {
  expect(more).toEqual([''])
  const cited = [...tests.matchAll(/`([^`]+)`((?: “[^”]+”)*)/g)]
  if (cited.length === 0) return expect([tests, weaker]).toEqual(['–', expect.stringMatching(/\S/)])
  // Nothing else is in that cell: what was mistyped would be left unread.
  expect(cited.map(([whole]) => whole).join('<br>')).toBe(tests)
  for (const [, path = '', names = ''] of cited) {
    const { titles, off } = testsIn(path)
    // By title: else a file would do that has lost the test.
    expect(names, `${path} without a title`).not.toBe('')
    expect(off, `${path} leaves out`).toEqual([])
    for (const [, name = ''] of names.matchAll(/“([^”]+)”/g)) {
      const found = titles.flat().find((title) => beginsWith(title, name))
      expect(found, `“${name}” in ${path}`).toBeDefined()
    }
    if (path.endsWith('.contract.ts')) expect(whoRuns(path), `who runs ${path}`).not.toEqual([])
  }
})

test('a test that is skipped, put off or commented out is none', () => {
  const { titles, off } = readTests(`
    describe('a', () => {
      test.each(rows)('b %s', async () => {})
      // test('c', () => {})
      test.skip('d', () => {})
      /** test('e', () => {}) */
    })
    describe.skip('f', () => test('g', () => {}))
    test.each\`x\`(\`h \${x} i\`, () => /j/.test('j'))
    test.todo('k')
    test('l', { skip: true }, () => {})
    test.describe('m', () => test('n', () => void test.skip(true)))
  `)
  expect(titles).toEqual([['a', 'b %s'], ['h … i'], ['m', 'n']])
  expect(off.map((line) => line.split('(', 1)[0])).toEqual([
    'test.skip',
    'describe.skip',
    'test.todo',
    'test',
    'test.skip',
  ])
})

const known = new Map<string, WrittenTests>()
function testsIn(path: string): WrittenTests {
  const tests = known.get(path) ?? readTests(read(path))
  known.set(path, tests)
  return tests
}

/** With whole words: R1 is not the beginning of R10. */
const beginsWith = (title: string, name: string) => title.startsWith(name) && !/^\w/.test(title.slice(name.length))

/** A contract is run by the tests of whatever promises to keep it. */
function whoRuns(contract: string): string[] {
  const folder = dirname(contract)
  const imports = new RegExp(`^import .* from '\\.\\.?/${basename(contract).replaceAll('.', '\\.')}'`, 'm')
  return readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' }).filter(
    (file) => file.endsWith('.test.ts') && imports.test(read(join(folder, file))),
  )
}
