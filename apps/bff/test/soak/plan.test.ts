import { expect, test } from 'vitest'
import { planMishaps } from './plan.ts'

const options = { seed: 1, messages: 240, kills: 2 }

test.each(['guest-api', 'web-messaging'] as const)('240 messages over %s meet all that can go wrong', (connector) => {
  const few = kindsIn(planMishaps({ ...options, connector }))
  expect(few).toEqual(kindsIn(planMishaps({ ...options, connector, seed: 7, messages: 10_000 })))
  expect(few.size).toBeGreaterThan(10)
})

test('a seed is a plan: the same again, and another for another', () => {
  const plan = (seed: number) => planMishaps({ ...options, connector: 'guest-api', seed })
  expect(plan(1)).toEqual(plan(1))
  expect(plan(1)).not.toEqual(plan(2))
})

const kindsIn = (plan: ReturnType<typeof planMishaps>) =>
  new Set(plan.map((one) => JSON.stringify(one, (key, value: unknown) => (key === 'at' ? undefined : value))).sort())
