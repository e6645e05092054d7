import { expect, test } from 'vitest'
import { editSteps, nearestOf } from './nearest.ts'

test.each([
  ['', '', 0],
  ['', 'abc', 3],
  ['abc', '', 3],
  ['kitten', 'sitting', 3],
  ['same', 'same', 0],
])('from "%s" to "%s" it is %i steps', (from, to, steps) => expect(editSteps(from, to)).toBe(steps))

test('finds what was meant, whatever the case', () => {
  expect(nearestOf('Messaging:Guest:Sent', ['messaging:conversation:write', 'messaging:guest:send'])).toBe(
    'messaging:guest:send',
  )
})

test('takes the earlier of two as near', () => {
  expect(nearestOf('ac', ['ab', 'ad'])).toBe('ab')
})

test('suggests nothing that is not alike, and nothing out of nothing', () => {
  expect(nearestOf('elephant', ['mypurecloud.de'])).toBeUndefined()
  expect(nearestOf('word', [])).toBeUndefined()
})
