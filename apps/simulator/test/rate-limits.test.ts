import { guestApiPaths } from '@foyer/shared/platform/guest-api'
import { expect, test } from 'vitest'
import { FakeClock } from './fake-clock.ts'
import { askToken, call, openChat, simulatorFor } from './guest.ts'

const ratesOf = ({ headers }: { headers: Headers }) =>
  ['count', 'allowed', 'reset'].map((name) => Number(headers.get(`inin-ratelimit-${name}`)))

test('a token has its own minute, and waiting it out is enough', async () => {
  const clock = new FakeClock()
  const simulator = await simulatorFor({ rateLimitPerMinute: 3 }, { clock })
  const [chat, other] = [await openChat(simulator), await openChat(simulator)]
  expect(ratesOf(await chat.read())).toEqual([2, 3, 60])
  clock.advance(20_000)
  expect(ratesOf(await chat.read())).toEqual([3, 3, 40])
  const refused = await chat.read()
  expect([refused.status, refused.headers.get('retry-after')]).toEqual([429, '40'])
  expect((await other.read()).status).toBe(200)
  clock.advance(40_000)
  expect(ratesOf(await chat.read())).toEqual([1, 3, 60])
})

test('a client has its minute at the token endpoint', async () => {
  const simulator = await simulatorFor({ clientRateLimitPerMinute: 1 })
  expect((await askToken(simulator)).status).toBe(200)
  expect((await askToken(simulator)).body.code).toBe('too.many.requests.retry.after')
})

test('every API answer tells the rate, refusals and unknown paths included', async () => {
  const simulator = await simulatorFor()
  const replies = [
    await call(simulator, 'GET', guestApiPaths.tokenInfo),
    await call(simulator, 'GET', '/api/v2/nothing'),
    await call(simulator, 'POST', guestApiPaths.token, { body: '{' }),
    await call(simulator, 'POST', guestApiPaths.tokenInfo),
  ]
  expect(replies.map(({ status }) => status)).toEqual([401, 404, 400, 404])
  for (const reply of replies) expect(ratesOf(reply).every((value) => value > 0)).toBe(true)
})
