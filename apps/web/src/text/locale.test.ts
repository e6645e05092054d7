import { expect, test } from 'vitest'
import { pluralIn } from './locale.ts'

test('a number comes in the form its language has for it, written as the language writes it', () => {
  const polish = pluralIn('pl')
  const forms = { one: '# wiadomość', few: '# wiadomości', many: '# wiadomości (many)', other: '# wiadomości (other)' }
  expect([0, 1, 2, 5, 12, 22].map((count) => polish(count, forms))).toEqual([
    '0 wiadomości (many)',
    '1 wiadomość',
    '2 wiadomości',
    '5 wiadomości (many)',
    '12 wiadomości (many)',
    '22 wiadomości',
  ])
})

test('a form may do without the number; a language that does not count has one', () => {
  const arabic = pluralIn('ar')
  const forms = { zero: 'none', one: 'one', two: 'two', few: '# few', many: '# many', other: '# other' }
  const number = (count: number) => new Intl.NumberFormat('ar').format(count)
  expect([0, 1, 2, 3, 11, 100].map((count) => arabic(count, forms))).toEqual([
    ...['none', 'one', 'two', `${number(3)} few`, `${number(11)} many`, `${number(100)} other`],
  ])
  expect(pluralIn('ja')(3, { other: '#件' })).toBe('3件')
})
