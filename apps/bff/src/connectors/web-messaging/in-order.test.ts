import type { NormalizedMessage } from '@foyer/shared/platform/web-messaging/message'
import { expect, test } from 'vitest'
import { InOrder, inOrder } from './in-order.ts'

const said = (id: string, second?: number): NormalizedMessage => ({
  ...{ id, type: 'Text', direction: 'Outbound' },
  ...(second === undefined ? {} : { channel: { time: `2026-11-25T09:00:0${second}.000Z` } }),
})
const ids = (messages: readonly NormalizedMessage[]) => messages.map(({ id }) => id)

test('one that overtook another is put behind it', () => {
  const arriving = new InOrder(100)
  arriving.add(said('second', 2), 0)
  arriving.add(said('first', 1), 50)
  expect(ids(arriving.due(99))).toEqual([])
  expect(ids(arriving.due(100))).toEqual(['first', 'second'])
  expect(arriving.isEmpty).toBe(true)
})

test('one that was said later is held on', () => {
  const arriving = new InOrder(100)
  arriving.add(said('first', 1), 0)
  arriving.add(said('third', 3), 60)
  expect(ids(arriving.due(100))).toEqual(['first'])
  expect(arriving.isEmpty).toBe(false)
  arriving.add(said('second', 2), 120)
  expect(ids(arriving.due(160))).toEqual(['second', 'third'])
})

test('one that is later than that stays late: nothing waits for ever', () => {
  const arriving = new InOrder(100)
  arriving.add(said('second', 2), 0)
  expect(ids(arriving.due(100))).toEqual(['second'])
  arriving.add(said('first', 1), 150)
  expect(ids(arriving.due(250))).toEqual(['first'])
})

test('all that is held can be had at once, in order', () => {
  const arriving = new InOrder(100)
  for (const [id, second] of [['b', 2] as const, ['c', 3] as const, ['a', 1] as const])
    arriving.add(said(id, second), 0)
  expect(ids(arriving.all())).toEqual(['a', 'b', 'c'])
  expect(arriving.all()).toEqual([])
})

test('what has the same time, or none, keeps the order it came in', () => {
  expect(ids(inOrder([said('a', 1), said('b', 1), said('x'), said('y')]))).toEqual(['x', 'y', 'a', 'b'])
})
