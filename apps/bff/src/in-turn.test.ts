import { expect, test } from 'vitest'
import { inTurn } from './in-turn.ts'

test('one thing is done after the other, in the order asked for; one that fails holds up none behind it', async () => {
  const happened: string[] = []
  const next = inTurn()
  const { promise, resolve } = Promise.withResolvers<undefined>()
  const slow = next(async () => {
    await promise
    happened.push('slow')
    return 1
  })
  const failing = next(() => {
    happened.push('failing')
    return Promise.reject(new Error('no'))
  })
  const last = next(async () => void happened.push('last'))
  expect(happened).toEqual([])
  resolve(undefined)
  expect(await slow).toBe(1)
  await expect(failing).rejects.toThrow('no')
  await last
  expect(happened).toEqual(['slow', 'failing', 'last'])
})
