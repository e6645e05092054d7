import { expect, test } from 'vitest'
import { createRecordingLogger } from '../test/support/loggers.ts'
import { createReadiness } from './readiness.ts'

function createSubject() {
  const world = { isDraining: false, isStoreUsable: true, longestDelayMs: 0 }
  const { logger, lines } = createRecordingLogger()
  const isReady = createReadiness({
    isDraining: () => world.isDraining,
    isStoreUsable: async () => world.isStoreUsable,
    longestDelayMs: () => world.longestDelayMs,
    logger,
  })
  return { world, isReady, lines }
}

test.each([
  ['is about to end', { isDraining: true }, 'draining'],
  ['cannot use its store', { isStoreUsable: false }, 'store-unusable'],
  ['was blocked for more than a second', { longestDelayMs: 1_001 }, 'event-loop-blocked'],
] as const)(
  'a process that %s is not ready, says why once, and says when it is ready again',
  async (_, trouble, state) => {
    const { world, isReady, lines } = createSubject()
    expect(await isReady()).toBe(true)
    const well = { ...world }
    Object.assign(world, trouble)
    expect([await isReady(), await isReady()]).toEqual([false, false])
    Object.assign(world, well)
    expect(await isReady()).toBe(true)
    expect(lines).toMatchObject([
      { event: 'readiness-changed', state },
      { event: 'readiness-changed', state: 'ready' },
    ])
  },
)

test('a pause of less than a second is no trouble', async () => {
  const { world, isReady } = createSubject()
  world.longestDelayMs = 1_000
  expect(await isReady()).toBe(true)
})
