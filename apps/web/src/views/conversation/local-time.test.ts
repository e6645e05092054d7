import { expect, test } from 'vitest'
import { isWithin, toInstant, toLocalTime } from './local-time.ts'

test('a time survives the way into the guest’s clock and back', () => {
  expect(toLocalTime('2026-12-01T13:30:00.000Z')).toMatch(/^2026-1[12]-\d\dT\d\d:[03]0$/)
  expect(toInstant(toLocalTime('2026-12-01T13:30:00.000Z'))).toBe('2026-12-01T13:30:00.000Z')
})

test('what is no time is none', () => {
  expect([toLocalTime(undefined), toLocalTime('soon'), toInstant('')]).toEqual(['', '', undefined])
})

test('bounds are kept, where there are any', () => {
  const bounds = { earliest: '2026-12-01T08:00:00.000Z', latest: '2026-12-05T17:00:00.000Z' }
  const days = [
    '2026-11-30T12:00:00.000Z',
    '2026-12-01T08:00:00.000Z',
    '2026-12-05T17:00:00.000Z',
    '2026-12-06T12:00:00.000Z',
  ]
  expect(days.map((at) => isWithin(at, bounds))).toEqual([false, true, true, false])
  expect(days.every((at) => isWithin(at, {}))).toBe(true)
})
