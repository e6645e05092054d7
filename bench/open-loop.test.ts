import { expect, test } from 'vitest'
import { runOpenLoop } from './open-loop.ts'

test('sends at its rate, and makes up for a stall with the moments that were due', async () => {
  let clock = 1_000
  const sent: [number, number][] = []
  await runOpenLoop(
    { rate: 100, seconds: 0.1 },
    (index, dueAtMs) => sent.push([index, dueAtMs]),
    () => clock,
    async () => void (clock += clock < 1_020 ? 5 : 50),
  )
  expect(sent).toEqual(Array.from({ length: 10 }, (_, index) => [index, 1_000 + index * 10]))
})
