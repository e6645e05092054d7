import * as v from 'valibot'
import type { Clock } from '../../clock.ts'
import type { Logger } from '../../logger.ts'
import type { Credential, CredentialSlot } from '../connector.ts'
import { UpstreamError } from '../upstream-error.ts'
import type { IssuedToken, TokenRequests } from './request-token.ts'

/** What is kept of a guest's token between requests and restarts. Times are wall-clock milliseconds. */
export const GuestCredential = v.object({
  accessToken: v.string(),
  refreshToken: v.optional(v.string()),
  guestHint: v.string(),
  requested: v.array(v.string()),
  granted: v.array(v.string()),
  issuedAtMs: v.number(),
  expiresAtMs: v.number(),
  refreshCount: v.number(),
})
export type GuestCredential = v.InferOutput<typeof GuestCredential>

/** Assumed where the platform does not say how long a token lives. */
const ASSUMED_LIFETIME_MS = 300_000
/** Lifetimes that are believed (R3). A few seconds are: a longer guess would turn each of those tokens into a 401. */
const MIN_LIFETIME_MS = 1_000
const MAX_LIFETIME_MS = 24 * 3600_000

/** `kept`: what a guest's credential has through all its renewals. */
export function toCredential(
  token: IssuedToken,
  kept: Pick<GuestCredential, 'guestHint' | 'requested' | 'refreshCount'>,
  issuedAtMs: number,
): GuestCredential {
  const stated = token.lifetimeMs ?? ASSUMED_LIFETIME_MS
  const lifetimeMs = stated >= MIN_LIFETIME_MS ? Math.min(stated, MAX_LIFETIME_MS) : ASSUMED_LIFETIME_MS
  return {
    accessToken: token.accessToken,
    ...(token.refreshToken === undefined ? {} : { refreshToken: token.refreshToken }),
    granted: [...token.granted],
    issuedAtMs,
    expiresAtMs: issuedAtMs + lifetimeMs,
    ...kept,
  }
}

/**
 * How long after its issue a token is renewed: at 80 % of its life, a tenth of that sooner or later so that guests do not
 * renew in step, and at least 30 s before its end; a token of less than a minute at half its life (platform-api.md §5.4).
 */
export function refreshAfterMs(lifetimeMs: number, random = Math.random): number {
  const jitter = 0.9 + random() / 5
  if (lifetimeMs < 60_000) return (lifetimeMs / 2) * jitter
  const latest = lifetimeMs - 30_000
  return Math.min(Math.min(lifetimeMs * 0.8, latest) * jitter, latest)
}

interface Held {
  readonly credential: GuestCredential
  /** On the monotonic clock: a wall clock that jumps neither renews nor kills a token. */
  readonly refreshAtMs: number
  readonly expiresAtMs: number
}

interface Parts {
  readonly slot: CredentialSlot
  readonly requests: TokenRequests
  readonly clock: Clock
  readonly logger: Logger
}

/**
 * One guest's access token, always a valid one. Renewed ahead of its end, by one caller at a time; a rotated refresh token
 * is stored before it is used; once a renewal has begun no caller can abort it.
 */
export class GuestToken {
  readonly #parts: Parts
  #held: Held | undefined
  #renewal: Promise<Held> | undefined
  #quietUntilMs = 0

  constructor(parts: Parts) {
    this.#parts = parts
  }

  /** A token to use now. Waits for a renewal only when the present token is past its end. Throws UpstreamError. */
  async current(): Promise<GuestCredential> {
    const held = this.#held ?? (await this.#load())
    const now = this.#parts.clock.monotonic()
    if (now < held.refreshAtMs) return held.credential
    if (now >= held.expiresAtMs) return (await this.#renew()).credential
    if (now >= this.#quietUntilMs) void this.#renewAhead()
    return held.credential
  }

  /** A token other than the one the platform rejected. Many callers with the same rejected token cause one renewal. */
  async insteadOf(rejectedAccessToken: string): Promise<GuestCredential> {
    const held = this.#held ?? (await this.#load())
    if (held.credential.accessToken !== rejectedAccessToken) return held.credential
    return (await this.#renew()).credential
  }

  /** What the platform granted is no longer what we hold: renew, and so check, before the next use. */
  distrust(): void {
    if (this.#held) this.#held = { ...this.#held, refreshAtMs: 0, expiresAtMs: 0 }
  }

  async #load(): Promise<Held> {
    const stored = v.parse(GuestCredential, await this.#parts.slot.read())
    return (this.#held ??= this.#hold(stored))
  }

  #hold(credential: GuestCredential, issuedAtMs = this.#recallIssue(credential)): Held {
    const lifetimeMs = credential.expiresAtMs - credential.issuedAtMs
    const expiresAtMs = issuedAtMs + lifetimeMs
    return { credential, expiresAtMs, refreshAtMs: issuedAtMs + refreshAfterMs(lifetimeMs) }
  }

  /** When another process had it issued, on our own clock: by the wall clock, and not in the future. */
  #recallIssue({ issuedAtMs }: GuestCredential): number {
    const { clock } = this.#parts
    return clock.monotonic() - Math.max(0, clock.now() - issuedAtMs)
  }

  async #renewAhead(): Promise<void> {
    try {
      await this.#renew()
    } catch (error) {
      // The present token still works; whoever needs a new one at its end is told why there is none.
      this.#quietUntilMs = this.#parts.clock.monotonic() + 1_000
      this.#parts.logger.warn({
        event: 'token-renewal-ahead-failed',
        cause: error instanceof UpstreamError ? error.code : 'unknown',
      })
    }
  }

  #renew(): Promise<Held> {
    this.#renewal ??= this.#request().finally(() => (this.#renewal = undefined))
    return this.#renewal
  }

  async #request(): Promise<Held> {
    const { slot, requests } = this.#parts
    const known = v.parse(GuestCredential, await slot.read())
    // Another process may have renewed it meanwhile: its rotated refresh token is the only good one.
    if (this.#held && known.refreshCount > this.#held.credential.refreshCount) return (this.#held = this.#hold(known))

    const refreshed = await this.#refresh(known)
    if (refreshed && !refreshed.shortfall) return this.#keep(known, refreshed)
    // A grant that was cut: the rotated refresh token is kept, and a new grant asked for by name.
    const kept = refreshed ? (await this.#keep(known, refreshed)).credential : known
    this.distrust()
    return this.#keep(kept, await this.#timed(() => requests.ask(known.guestHint)))
  }

  /** Undefined where there is nothing to refresh with, or the platform no longer takes it. */
  async #refresh({ refreshToken, granted }: GuestCredential): Promise<TimedToken | undefined> {
    const { requests, logger } = this.#parts
    if (refreshToken === undefined) return undefined
    try {
      return await this.#timed(() => requests.refresh(refreshToken, granted))
    } catch (error) {
      if (!(error instanceof UpstreamError) || error.code !== 'refresh-invalid') throw error
      logger.warn({ event: 'refresh-token-refused' })
      return undefined
    }
  }

  /** A token's life counts from the moment it was asked for. */
  async #timed(request: () => Promise<IssuedToken>): Promise<TimedToken> {
    const { clock } = this.#parts
    const [issuedAtMs, sentAtMs] = [clock.now(), clock.monotonic()]
    return { ...(await request()), issuedAtMs, sentAtMs }
  }

  async #keep({ guestHint, requested, refreshCount }: GuestCredential, token: TimedToken): Promise<Held> {
    const { slot, logger } = this.#parts
    const kept = { guestHint, requested, refreshCount: refreshCount + 1 }
    const credential = toCredential(token, kept, token.issuedAtMs)
    await slot.write(credential satisfies Credential)
    const lifetimeMs = credential.expiresAtMs - credential.issuedAtMs
    logger.info({ event: 'token-renewed', refreshCount: credential.refreshCount, lifetimeMs })
    return (this.#held = this.#hold(credential, token.sentAtMs))
  }
}

type TimedToken = IssuedToken & { readonly issuedAtMs: number; readonly sentAtMs: number }
