import { expect, test } from 'vitest'
import { noteActivity } from './note-activity.ts'
import type { SessionStore } from './session-store.ts'
import { newSession } from './session.ts'

test.each([
  ['at once', 0, []],
  ['within five seconds', 4_999, []],
  ['after five seconds', 5_000, [15_000]],
  ['although the clock was set back', -60_000, []],
])('what a guest does %s is written down only where it matters', async (_when, laterMs, written) => {
  const touched: number[] = []
  const sessions = {
    touch: async (_id: string, atMs: number) => void touched.push(atMs),
  } as Partial<SessionStore> as SessionStore
  await noteActivity(sessions, newSession({}, 10_000), 10_000 + laterMs)
  expect(touched).toEqual(written)
})
