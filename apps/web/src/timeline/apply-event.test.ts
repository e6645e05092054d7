import type { LoggedEvent } from '@foyer/shared/protocol/event'
import { describe, expect, test } from 'vitest'
import { applyEvents } from './apply-event.ts'
import { became, came, guest, mia, said, told } from './timeline-samples.ts'
import { emptyTimeline, type Timeline } from './timeline.ts'

const apply = (...events: LoggedEvent[]) => applyEvents(emptyTimeline, events)
const stateOf = (timeline: Timeline, messageId: string) =>
  timeline.entries.find((entry) => entry.type === 'message' && entry.messageId === messageId)

describe('any order and any repeats give the same timeline', () => {
  const plain = [came(1, mia), said(2, guest, 'a'), told(3, 2, 'sent'), said(4, mia, 'b'), told(5, 2, 'read')]
  const retried = [
    said(1, guest, 'a'),
    told(2, 1, 'failed'),
    told(3, 1, 'pending'),
    told(4, 1, 'sent'),
    became(5, 'ended'),
  ]
  const cleared = [
    said(1, guest, 'a'),
    became(2, 'cleared'),
    told(3, 1, 'sent'),
    said(4, mia, 'b'),
    came(5, mia, 'left'),
  ]

  test.each([
    ['a plain conversation', plain],
    ['a message tried again', retried],
    ['a conversation cleared in between', cleared],
  ])('%s', (_, events) => {
    const expected = apply(...events)
    for (let seed = 1; seed <= 300; seed++) {
      const mixed = shuffled([...events, ...events.slice(seed % events.length)], seed)
      const inPieces = mixed.reduce((timeline, event) => applyEvents(timeline, [event]), emptyTimeline)
      expect(apply(...mixed)).toEqual(expected)
      expect(inPieces).toEqual(expected)
    }
  })
})

test('leaves the timeline it was handed as it is', () => {
  const before = apply(said(1, guest, 'a'))
  const entries = [...before.entries]
  applyEvents(before, [told(2, 1, 'sent'), said(3, mia, 'b')])
  expect(before.entries).toEqual(entries)
})

test('takes a receipt that comes before its message', () => {
  expect(stateOf(apply(told(2, 1, 'sent'), said(1, guest, 'a')), 'message-1')).toMatchObject({
    state: 'sent',
    stateSeq: 2,
  })
})

test('never moves a message backwards', () => {
  const timeline = apply(said(1, guest, 'a'), told(2, 1, 'read'), told(3, 1, 'delivered'), told(4, 1, 'failed'))
  expect(stateOf(timeline, 'message-1')).toMatchObject({ state: 'read', stateSeq: 2 })
})

test('lets a failed message be pending again', () => {
  const timeline = apply(said(1, guest, 'a'), told(2, 1, 'failed'), told(3, 1, 'pending'))
  expect(stateOf(timeline, 'message-1')).toMatchObject({ state: 'pending', stateSeq: 3 })
})

test('shows one message for one id, even if it is told under two seqs', () => {
  const twice = { ...said(2, guest, 'a'), messageId: 'message-1' }
  expect(apply(said(1, guest, 'a'), twice).entries).toHaveLength(1)
})

test('remembers the first and the last event seen, receipts too', () => {
  expect(apply(told(7, 4, 'sent'), said(5, mia, 'b'))).toMatchObject({ firstSeq: 5, lastSeq: 7 })
})

test('one more message leaves all others the objects they were: what is drawn stays drawn', () => {
  const timeline = applyEvents(
    emptyTimeline,
    Array.from({ length: 200 }, (_, at) => said(at + 1, at % 2 ? mia : guest, 'hello')),
  )
  const { entries } = applyEvents(timeline, [said(201, mia, 'and more'), told(202, 1, 'read')])
  expect(entries.slice(1, 200).every((entry, at) => entry === timeline.entries[at + 1])).toBe(true)
  expect(entries).toHaveLength(201)
})

/** Fisher–Yates with a small generator: the same seed is the same order. */
function shuffled<T>(items: T[], seed: number): T[] {
  const mixed = [...items]
  let state = seed
  for (let at = mixed.length - 1; at > 0; at--) {
    state = (state * 48_271) % 2_147_483_647
    const other = state % (at + 1)
    ;[mixed[at], mixed[other]] = [mixed[other] as T, mixed[at] as T]
  }
  return mixed
}
