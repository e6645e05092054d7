import { expect, test } from 'vitest'
import { eventually } from './support/eventually.ts'
import { Guest } from './support/guest.ts'
import { startBoth } from './support/start-foyer.ts'

test('coming back to a session that is there says "still here": its end moves', async () => {
  const { foyer } = await startBoth({}, { lifetimes: { idleMs: 60_000, absoluteMs: 600_000 } })
  const guest = await new Guest(foyer.url).arrive()
  const first = await guest.json<{ expiresAt: string }>('GET', '/api/session')
  const later = await eventually('the end has moved', async () => {
    const { status, body } = await guest.json<{ expiresAt: string }>('POST', '/api/session', {})
    expect(status).toBe(200)
    return body.expiresAt > first.body.expiresAt && body
  })
  expect(Date.parse(later.expiresAt)).toBeGreaterThan(Date.parse(first.body.expiresAt))
})
