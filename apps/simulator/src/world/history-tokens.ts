import type { Clock } from '../clock.ts'
import { createJwt } from './identifiers.ts'

interface HistoryToken {
  readonly sessionKey: string
  readonly expiresAtMs: number
}

/** The short-lived tokens that open a session's history over REST (web-messaging.md §13). */
export class HistoryTokens {
  readonly #clock: Clock
  readonly #tokens = new Map<string, HistoryToken>()

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** `exp` in epoch seconds, as it goes over the wire. */
  issue(sessionKey: string, lifetimeSeconds: number): { jwt: string; exp: number } {
    this.#sweep()
    const expiresAtMs = this.#clock.now() + lifetimeSeconds * 1000
    const jwt = createJwt()
    this.#tokens.set(jwt, { sessionKey, expiresAtMs })
    return { jwt, exp: Math.floor(expiresAtMs / 1000) }
  }

  /** The session it opens; undefined when it is unknown or has expired. */
  find(jwt: string): string | undefined {
    const token = this.#tokens.get(jwt)
    return token && token.expiresAtMs > this.#clock.now() ? token.sessionKey : undefined
  }

  clear(): void {
    this.#tokens.clear()
  }

  #sweep(): void {
    const nowMs = this.#clock.now()
    for (const [jwt, { expiresAtMs }] of this.#tokens) {
      if (expiresAtMs > nowMs) return
      this.#tokens.delete(jwt)
    }
  }
}
