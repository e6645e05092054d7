import type { DatePicker } from '@foyer/shared/platform/web-messaging/content'
import type { Times } from '@foyer/shared/protocol/message-part'

type PickedFrom = Pick<DatePicker, 'availableTimes' | 'dateMinimum' | 'dateMaximum'>

/** What a date picker lets a guest choose from (web-messaging.md §7.1): the times it names, or any between its bounds. */
export function toTimes({ availableTimes, dateMinimum, dateMaximum }: PickedFrom): Times {
  const times = (availableTimes ?? []).map(({ dateTime, duration }) => ({ at: dateTime, durationSeconds: duration }))
  return { times, ...bound('earliest', dateMinimum), ...bound('latest', dateMaximum) }
}

/** A bound that is no time bounds nothing. */
const bound = (name: 'earliest' | 'latest', date: string | null | undefined) =>
  date && !Number.isNaN(Date.parse(date)) ? { [name]: date } : {}
