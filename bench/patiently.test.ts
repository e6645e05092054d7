import { expect, test } from 'vitest'
import { patiently, Refused } from './patiently.ts'

function refusing(times: number, retryAfter?: string) {
  const slept: number[] = []
  let tries = 0
  const attempt = async () => {
    if (tries++ < times) throw new Refused('503', retryAfter)
    return 'in'
  }
  const outcome = patiently(attempt, async (ms) => void slept.push(ms)).catch(String)
  return outcome.then((result) => ({ result, tries, slept }))
}

test('comes again when it was told to', async () => {
  expect(await refusing(2, '5')).toEqual({ result: 'in', tries: 3, slept: [5_000, 5_000] })
})

test('not for ever, and not when it was not told to', async () => {
  expect(await refusing(99, '1')).toMatchObject({ result: 'Error: 503', tries: 6 })
  expect(await refusing(1)).toEqual({ result: 'Error: 503', tries: 1, slept: [] })
})
