import { expect, test } from 'vitest'
import { groupTimes } from './group-times.ts'

const time = (at: string) => ({ at, durationSeconds: 3600 })
/** A time of day where this test runs. */
const local = (day: number, hour: number) => new Date(2026, 2, day, hour).toISOString()

test('sorts the times, and gathers them by the day where the guest is', () => {
  const days = groupTimes([time(local(11, 9)), time(local(10, 23)), time(local(11, 0)), time(local(10, 8))])
  expect(days.map(({ times }) => times.map(({ at }) => at))).toEqual([
    [local(10, 8), local(10, 23)],
    [local(11, 0), local(11, 9)],
  ])
})

test('leaves out what is no time, and what is there already', () => {
  expect(groupTimes([time('soon'), time(local(10, 8)), time(local(10, 8))])).toEqual([
    { at: local(10, 8), times: [time(local(10, 8))] },
  ])
})
