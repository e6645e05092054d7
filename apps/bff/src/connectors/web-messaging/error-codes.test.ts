import type { ServerFrame } from '@foyer/shared/platform/web-messaging/server-frames'
import { describe, expect, test } from 'vitest'
import { toUpstreamProblem } from '../../conversations/upstream-problem.ts'
import { refusalIn, refusalOf } from './error-codes.ts'

const WORDS = 'CANARY words of the platform'
const said = (code: number): ServerFrame => ({ class: 'string', type: 'message', code, body: WORDS })

describe('a code of the platform', () => {
  // Every code of web-messaging.md §17; the last column is the problem the guest is shown.
  test.each([
    [400, 'request-invalid', false, 'message-refused'],
    [401, 'unauthenticated-refused', false, 'platform-refused'],
    [403, 'feature-off', false, 'not-supported'],
    [404, 'request-invalid', false, 'message-refused'],
    [408, 'platform-unavailable', true, 'platform-unavailable'],
    [409, 'conversation-ended', false, 'conversation-ended'],
    [429, 'rate-limited', true, 'rate-limited'],
    [4000, 'feature-off', false, 'not-supported'],
    [4001, 'file-refused', false, 'attachment-refused'],
    [4002, 'file-refused', false, 'attachment-refused'],
    [4003, 'file-refused', false, 'attachment-refused'],
    [4004, 'file-refused', false, 'attachment-refused'],
    [4005, 'file-refused', false, 'attachment-refused'],
    [4006, 'conversation-ended', false, 'conversation-ended'],
    [4007, 'conversation-ended', false, 'conversation-ended'],
    [4008, 'file-missing', false, 'attachment-not-found'],
    [4009, 'file-missing', false, 'attachment-not-found'],
    [4010, 'file-refused', false, 'attachment-refused'],
    [4011, 'message-too-long', false, 'message-refused'],
    [4012, 'request-invalid', false, 'message-refused'],
    [4013, 'body-too-large', false, 'message-refused'],
    [4014, 'request-invalid', false, 'message-refused'],
    [4015, 'request-invalid', false, 'message-refused'],
    [4016, 'request-invalid', false, 'message-refused'],
    [4017, 'session-expired', false, 'conversation-ended'],
    [4020, 'request-invalid', false, 'message-refused'],
    [4029, 'rate-limited', true, 'rate-limited'],
    [4102, 'file-refused', false, 'attachment-refused'],
    [500, 'platform-unavailable', true, 'platform-unavailable'],
    [503, 'platform-unavailable', true, 'platform-unavailable'],
    [5000, 'platform-unavailable', true, 'platform-unavailable'],
  ])('%i means %s (retryable: %s), told as %s; its words are not passed on', (code, cause, retryable, problem) => {
    const refusal = refusalIn(said(code), 'send')
    expect(refusal).toMatchObject({ code: cause, retryable, outcome: 'refused' })
    expect(refusal?.verdict.evidence).toMatchObject({ operation: 'send', code: String(code) })
    expect(JSON.stringify(refusal?.verdict)).not.toContain('CANARY')
    expect(refusal?.verdict.detail).toMatch(/^Sending a message did not work: .{10}/)
    expect(refusal && toUpstreamProblem(refusal, false).code).toBe(problem)
  })

  test('for a socket that is not opened is a matter of the deployment, unless it passes', () => {
    expect(refusalOf('open', 403)).toMatchObject({ code: 'deployment-refused', retryable: false })
    expect(refusalOf('open', 403).verdict.fix).not.toEqual([])
    expect(refusalOf('open', 429)).toMatchObject({ code: 'rate-limited', retryable: true })
    expect(refusalOf('open', 503)).toMatchObject({ code: 'platform-unavailable', retryable: true })
    expect(refusalOf('configure', 400).code).toBe('deployment-refused')
  })

  test.each(['open', 'deployment', 'history'] as const)(
    'of a redirect says that something stands in between: %s',
    (operation) => {
      const refusal = refusalOf(operation, 302)
      expect(refusal).toMatchObject({ code: 'intermediary', verdict: { action: 'check-network' } })
      expect(toUpstreamProblem(refusal, false)).toMatchObject({ code: 'platform-refused', status: 502 })
    },
  )
})

test.each(['Session authentication failed: expired', 'Try to authenticate again'])(
  'a 403 that says "%s" wants the guest to sign in; no other does',
  (body) => {
    const frame = { ...said(403), body } as ServerFrame
    expect(refusalIn(frame, 'send')).toMatchObject({ code: 'unauthenticated-refused', retryable: false })
    expect(refusalIn(said(403), 'send')?.code).toBe('feature-off')
  },
)

describe('a frame', () => {
  const envelope = { type: 'message', code: 200 }

  test('tells how long to wait', () => {
    const body = { retryAfter: 3, errorCode: 4029, errorMessage: WORDS }
    const refusal = refusalIn({ ...envelope, code: 429, class: 'TooManyRequestsErrorMessage', body }, 'send')
    expect(refusal).toMatchObject({ code: 'rate-limited', retryAfterMs: 3_000 })
  })

  test.each(['GenerateUrlError', 'UploadFailureEvent'] as const)('%s is about a file', (name) => {
    const body = { attachmentId: 'a', errorCode: 4002, errorMessage: WORDS }
    expect(refusalIn({ ...envelope, class: name, body }, 'file')).toMatchObject({ code: 'file-refused' })
  })

  test('that refuses nothing is no refusal', () => {
    const body = { attachmentId: 'a' }
    expect(refusalIn({ ...envelope, class: 'AttachmentDeletedResponse', body }, 'file')).toBeUndefined()
  })
})

test.each([
  [4001, /type/],
  [4002, /too large/],
  [4004, /name/],
  [4005, /too long/],
  [4102, /empty/],
])('the guest reads what is wrong with a file (%i)', (code, words) => {
  const problem = toUpstreamProblem(refusalOf('file', code), false)
  expect(problem).toMatchObject({
    code: 'attachment-refused',
    status: 422,
    detail: expect.stringMatching(words) as string,
  })
})
