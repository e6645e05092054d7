import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'

const root = fileURLToPath(new URL('../../..', import.meta.url))
const page = readFileSync(join(root, 'docs/accessibility.md'), 'utf8')
const rows = page.split('\n').flatMap((line) => {
  const [, id = '', what = '', how = '', shown = ''] = line.split('|').map((cell) => cell.trim())
  return /^\d+(\.\d+)*$/.test(id) ? [{ id, what, how, shown }] : []
})
const criteria = rows.filter(({ id }) => id.includes('.'))
const checks = rows.filter(({ id }) => !id.includes('.'))

/** WCAG 2.2, levels A and AA: how many criteria each guideline has. 4.1.1 is no more. */
const ALL = [
  ['1.1', ['1']],
  ['1.2', ['1', '2', '3', '4', '5']],
  ['1.3', ['1', '2', '3', '4', '5']],
  ['1.4', ['1', '2', '3', '4', '5', '10', '11', '12', '13']],
  ['2.1', ['1', '2', '4']],
  ['2.2', ['1', '2']],
  ['2.3', ['1']],
  ['2.4', ['1', '2', '3', '4', '5', '6', '7', '11']],
  ['2.5', ['1', '2', '3', '4', '7', '8']],
  ['3.1', ['1', '2']],
  ['3.2', ['1', '2', '3', '4', '6']],
  ['3.3', ['1', '2', '3', '4', '7', '8']],
  ['4.1', ['2', '3']],
] as const

test('every criterion of levels A and AA has its row, in order', () => {
  const numbers = ALL.flatMap(([guideline, last]) => last.map((one) => `${guideline}.${one}`))
  expect(numbers).toHaveLength(55)
  expect(criteria.map(({ id }) => id)).toEqual(numbers)
})

test('every check of the list has its row, in order', () => {
  expect(checks.map(({ id }) => Number(id))).toEqual(Array.from({ length: 40 }, (_, index) => index + 1))
})

test.each(rows)('$id names a test that is there, or says why there is none', ({ what, how, shown }) => {
  expect(what).not.toBe('')
  expect(how).not.toBe('')
  const cited = [...shown.matchAll(/`([^`]+)`((?: “[^”]+”)*)/g)]
  if (cited.length === 0) return expect(shown).toMatch(/^(not applicable|by hand): \S/)
  for (const [, path = '', names = ''] of cited) {
    expect(existsSync(join(root, path)), path).toBe(true)
    const text = readFileSync(join(root, path), 'utf8')
    for (const [, name = ''] of names.matchAll(/“([^”]+)”/g)) expect(text, path).toContain(name)
  }
})
