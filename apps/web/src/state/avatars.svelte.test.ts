import { expect, test } from 'vitest'
import { Avatars } from './avatars.svelte.ts'

const ADDRESS = 'https://platform.example/mia.png'

test('a picture is fetched once, however often its owner speaks', async () => {
  const asked: string[] = []
  const avatars = new Avatars((messageId, address) => {
    asked.push(`${messageId} ${address}`)
    return Promise.resolve(new Blob(['picture']))
  })
  await Promise.all([avatars.load(ADDRESS, 'message-1'), avatars.load(ADDRESS, 'message-2')])
  expect(asked).toEqual([`message-1 ${ADDRESS}`])
  expect(avatars.shown(ADDRESS)).toMatch(/^blob:/)
  avatars.close()
  expect(avatars.shown(ADDRESS)).toBeUndefined()
})

test('one that cannot be had leaves the initials, and is not asked for again', async () => {
  let asked = 0
  const avatars = new Avatars(() => {
    asked++
    return Promise.reject(new Error('no picture'))
  })
  await avatars.load(ADDRESS, 'message-1')
  await avatars.load(ADDRESS, 'message-2')
  expect(asked).toBe(1)
  expect(avatars.shown(ADDRESS)).toBeUndefined()
})
