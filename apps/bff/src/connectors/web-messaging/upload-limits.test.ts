import { describe, expect, test } from 'vitest'
import { forbiddenBy, limitsIn } from './upload-limits.ts'

const limits = { types: ['image/*', 'application/pdf'], maxBytes: 1_000, blockedExtensions: ['.svg', '.EXE'] }
const file = { name: 'holiday.png', mediaType: 'image/png', size: 1_000 }

describe('a file', () => {
  test.each([
    ['of a listed group of types', {}],
    ['of a listed type', { name: 'a.pdf', mediaType: 'application/pdf' }],
    ['of one byte', { size: 1 }],
  ])('%s may go up', (_what, change) => expect(forbiddenBy(limits, { ...file, ...change })).toBeUndefined())

  test.each([
    ['of another type', { mediaType: 'text/html' }, 4001],
    ['of a type that only begins alike', { mediaType: 'application/pdfx' }, 4001],
    ['with a blocked ending, in any case', { name: 'a.SVG', mediaType: 'image/svg+xml' }, 4001],
    ['with an ending that is blocked in capitals', { name: 'a.exe' }, 4001],
    ['too large by a byte', { size: 1_001 }, 4002],
    ['without an ending', { name: 'holiday' }, 4004],
    ['with nothing but an ending', { name: '.png' }, 4004],
    ['with a name that is too long', { name: `${'a'.repeat(1_020)}.png` }, 4005],
    ['with nothing in it', { size: 0 }, 4102],
  ])('%s may not', (_what, change, code) => expect(forbiddenBy(limits, { ...file, ...change })).toBe(code))

  test('goes nowhere without limits, and of any type where all are taken', () => {
    expect(forbiddenBy(undefined, file)).toBe(4000)
    expect(forbiddenBy({ ...limits, types: ['*/*'] }, { ...file, mediaType: 'x/y' })).toBeUndefined()
  })
})

test("a session's own limits, none, or nothing said", () => {
  const session = { connected: true, newSession: true, readOnly: false }
  const inbound = { fileTypes: [{ type: 'image/*' }], maxFileSizeKB: 10 }
  expect(limitsIn({ ...session, allowedMedia: { inbound }, blockedExtensions: ['.exe'] })).toEqual({
    ...{ types: ['image/*'], maxBytes: 10_000, blockedExtensions: ['.exe'] },
  })
  expect(limitsIn({ ...session, allowedMedia: {} })).toBe('none')
  expect(limitsIn(session)).toBeUndefined()
})
