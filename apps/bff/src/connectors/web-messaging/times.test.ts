import { expect, test } from 'vitest'
import { toTimes } from './times.ts'

test('times that are named are offered as they are', () => {
  const availableTimes = [{ dateTime: '2026-12-01T13:30:00.000Z', duration: 1800 }]
  expect(toTimes({ availableTimes })).toEqual({ times: [{ at: '2026-12-01T13:30:00.000Z', durationSeconds: 1800 }] })
})

test('without them any time is, between the bounds there are', () => {
  const [dateMinimum, dateMaximum] = ['2026-12-01T08:00:00.000Z', '2026-12-05T17:00:00.000Z']
  expect(toTimes({ dateMinimum, dateMaximum })).toEqual({ times: [], earliest: dateMinimum, latest: dateMaximum })
  expect(toTimes({ dateMinimum: 'soon', dateMaximum: null })).toEqual({ times: [] })
})
