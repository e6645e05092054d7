import type { Diagnosis, Problem, ProblemCode } from '@foyer/shared/protocol/problem'

export const problem = (code: ProblemCode, status: number, more: Partial<Problem> = {}): Problem => ({
  type: `https://foyer.example/problems/${code}`,
  title: code,
  status,
  detail: code,
  code,
  requestId: '5f0f7a52-0d3c-4a77-9f0e-6a1b7c9d2e31',
  ...more,
})

/** The platform let the guest in, and not write. */
export const missingScope: Diagnosis = {
  cause: 'scope-not-granted',
  detail: 'The guest token does not carry the scope that sending a message needs.',
  requested: ['conversations:messages:write', 'conversations:messages:read'],
  granted: ['conversations:messages:read'],
  missing: ['conversations:messages:write'],
  evidence: {
    ...{ operation: 'send-message', status: 403, code: 'missing.permissions' },
    correlationId: 'b1c0f2b4-97a5-4c1d-9d51-3f6b1f0e6a55',
  },
  fix: [
    'In the platform’s administration, open the OAuth client of this chat.',
    'Add the scope conversations:messages:write to it and save.',
    'Wait a minute, then press “Try again”.',
  ],
}
