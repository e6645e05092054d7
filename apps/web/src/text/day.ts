import { words } from './conversation-words.ts'
import { dateFormat } from './format.ts'

const thisYear = dateFormat({ weekday: 'long', day: 'numeric', month: 'long' })
const anyYear = dateFormat({ day: 'numeric', month: 'long', year: 'numeric' })

/** The day of an instant, as people say it. */
export function toDay(at: string, now = new Date()): string {
  const day = new Date(at)
  const daysAgo = Math.round((new Date(now).setHours(0, 0, 0, 0) - new Date(at).setHours(0, 0, 0, 0)) / 86_400_000)
  if (daysAgo === 0) return words.timeline.today
  if (daysAgo === 1) return words.timeline.yesterday
  return (day.getFullYear() === now.getFullYear() ? thisYear() : anyYear()).format(day)
}
