import type { Diagnosis } from '@foyer/shared/protocol/problem'

/** Every cause a diagnosis can name. Each has its paragraph in docs/problems/diagnosis.md. */
export const causes = [
  'ok',
  'answer-unreadable',
  'body-too-large',
  'client-context-required',
  'client-secret-wrong',
  'client-unknown',
  'conflict',
  'conversation-ended',
  'conversation-not-found',
  'deployment-refused',
  'endpoint-not-found',
  'feature-off',
  'file-missing',
  'file-refused',
  'forbidden-unexplained',
  'grant-unsupported',
  'intermediary',
  'ip-blocked',
  'message-too-long',
  'network',
  'not-party',
  'permission-missing',
  'platform-unavailable',
  'policy-denied',
  'rate-limited',
  'refresh-invalid',
  'request-invalid',
  'scope-missing',
  'scope-unknown',
  'session-expired',
  'token-expired',
  'token-invalid',
  'token-missing',
  'unauthenticated-refused',
  'user-context-required',
] as const
export type Cause = (typeof causes)[number]

/** The kind of mending: what a machine may do by itself (`retry` … `new-token`), or what a person must. */
export type Action =
  | 'none'
  | 'retry'
  | 'wait'
  | 'refresh-token'
  | 'new-token'
  | 'start-new-conversation'
  | 'shorten'
  | 'allow-address'
  | 'change-connector'
  | 'change-policy'
  | 'check-deployment'
  | 'check-certificate'
  | 'check-network'
  | 'check-region'
  | 'fix-client'
  | 'fix-scopes'
  | 'grant-permission'
  | 'inspect'
  | 'request-scopes'
  | 'use-client-token'
  | 'use-user-token'

/**
 * A diagnosis with what the caller acts upon. `missing` lists alternatives where `requiredAnyOf` is set: one of them is
 * enough. `retryable` speaks of the cause alone; a POST is repeated only when it carries an id to reconcile by.
 */
export type Verdict = Diagnosis & {
  cause: Cause
  action: Action
  required: string[]
  requiredAnyOf?: string[]
  requiredPermissions?: string[]
  retryable: boolean
  retryAfterMs?: number
}

/** What one step of the diagnosis found out; what it leaves out is empty, or not retryable. */
export type Finding = Pick<Verdict, 'cause' | 'action' | 'detail' | 'fix'> &
  Partial<Omit<Verdict, 'cause' | 'action' | 'detail' | 'fix' | 'evidence' | 'requested'>>

/** The part of a verdict that goes on the wire. */
export function toDiagnosis(verdict: Verdict): Diagnosis {
  const { cause, detail, requested, granted, missing, evidence, fix } = verdict
  return { cause, detail, requested, granted, missing, evidence, fix }
}
