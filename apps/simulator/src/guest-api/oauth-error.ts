import type { Answer } from '../rest/answer.ts'

/** Headers of every answer of the token endpoint (RFC 6749 §5.1). */
export const TOKEN_HEADERS = { 'content-type': 'application/json', 'cache-control': 'no-store', pragma: 'no-cache' }

type OAuthErrorCode =
  | 'invalid_request'
  | 'invalid_client'
  | 'invalid_grant'
  | 'unauthorized_client'
  | 'unsupported_grant_type'
  | 'invalid_scope'

/** A refusal of the token endpoint. Both descriptions are sent, one for Genesys readers and one for OAuth's (§1.3). */
export class OAuthError extends Error {
  readonly status: number
  readonly code: OAuthErrorCode
  readonly headers: Readonly<Record<string, string>>

  constructor(code: OAuthErrorCode, description: string, { status = 400, headers = {} } = {}) {
    super(description)
    this.name = 'OAuthError'
    this.code = code
    this.status = status
    this.headers = headers
  }

  toAnswer(): Answer {
    const body = { error: this.code, description: this.message, error_description: this.message }
    return { status: this.status, headers: { ...TOKEN_HEADERS, ...this.headers }, body: JSON.stringify(body) }
  }
}
