import { expect, test } from 'vitest'
import { toPlainText } from './plain-text.ts'
import { toSpokenText } from './spoken-text.ts'

const parts = [{ type: 'text' as const, text: '*Two* kayaks' }]

test('what is read aloud has no marks; what is sent again or copied is as it was written', () => {
  expect(toSpokenText(parts, true)).toBe('Two kayaks')
  expect(toSpokenText(parts, false)).toBe('*Two* kayaks')
  expect(toPlainText(parts)).toBe('*Two* kayaks')
})
