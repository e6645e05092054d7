import { expect, test } from 'vitest'
import { inBatches } from './in-batches.ts'

test('keeps the order, and never has more under way than allowed', async () => {
  let underWay = 0
  let most = 0
  const results = await inBatches([1, 2, 3, 4, 5], 2, async (item) => {
    most = Math.max(most, ++underWay)
    await Promise.resolve()
    underWay--
    return item * 10
  })
  expect(results).toEqual([10, 20, 30, 40, 50])
  expect(most).toBe(2)
})
