import type { LoggedEvent } from '@foyer/shared/protocol/event'
import { expect, test } from 'vitest'
import { applyEvents } from './apply-event.ts'
import { groupEntries, type Group } from './group-messages.ts'
import { bot, came, guest, mia, said, told } from './timeline-samples.ts'
import { emptyTimeline } from './timeline.ts'

const DAY_MINUTES = 24 * 60
const entriesOf = (...events: LoggedEvent[]) => applyEvents(emptyTimeline, events).entries
const shape = (groups: readonly Group[]) =>
  groups.map((group) => (group.type === 'run' ? group.messages.map(({ seq }) => seq).join() : group.type))

test('one run for what one participant says within five minutes', () => {
  const entries = entriesOf(said(1, mia, 'a', 0), said(2, mia, 'b', 4.9), said(3, mia, 'c', 9.9), said(4, bot, 'd', 10))
  expect(shape(groupEntries(entries).groups)).toEqual(['day', '1,2', '3', '4'])
})

test('a thousand things said at once are several runs: only those in sight are drawn', () => {
  const entries = entriesOf(...Array.from({ length: 1000 }, (_, at) => said(at + 1, mia, 'x', 0)))
  const { groups } = groupEntries(entries)
  expect(groups.length).toBeGreaterThan(10)
  expect(groups.flatMap((group) => (group.type === 'run' ? group.messages : []))).toEqual(entries)
})

test('a day divider where a day begins, even within five minutes', () => {
  const midnight = new Date('2026-03-11T00:00:00').getTime()
  const minute = (midnight - Date.parse('2026-03-10T09:00:00.000Z')) / 60_000
  const entries = entriesOf(said(1, mia, 'a', minute - 1), said(2, mia, 'b', minute + 1))
  expect(shape(groupEntries(entries).groups)).toEqual(['day', '1', 'day', '2'])
})

test('coming and going interrupts a run', () => {
  const entries = entriesOf(said(1, mia, 'a', 1), came(2, bot), said(3, mia, 'b', 2))
  expect(shape(groupEntries(entries).groups)).toEqual(['day', '1', 'line', '3'])
})

test('what the guest says in two tabs is one run', () => {
  const entries = entriesOf(said(1, guest, 'a', 1), said(2, { ...guest, participantId: 'other' }, 'b', 2))
  expect(shape(groupEntries(entries).groups)).toEqual(['day', '1,2'])
})

test('one more message leaves every group but the last the same object', () => {
  const events = Array.from({ length: 40 }, (_, at) => said(at + 1, at % 3 ? mia : guest, 'x'))
  const before = groupEntries(applyEvents(emptyTimeline, events.slice(0, 39)).entries)
  const timeline = applyEvents({ ...emptyTimeline, entries: before.entries }, events.slice(39))
  const after = groupEntries(timeline.entries, before)
  expect(after.groups.filter((group) => !before.groups.includes(group)).length).toBeLessThanOrEqual(2)
})

test('whatever changes, grouping what was grouped equals grouping anew', () => {
  const all = Array.from({ length: 60 }, (_, at) =>
    at % 7 === 3
      ? came(at + 1, bot)
      : said(at + 1, at % 5 < 3 ? mia : guest, 'x', at * (at % 11 ? 1 : DAY_MINUTES / 20)),
  )
  let timeline = applyEvents(emptyTimeline, all.slice(20, 40))
  let grouping = groupEntries(timeline.entries)
  const changes = [
    [all[40]],
    all.slice(41, 50),
    all.slice(10, 20),
    [told(70, 24, 'sent')],
    all.slice(0, 10),
    all.slice(50),
  ]
  for (const change of changes) {
    timeline = applyEvents(timeline, change as LoggedEvent[])
    grouping = groupEntries(timeline.entries, grouping)
    expect(grouping).toEqual(groupEntries(timeline.entries))
  }
})

test('earlier history leaves the groups that do not touch it the same objects', () => {
  const all = Array.from({ length: 30 }, (_, at) => said(at + 1, at % 2 ? mia : guest, 'x'))
  const timeline = applyEvents(emptyTimeline, all.slice(10))
  const before = groupEntries(timeline.entries)
  const after = groupEntries(applyEvents(timeline, all.slice(0, 10)).entries, before)
  expect(before.groups.filter((group) => !after.groups.includes(group)).length).toBeLessThanOrEqual(2)
})
