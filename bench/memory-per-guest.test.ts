import { expect, test } from 'vitest'
import { costPerGuest, toRow } from './memory-per-guest.ts'

const few = { guests: 200, heapUsed: 20e6, external: 1e6, rss: 100e6 }
const many = { guests: 1_000, heapUsed: 32e6, external: 5e6, rss: 140e6 }

test('a guest costs what memory grows by from the smallest gathering to the largest', () => {
  expect(costPerGuest([few, { ...few, guests: 500 }, many])).toEqual({ heapKb: 20, residentKb: 50 })
})

test('one size tells nothing', () => {
  expect(costPerGuest([few])).toEqual({ heapKb: NaN, residentKb: NaN })
  expect(costPerGuest([])).toEqual({ heapKb: NaN, residentKb: NaN })
})

test('a row is in MB', () => {
  expect(toRow(few)).toEqual({ guests: 200, heapUsed: 20, external: 1, rss: 100 })
})
