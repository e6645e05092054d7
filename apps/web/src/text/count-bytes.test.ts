import fc from 'fast-check'
import { expect, test } from 'vitest'
import { countBytes } from './count-bytes.ts'

const anything = fc.array(fc.nat(0xffff)).map((codes) => String.fromCharCode(...codes))

test('counts what the encoder would make of any text', () => {
  const encoder = new TextEncoder()
  fc.assert(fc.property(anything, (text) => countBytes(text) === encoder.encode(text).length))
  expect(countBytes('aä€😀')).toBe(1 + 2 + 3 + 4)
})
