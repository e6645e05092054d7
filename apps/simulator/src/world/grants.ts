import type { Clock } from '../clock.ts'
import type { Grant, GrantFamily } from './grant.ts'
import { createAccessToken, createRefreshToken, createUuid } from './identifiers.ts'

interface RefreshToken {
  readonly family: GrantFamily
  readonly expiresAtMs: number
  isUsed: boolean
}

export interface Lifetimes {
  readonly accessMs: number
  /** Absent: no refresh token is issued. */
  readonly refreshMs: number | undefined
}

export interface IssuedGrant {
  readonly grant: Grant
  readonly expiresInSeconds: number
  readonly refreshToken: string | undefined
}

/** How long a dead token is still told apart from one that never was. */
const REMEMBERED_MS = 60 * 60 * 1000

/** Every access and refresh token there is. */
export class Grants {
  readonly #clock: Clock
  readonly #grants = new Map<string, Grant>()
  readonly #refreshTokens = new Map<string, RefreshToken>()

  constructor(clock: Clock) {
    this.#clock = clock
  }

  issue(family: GrantFamily, scopes: readonly string[], lifetimes: Lifetimes): IssuedGrant {
    this.#forgetOldest()
    const now = this.#clock.now()
    const grant: Grant = {
      id: createUuid(),
      accessToken: createAccessToken(),
      family,
      scopes,
      expiresAtMs: now + lifetimes.accessMs,
      isRevoked: false,
      endListeners: new Set(),
      cancelExpiry: undefined,
    }
    family.grants.add(grant)
    this.#grants.set(grant.accessToken, grant)
    const refreshToken = this.#issueRefreshToken(family, lifetimes.refreshMs)
    return { grant, expiresInSeconds: lifetimes.accessMs / 1000, refreshToken }
  }

  #issueRefreshToken(family: GrantFamily, lifetimeMs: number | undefined): string | undefined {
    if (lifetimeMs === undefined) return undefined
    const refreshToken = createRefreshToken()
    this.#refreshTokens.set(refreshToken, { family, expiresAtMs: this.#clock.now() + lifetimeMs, isUsed: false })
    return refreshToken
  }

  find(accessToken: string): Grant | undefined {
    return this.#grants.get(accessToken)
  }

  isExpired(grant: Grant): boolean {
    return this.#clock.now() >= grant.expiresAtMs
  }

  /**
   * Whose refresh token this is, read without using it up. A token that was used before is a stolen one or its owner's:
   * nobody knows, so the whole family is revoked (RFC 9700 §4.14.2).
   */
  familyOf(refreshToken: string): GrantFamily | undefined {
    const found = this.#refreshTokens.get(refreshToken)
    if (!found || found.family.isRevoked || this.#clock.now() >= found.expiresAtMs) return undefined
    if (!found.isUsed) return found.family
    this.revokeFamily(found.family)
    return undefined
  }

  useUp(refreshToken: string): void {
    const found = this.#refreshTokens.get(refreshToken)
    if (found) found.isUsed = true
  }

  /** Living grants: neither expired nor revoked. */
  *living(): Iterable<Grant> {
    for (const grant of this.#grants.values()) if (!grant.isRevoked && !this.isExpired(grant)) yield grant
  }

  expire(grant: Grant): void {
    grant.expiresAtMs = Math.min(grant.expiresAtMs, this.#clock.now())
    end(grant)
  }

  revoke(grant: Grant): void {
    grant.isRevoked = true
    end(grant)
  }

  revokeFamily(family: GrantFamily): void {
    family.isRevoked = true
    for (const grant of family.grants) this.revoke(grant)
  }

  /** Calls back once, when the token expires or is revoked. Returns what stops it. */
  onEnd(grant: Grant, listener: () => void): () => void {
    grant.endListeners.add(listener)
    grant.cancelExpiry ??= this.#clock.after(grant.expiresAtMs - this.#clock.now(), () => end(grant))
    return () => {
      grant.endListeners.delete(listener)
      if (grant.endListeners.size === 0) cancelExpiry(grant)
    }
  }

  /** Ends and forgets everything. */
  clear(): void {
    for (const grant of this.#grants.values()) this.revoke(grant)
    this.#grants.clear()
    this.#refreshTokens.clear()
  }

  #forgetOldest(): void {
    const before = this.#clock.now() - REMEMBERED_MS
    for (const [accessToken, grant] of this.#grants) {
      if (grant.expiresAtMs > before) break
      this.#grants.delete(accessToken)
      grant.family.grants.delete(grant)
    }
    for (const [refreshToken, { expiresAtMs }] of this.#refreshTokens) {
      if (expiresAtMs > before) break
      this.#refreshTokens.delete(refreshToken)
    }
  }
}

function end(grant: Grant): void {
  cancelExpiry(grant)
  const listeners = [...grant.endListeners]
  grant.endListeners.clear()
  for (const listener of listeners) listener()
}

function cancelExpiry(grant: Grant): void {
  grant.cancelExpiry?.()
  grant.cancelExpiry = undefined
}
