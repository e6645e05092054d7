import type { NormalizedMessage } from '@foyer/shared/platform/web-messaging/message'
import { expect, test } from 'vitest'
import { laterOf, readCursor, withMargin, writeCursor } from './cursor.ts'

const at = (time: string | null, id = 'a'): NormalizedMessage => ({
  ...{ id, type: 'Text', direction: 'Outbound', channel: { time } },
})
const NINE = '2026-11-25T09:00:00.000Z'
const TEN = '2026-11-25T10:00:00.000Z'

test('a place is the same after it was kept', () => {
  const place = { time: NINE, upstreamId: 'a-1' }
  expect(readCursor(writeCursor(place))).toEqual(place)
})

test.each([undefined, '', 'a-cursor-of-another-life', '7', '2026-11-25'])('%j is no place', (cursor) => {
  expect(readCursor(cursor)).toBeUndefined()
})

test('a place only goes forward, by what has a time', () => {
  const nine = laterOf(undefined, at(NINE, 'nine'))
  expect(nine).toEqual({ time: NINE, upstreamId: 'nine' })
  expect(laterOf(nine, at(TEN, 'ten'))).toEqual({ time: TEN, upstreamId: 'ten' })
  expect(laterOf({ time: TEN, upstreamId: 'ten' }, at(NINE))).toEqual({ time: TEN, upstreamId: 'ten' })
  for (const time of [null, 'yesterday']) expect(laterOf(nine, at(time))).toBe(nine)
})

test('the record is read again from two minutes before, or from as long as is asked for', () => {
  expect(withMargin({ time: NINE, upstreamId: 'a' })).toBe('2026-11-25T08:58:00.000Z')
  expect(withMargin({ time: NINE, upstreamId: 'a' }, 60_000)).toBe('2026-11-25T08:59:00.000Z')
})
