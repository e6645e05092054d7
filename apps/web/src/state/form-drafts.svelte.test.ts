import { expect, test } from 'vitest'
import { fakeStorage } from './fake-storage.ts'
import { FormDrafts } from './form-drafts.svelte.ts'
import { createTabStorage } from './tab-storage.ts'

test('what was filled in is there after a reload, until it is discarded', () => {
  const browser = fakeStorage()
  const storage = createTabStorage(() => browser)
  const drafts = new FormDrafts(storage)
  drafts.write('message-1', { filled: { name: ['Maren'] }, page: 1 })
  drafts.write('message-2', { filled: {}, page: 0 })
  expect(new FormDrafts(storage).of('message-1')).toEqual({ filled: { name: ['Maren'] }, page: 1 })
  drafts.discard('message-1')
  expect(drafts.of('message-1')).toBeUndefined()
  expect(new FormDrafts(storage).of('message-1')).toBeUndefined()
  expect(new FormDrafts(storage).of('message-2')).toEqual({ filled: {}, page: 0 })
})

test('works where the browser gives no storage', () => {
  const blocked = createTabStorage(() => {
    throw new Error('blocked')
  })
  const drafts = new FormDrafts(blocked)
  drafts.write('message-1', { filled: {}, page: 0 })
  expect(drafts.of('message-1')).toEqual({ filled: {}, page: 0 })
})
