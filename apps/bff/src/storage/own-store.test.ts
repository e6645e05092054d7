import { existsSync } from 'node:fs'
import { expect, test } from 'vitest'
import { FakeClock, settle } from '../../test/support/fake-clock.ts'
import { newDatabaseFile } from '../../test/support/stores.ts'
import { ownStore } from './own-store.ts'

function createOwner(file = newDatabaseFile()) {
  const clock = new FakeClock()
  let waits = 0
  const own = () => ownStore(file, { clock, waiting: () => void waits++ })
  return { clock, own, waits: () => waits }
}

test('a store is one’s own until one lets go of it', async () => {
  const { own, waits } = createOwner()
  const letGo = await own()
  letGo?.()
  ;(await own())?.()
  expect([letGo, waits()]).toEqual([expect.any(Function), 0])
})

test('who comes while it is another’s waits, says so once, and has it as soon as it is let go of', async () => {
  const { clock, own, waits } = createOwner()
  const letGo = await own()
  const second = own()
  await clock.advance(9_000)
  expect(waits()).toBe(1)
  letGo?.()
  await clock.advance(100)
  expect(await second).toEqual(expect.any(Function))
})

test('who has waited longer than stopping takes gives up, and disturbs nothing', async () => {
  const { clock, own } = createOwner()
  const letGo = await own()
  const second = own()
  await clock.advance(20_000)
  await settle()
  expect(await second).toBeUndefined()
  letGo?.()
  expect(await own()).toEqual(expect.any(Function))
})

test('one in memory is nobody else’s, and has no file', async () => {
  const { own, waits } = createOwner(':memory:')
  await own()
  await own()
  expect([waits(), existsSync(':memory:.lock')]).toEqual([0, false])
})
