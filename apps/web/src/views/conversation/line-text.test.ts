import type { Participant } from '@foyer/shared/protocol/participant'
import type { ProblemCode } from '@foyer/shared/protocol/problem'
import { expect, test } from 'vitest'
import { lineText } from './line-text.ts'

const at = '2026-03-01T12:00:00.000Z'
const bot: Participant = { participantId: 'b', role: 'bot' }
const problem = (code: ProblemCode) => ({ type: 'about:blank', title: '', status: 503, detail: 'for operators', code })

test('a notice is said in the guest’s words', () => {
  const text = lineText({ type: 'notice', seq: 1, at, problem: problem('platform-unavailable') })
  expect(text).toBe('The chat is not available at the moment. Please try again in a few minutes.')
})

test('who comes and goes is named, by role where there is no name; the guest knows of their own coming', () => {
  const came = (participant: Participant) =>
    lineText({ type: 'participant', seq: 1, at, participant, change: 'joined' })
  expect(came({ participantId: 'a', role: 'agent', name: 'Mia' })).toBe('Mia joined')
  expect(came(bot)).toBe('Assistant joined')
  expect(came({ participantId: 'g', role: 'guest' })).toBe('')
})

test.each([
  ['ended', 'The chat has ended'],
  ['read-only', 'This chat is closed for new messages'],
  ['open', ''],
  ['cleared', ''],
] as const)('a conversation that is %s: %j', (state, text) => {
  expect(lineText({ type: 'conversation', seq: 1, at, state })).toBe(text)
})
