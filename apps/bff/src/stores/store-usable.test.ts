import { expect, test, vi } from 'vitest'
import { FakeClock } from '../../test/support/fake-clock.ts'
import { StoreError, type StoreErrorCode } from '../storage/store-error.ts'
import { createStoreUsable } from './store-usable.ts'

/** A store that keeps what it is given unless it has a failure; `answer` says when. */
function createSubject() {
  const clock = new FakeClock()
  const stores = {
    failure: undefined as StoreErrorCode | undefined,
    trouble: undefined as StoreErrorCode | undefined,
    answer: Promise.resolve(undefined),
    probe: vi.fn(async () => {
      await stores.answer
      stores.failure = stores.trouble
      if (stores.trouble) throw new StoreError(stores.trouble)
    }),
  }
  return { clock, stores, isUsable: createStoreUsable(stores, clock) }
}

test('a store that nobody writes to is found out, and found to work again', async () => {
  const { clock, stores, isUsable } = createSubject()
  expect(await isUsable()).toBe(true)
  stores.trouble = 'full'
  await clock.advance(1_000)
  expect(await isUsable()).toBe(false)
  stores.trouble = undefined
  await clock.advance(1_000)
  expect(await isUsable()).toBe(true)
})

test('however many ask, it is given something once a second', async () => {
  const { clock, stores, isUsable } = createSubject()
  await Promise.all([isUsable(), isUsable(), isUsable()])
  await clock.advance(999)
  await isUsable()
  expect(stores.probe).toHaveBeenCalledTimes(1)
  await clock.advance(1)
  await isUsable()
  expect(stores.probe).toHaveBeenCalledTimes(2)
})

test('what a write failed at counts at once', async () => {
  const { stores, isUsable } = createSubject()
  expect(await isUsable()).toBe(true)
  stores.failure = 'io'
  expect(await isUsable()).toBe(false)
})

test('one that does not answer within a second is not usable, and is not asked again meanwhile', async () => {
  const { clock, stores, isUsable } = createSubject()
  const { promise, resolve } = Promise.withResolvers<undefined>()
  stores.answer = promise
  for (const ms of [1_000, 60_000]) {
    const asked = isUsable()
    await clock.advance(ms)
    expect(await asked).toBe(false)
  }
  expect(stores.probe).toHaveBeenCalledTimes(1)
  resolve(undefined)
  await vi.waitFor(async () => expect(await isUsable()).toBe(true))
})
