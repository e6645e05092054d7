import type { NormalizedMessage } from '@foyer/shared/platform/web-messaging/message'
import { expect, test } from 'vitest'
import { InOrder, inOrder } from './in-order.ts'

const said = (id: string, second?: number): NormalizedMessage => ({
  ...{ id, type: 'Text', direction: 'Outbound' },
  ...(second === undefined ? {} : { channel: { time: `2026-11-25T09:00:0${second}.000Z` } }),
})
const ids = (messages: readonly NormalizedMessage[]) => messages.map(({ id }) => id)

test('one alone waits until it has been quiet, no longer', () => {
  const arriving = new InOrder(100, 1_000)
  expect(arriving.dueMs).toBeUndefined()
  arriving.add(said('first', 1), 0)
  expect(arriving.dueMs).toBe(100)
  expect(ids(arriving.due(99))).toEqual([])
  expect(ids(arriving.due(100))).toEqual(['first'])
  expect(arriving.dueMs).toBeUndefined()
})

test('one that overtook another is put behind it, as long as more are coming', () => {
  const arriving = new InOrder(100, 1_000)
  arriving.add(said('third', 3), 0)
  arriving.add(said('second', 2), 90)
  expect(ids(arriving.due(100))).toEqual([])
  arriving.add(said('first', 1), 180)
  expect(arriving.dueMs).toBe(280)
  expect(ids(arriving.due(280))).toEqual(['first', 'second', 'third'])
})

test('where it never gets quiet, one waits for so long at most, and those said after it are held on', () => {
  const arriving = new InOrder(100, 300)
  arriving.add(said('second', 2), 0)
  for (const atMs of [90, 180, 270]) arriving.stir(atMs)
  arriving.add(said('third', 3), 280)
  arriving.add(said('first', 1), 290)
  expect(arriving.dueMs).toBe(300)
  expect(ids(arriving.due(300))).toEqual(['first', 'second'])
  expect(ids(arriving.due(390))).toEqual(['third'])
})

test('one that is later than that stays late: nothing waits for ever', () => {
  const arriving = new InOrder(100, 1_000)
  arriving.add(said('second', 2), 0)
  expect(ids(arriving.due(100))).toEqual(['second'])
  arriving.add(said('first', 1), 150)
  expect(ids(arriving.due(250))).toEqual(['first'])
})

test('all that is held can be had at once, in order', () => {
  const arriving = new InOrder(100, 1_000)
  for (const [id, second] of [['b', 2] as const, ['c', 3] as const, ['a', 1] as const])
    arriving.add(said(id, second), 0)
  expect(ids(arriving.all())).toEqual(['a', 'b', 'c'])
  expect(arriving.all()).toEqual([])
})

test('what has the same time keeps the order it came in; what has none stays behind what it came after', () => {
  expect(ids(inOrder([said('x'), said('b', 2), said('y'), said('a', 1), said('c', 2)]))).toEqual([
    'x',
    'a',
    'b',
    'y',
    'c',
  ])
})
