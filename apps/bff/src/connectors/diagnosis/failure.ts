/** What Foyer wanted of the platform when it failed. `platform` is every call outside the guest contract. */
export type Operation =
  | 'token'
  | 'refresh'
  | 'createConversation'
  | 'readConversation'
  | 'listMessages'
  | 'stream'
  | 'sendMessage'
  | 'typing'
  | 'endConversation'
  | 'revoke'
  | 'platform'

/** ISO 8601, or milliseconds since 1970. */
export type Instant = string | number

/** What the caller knew. Whatever is left out is unknown, not empty. */
export type FailureContext = {
  /** Scopes the token request asked for. */
  requested?: readonly string[] | undefined
  /** Scopes the token answer granted. */
  granted?: readonly string[] | undefined
  /** Scopes the operation needs, where they are not those of the guest contract. */
  required?: readonly string[] | undefined
  /** Scopes the platform grants to a client that asks for none. */
  defaultScopesHint?: readonly string[] | undefined
  clientId?: string | undefined
  tokenExpiresAt?: Instant | undefined
  now?: Instant | undefined
  /** The platform's domain, host or URL in use. */
  region?: string | undefined
  /** 1 for the first try. From 2 on, a token that is refused again is not asked for again. */
  attempt?: number | undefined
}

/** An answer as it came: header names in lower case, the body as text. */
export type PlatformResponse = { status: number; headers: Record<string, string>; body: string }

/** Why there was no answer: the system's or the HTTP client's code, such as `ECONNRESET`. */
export type NetworkError = { code?: string | undefined; message?: string | undefined }

/** Which try it was, from 1. */
export const attemptOf = ({ attempt = 1 }: FailureContext): number =>
  Number.isFinite(attempt) ? Math.min(100, Math.max(1, attempt)) : 1

export type Failure = {
  operation: Operation
  context: FailureContext
  response?: PlatformResponse | undefined
  networkError?: NetworkError | undefined
}
