import type { Clock } from '../clock.ts'

/*
 * A circuit breaker (R9): a platform that is down costs no socket, and no wait.
 *   closed     calls are made; too many failures open it
 *   open       none is made, for `openMs`
 *   half-open  one is made, the probe; its outcome closes or opens. Nobody waits for the probe: the others are refused.
 * All by the monotonic clock: a wall clock that is set back keeps nothing open (R34).
 */

export type BreakerState = 'closed' | 'half-open' | 'open'

export interface BreakerLimits {
  /** Failures in a row that open it. */
  readonly failuresInRow: number
  /** The share of failures that opens it, where at least `minimumCalls` were made within `windowMs`. */
  readonly failureShare: number
  readonly minimumCalls: number
  readonly windowMs: number
  /** How long it stays open before a probe. */
  readonly openMs: number
}

const LIMITS: BreakerLimits = {
  ...{ failuresInRow: 5, failureShare: 0.5, minimumCalls: 10, windowMs: 30_000, openMs: 5_000 },
}

/** What a call says of the platform; `unknown` where it was given up before it could say anything. */
export type CallVerdict = 'success' | 'failure' | 'unknown'

/** A call that may be made must be settled, whatever becomes of it. */
export type Admission =
  | { readonly admitted: true; readonly settle: (verdict: CallVerdict) => void }
  | { readonly admitted: false; readonly retryInMs: number }

export interface BreakerParts {
  readonly clock: Clock
  readonly limits?: Partial<BreakerLimits>
  readonly changed?: (state: BreakerState) => void
}

export class CircuitBreaker {
  readonly #clock: Clock
  readonly #limits: BreakerLimits
  readonly #changed: (state: BreakerState) => void
  #state: BreakerState = 'closed'
  #openUntilMs = 0
  /** Calls that began before the last change of state have no say any more. */
  #era = 0
  #failuresInRow = 0
  #window: Slice[] = []

  constructor({ clock, limits, changed = () => undefined }: BreakerParts) {
    this.#clock = clock
    this.#limits = { ...LIMITS, ...limits }
    this.#changed = changed
  }

  get state(): BreakerState {
    return this.#state
  }

  /** Whether a call may be made now; if not, when to ask again. */
  admit(): Admission {
    const leftMs = this.#openUntilMs - this.#clock.monotonic()
    if (this.#state === 'half-open') return { admitted: false, retryInMs: this.#limits.openMs }
    if (this.#state === 'open') {
      if (leftMs > 0) return { admitted: false, retryInMs: leftMs }
      this.#become('half-open')
    }
    const era = this.#era
    return { admitted: true, settle: (verdict) => (era === this.#era ? this.#note(verdict) : undefined) }
  }

  #note(verdict: CallVerdict): void {
    if (this.#state === 'half-open') return this.#judgeProbe(verdict)
    if (verdict === 'unknown') return
    const failed = verdict === 'failure'
    this.#failuresInRow = failed ? this.#failuresInRow + 1 : 0
    this.#count(failed)
    if (failed && this.#isTooMuch()) this.#open()
  }

  #judgeProbe(verdict: CallVerdict): void {
    if (verdict === 'failure') return this.#open()
    // A probe that was given up says nothing: the next caller is the next probe.
    if (verdict === 'unknown') return this.#become('open')
    this.#failuresInRow = 0
    this.#window = []
    this.#become('closed')
  }

  #isTooMuch(): boolean {
    const { failuresInRow, failureShare, minimumCalls } = this.#limits
    if (this.#failuresInRow >= failuresInRow) return true
    const calls = this.#window.reduce((sum, slice) => sum + slice.calls, 0)
    const failures = this.#window.reduce((sum, slice) => sum + slice.failures, 0)
    return calls >= minimumCalls && failures >= failureShare * calls
  }

  /** Counts in slices of a tenth of the window: what is counted costs the same at any pace. */
  #count(failed: boolean): void {
    const { windowMs } = this.#limits
    const now = this.#clock.monotonic()
    const last = this.#window.at(-1)
    const isCurrent = last !== undefined && now < last.startMs + windowMs / 10
    const slice = isCurrent ? last : { startMs: now, calls: 0, failures: 0 }
    if (!isCurrent) this.#window = [...this.#window.filter(({ startMs }) => startMs > now - windowMs), slice]
    slice.calls += 1
    if (failed) slice.failures += 1
  }

  #open(): void {
    this.#openUntilMs = this.#clock.monotonic() + this.#limits.openMs
    this.#become('open')
  }

  #become(state: BreakerState): void {
    this.#state = state
    this.#era += 1
    this.#changed(state)
  }
}

interface Slice {
  readonly startMs: number
  calls: number
  failures: number
}
