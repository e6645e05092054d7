import { expect, test } from 'vitest'
import { canMove } from './message-state.ts'

test.each([
  ['pending', ['sent', 'delivered', 'read', 'failed']],
  ['sent', ['delivered', 'read']],
  ['delivered', ['read']],
  ['read', []],
  ['failed', ['pending', 'sent', 'delivered', 'read']],
] as const)('a message that is %s may become %j and nothing else', (from, reachable) => {
  const states = ['pending', 'sent', 'delivered', 'read', 'failed'] as const
  expect(states.filter((to) => canMove(from, to))).toEqual(reachable)
})
