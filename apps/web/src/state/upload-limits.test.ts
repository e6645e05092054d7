import { expect, test } from 'vitest'
import { refusalOf } from './upload-limits.ts'

const limits = { types: ['image/*', 'application/pdf'], maxBytes: 1000, blockedExtensions: ['.exe'] }
const file = (name: string, type: string, size = 10) => refusalOf({ name, type, size }, limits)

test.each([
  ['photo.png', 'image/png', 10, undefined],
  ['plan.pdf', 'application/pdf', 1000, undefined],
  ['plan.pdf', 'application/pdf', 1001, 'too-large'],
  ['plan.pdf', 'application/pdf', 0, 'empty'],
  ['page.html', 'text/html', 10, 'type'],
  ['photo.EXE', 'image/png', 10, 'type'],
  ['photo', 'image/png', 10, 'no-extension'],
  ['unknown.heic', '', 10, undefined],
])('%s, %s, %i bytes: %s', (name, type, size, refusal) => {
  expect(file(name, type, size)).toBe(refusal)
})

test('any type at all may be allowed', () => {
  expect(refusalOf({ name: 'a.bin', type: 'x/y', size: 1 }, { ...limits, types: ['*/*'] })).toBeUndefined()
})
