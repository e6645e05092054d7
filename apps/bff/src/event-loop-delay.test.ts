import { expect, onTestFinished, test } from 'vitest'
import { setImmediate as turn } from 'node:timers/promises'
import { startEventLoopDelay } from './event-loop-delay.ts'

function block(ms: number): void {
  const untilMs = performance.now() + ms
  while (performance.now() < untilMs);
}

test('knows of a long pause at once, and does not take it for a load', async () => {
  const delay = startEventLoopDelay()
  onTestFinished(() => delay.stop())
  for (let untilMs = performance.now() + 500; performance.now() < untilMs;) await turn()
  block(600)
  await turn()
  await turn()
  expect(delay.longestMs()).toBeGreaterThan(500)
  expect(delay.meanMs()).toBeLessThan(200)
})

test('forgets at once a load that has passed, such as that of starting', async () => {
  const delay = startEventLoopDelay()
  onTestFinished(() => delay.stop())
  for (let blocks = 0; blocks < 4; blocks++) {
    block(300)
    await turn()
  }
  for (let untilMs = performance.now() + 300; performance.now() < untilMs;) await turn()
  expect(delay.longestMs()).toBeGreaterThan(200)
  expect(delay.meanMs()).toBeLessThan(200)
})

test('tells a load that lasts, and that it has passed', async () => {
  const delay = startEventLoopDelay()
  onTestFinished(() => delay.stop())
  for (let blocks = 0; blocks < 5; blocks++) {
    block(300)
    await turn()
  }
  expect(delay.meanMs()).toBeGreaterThan(200)
  const untilMs = performance.now() + 10_000
  while (delay.meanMs() > 200 && performance.now() < untilMs) await new Promise((resolve) => setTimeout(resolve, 20))
  expect(delay.meanMs()).toBeLessThan(200)
})
