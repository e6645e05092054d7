import { expect, test } from 'vitest'
import { fakeStorage } from './fake-storage.ts'
import { createSessionHint } from './session-hint.ts'

const blocked = () => {
  throw new DOMException('storage is blocked', 'SecurityError')
}

test('is there for other tabs and later visits, until it is taken back', () => {
  const storage = fakeStorage()
  const hint = createSessionHint(() => storage)
  expect(hint.isSet).toBe(false)
  hint.write(true)
  expect(createSessionHint(() => storage).isSet).toBe(true)
  hint.write(false)
  expect(hint.isSet).toBe(false)
})

test('without storage there may be a session', () => {
  const hint = createSessionHint(blocked)
  hint.write(false)
  expect(hint.isSet).toBe(true)
})
