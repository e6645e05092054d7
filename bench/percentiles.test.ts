import { expect, test } from 'vitest'
import { median, percentile } from './percentiles.ts'

const hundred = Array.from({ length: 100 }, (_, index) => 100 - index)

test.each([
  [0.5, 50],
  [0.99, 99],
  [1, 100],
  [0, 1],
])('the percentile %d of 1 to 100 is %d', (share, value) => {
  expect(percentile(hundred, share)).toBe(value)
})

test('the median of three is the middle one, of none is not a number', () => {
  expect(median([9, 1, 5])).toBe(5)
  expect(median([])).toBeNaN()
})
