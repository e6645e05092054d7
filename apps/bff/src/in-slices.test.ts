import { expect, test } from 'vitest'
import { inSlices } from './in-slices.ts'

/** Longer than a slice. */
const WORK_MS = 3

test('one thing is done after the other, in the order asked for; one that fails holds up none behind it', async () => {
  const next = inSlices()
  const happened: string[] = []
  const work = (name: string) => next(async () => void happened.push(name))
  const failing = next(() => Promise.reject(new Error('no')))
  await Promise.all([work('one'), work('two'), expect(failing).rejects.toThrow('no'), work('three')])
  expect(happened).toEqual(['one', 'two', 'three'])
})

test('what comes in meanwhile does not wait for all that has piled up', async () => {
  const next = inSlices()
  const happened: string[] = []
  const pile = Array.from({ length: 4 }, () => next(async () => void happened.push(work())))
  for (let turn = 0; turn < 8; turn++) {
    await new Promise((resolve) => setImmediate(resolve))
    happened.push('turn')
  }
  await Promise.all(pile)
  expect(happened.join(' ')).not.toMatch(/work (turn )?work/)
  expect(happened.filter((what) => what === 'work')).toHaveLength(4)
})

function work(): string {
  const untilMs = performance.now() + WORK_MS
  while (performance.now() < untilMs);
  return 'work'
}
