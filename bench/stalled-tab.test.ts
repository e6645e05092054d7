import { expect, test } from 'vitest'
import { lastIdIn } from './stalled-tab.ts'

const event = (id: number) => `id: ${id}\nevent: message\ndata: {"text":"id: 9"}\n\n`

test('the last event that is whole is the one a tab comes again after', () => {
  expect(lastIdIn(`: open\n\n${event(1)}${event(12)}id: 13\nevent: message\ndata: {"te`)).toBe('12')
})

test('what is not logged has no id', () => {
  expect(lastIdIn(': open\n\nevent: connection\ndata: {"seq":4}\n\n')).toBeUndefined()
})
