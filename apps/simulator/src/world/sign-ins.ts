import { createHash } from 'node:crypto'
import type { Clock } from '../clock.ts'
import { createAccessToken, createJwt } from './identifiers.ts'

/** Somebody the provider of identities vouches for. */
export interface SignedInUser {
  readonly id: string
  readonly firstName?: string | undefined
  readonly lastName?: string | undefined
}

/** What the provider handed to the person's browser. What is set has to be matched when it is traded in. */
export interface Assertion {
  readonly kind: 'code' | 'id-token'
  readonly user: SignedInUser
  readonly redirectUri?: string | undefined
  /** S256 of the verifier (RFC 7636 §4.2). */
  readonly codeChallenge?: string | undefined
  readonly nonce?: string | undefined
}

/** One person signed in to one deployment, from the trade to the end of it. */
export interface SignIn {
  readonly user: SignedInUser
  readonly deploymentId: string
  readonly jwtMs: number
  /** The provider's word is good until then. */
  readonly endsAtMs: number
  isRevoked: boolean
}

export interface Trade {
  readonly deploymentId: string
  readonly jwtMs: number
  readonly refreshMs: number
  readonly redirectUri?: string | null | undefined
  readonly codeVerifier?: string | null | undefined
  readonly nonce?: string | null | undefined
}

const ASSERTION_MS = 600_000

/** Authenticated guests (web-messaging.md §18): what a provider asserts, and the tokens it is traded for. */
export class SignIns {
  readonly #clock: Clock
  readonly #assertions = new Map<string, Assertion & { readonly expiresAtMs: number }>()
  readonly #jwts = new Map<string, { readonly signIn: SignIn; readonly expiresAtMs: number }>()
  readonly #refreshTokens = new Map<string, SignIn>()

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** A code or an id token, good once, as the provider sends a person back with it. */
  assert(assertion: Assertion): string {
    const word = assertion.kind === 'code' ? createAccessToken() : createJwt()
    this.#assertions.set(word, { ...assertion, expiresAtMs: this.#clock.now() + ASSERTION_MS })
    return word
  }

  /** Undefined when the word is spent, too old, or not for who brings it. A refresh token comes for a code only. */
  trade(kind: Assertion['kind'], word: string, trade: Trade): { jwt: string; refreshToken?: string } | undefined {
    const assertion = this.#assertions.get(word)
    this.#assertions.delete(word)
    if (assertion?.kind !== kind || assertion.expiresAtMs <= this.#clock.now() || !fits(assertion, trade))
      return undefined
    const { deploymentId, jwtMs, refreshMs } = trade
    const endsAtMs = this.#clock.now() + (kind === 'code' ? refreshMs : jwtMs)
    const signIn: SignIn = { user: assertion.user, deploymentId, jwtMs, endsAtMs, isRevoked: false }
    if (kind === 'id-token') return { jwt: this.#issue(signIn) }
    const refreshToken = createAccessToken()
    this.#refreshTokens.set(refreshToken, signIn)
    return { jwt: this.#issue(signIn), refreshToken }
  }

  /** A new token for a sign-in that goes on; its refresh token stays. */
  refresh(refreshToken: string): string | undefined {
    const signIn = this.#refreshTokens.get(refreshToken)
    return signIn && !this.isOver(signIn) ? this.#issue(signIn) : undefined
  }

  /** Whose token this is; undefined when it is unknown, has expired or was revoked. */
  find(jwt: string): SignIn | undefined {
    const known = this.#jwts.get(jwt)
    return known && known.expiresAtMs > this.#clock.now() && !this.isOver(known.signIn) ? known.signIn : undefined
  }

  isOver({ isRevoked, endsAtMs }: SignIn): boolean {
    return isRevoked || endsAtMs <= this.#clock.now()
  }

  clear(): void {
    this.#assertions.clear()
    this.#jwts.clear()
    this.#refreshTokens.clear()
  }

  #issue(signIn: SignIn): string {
    const jwt = createJwt()
    this.#jwts.set(jwt, { signIn, expiresAtMs: Math.min(this.#clock.now() + signIn.jwtMs, signIn.endsAtMs) })
    return jwt
  }
}

function fits({ redirectUri, codeChallenge, nonce }: Assertion, trade: Trade): boolean {
  const challenge = createHash('sha256')
    .update(trade.codeVerifier ?? '')
    .digest('base64url')
  return (
    (redirectUri === undefined || redirectUri === trade.redirectUri) &&
    (codeChallenge === undefined || codeChallenge === challenge) &&
    (nonce === undefined || nonce === trade.nonce)
  )
}
