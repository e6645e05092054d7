import { expect, test } from 'vitest'
import { RecentlyUsed } from './recently-used.ts'

test('keeps what was used last, and no more than it may', () => {
  const recent = new RecentlyUsed<number>(2)
  recent.set('one', 1)
  recent.set('two', 2)
  expect(recent.get('one')).toBe(1)
  recent.set('three', 3)
  expect(['one', 'two', 'three'].map((key) => recent.get(key))).toEqual([1, undefined, 3])
})

test('forgets what it is told to, and takes what is newer', () => {
  const recent = new RecentlyUsed<number>(2)
  recent.set('one', 1)
  recent.set('one', 11)
  recent.set('two', 2)
  recent.delete('two')
  expect(['one', 'two'].map((key) => recent.get(key))).toEqual([11, undefined])
})
