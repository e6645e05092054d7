import { expect, test } from 'vitest'
import { fits } from './answer.ts'

const choices = (count: number) => Array.from({ length: count }, (_, at) => ({ text: 'a', payload: String(at) }))

test('what was chosen fits as long as no platform counts it as too long: in bytes', () => {
  expect(fits('a'.repeat(4096), choices(1))).toBe(true)
  expect(fits('ä'.repeat(2049), choices(1))).toBe(false)
})

test('there may be as many choices as the protocol carries', () => {
  expect(fits('a', choices(50))).toBe(true)
  expect(fits('a', choices(51))).toBe(false)
})
