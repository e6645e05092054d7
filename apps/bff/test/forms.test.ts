import { expect, test } from 'vitest'
import { eventually } from './support/eventually.ts'
import { Guest } from './support/guest.ts'
import { startBoth } from './support/start-foyer.ts'

const rating = { title: 'How was it?', worst: 'poor', best: 'great' }

test('nothing is asked unless it is configured', async () => {
  const { foyer } = await startBoth()
  const guest = await new Guest(foyer.url).arrive()
  expect((await guest.json('GET', '/api/forms')).body).toEqual({})
  expect((await guest.request('POST', `${guest.path}/rating`, { score: 5 })).status).toBe(501)
})

test('an ended conversation is rated once; the log has the score and who to look for', async () => {
  const { foyer } = await startBoth({}, { forms: { rating } })
  const guest = await new Guest(foyer.url).arrive()
  const rate = async (score: unknown) => (await guest.request('POST', `${guest.path}/rating`, { score })).status
  expect(await rate(5)).toBe(400)
  expect((await guest.request('POST', `${guest.path}/end`)).status).toBe(204)
  await eventually('ended', async () => (await guest.json<{ state: string }>('GET', guest.path)).body.state === 'ended')
  expect(await rate(6)).toBe(400)
  expect([await rate(4), await rate(1)]).toEqual([204, 204])
  const rated = foyer.logs
    .filter((line) => line.includes('conversation-rated'))
    .map((line) => JSON.parse(line) as object)
  expect(rated).toMatchObject([{ conversationId: guest.conversationId, score: 4 }])
  expect((await guest.json('GET', guest.path)).body).toMatchObject({ rated: true })
})
