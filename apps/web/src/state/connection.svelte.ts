import type { Clock } from '../api/clock.ts'
import type { Network } from '../api/network.ts'

/** Whom we cannot reach: the BFF's stream, the platform behind it, or the BFF when something is asked of it. */
export type Line = 'stream' | 'upstream' | 'request'

/** What the guest should know. */
export type ConnectionTrouble =
  /** `late`: an answer the guest waits for. */
  | { state: 'offline' | 'reconnecting' | 'late' }
  /** `pausing`: we sent too much, and go on by ourselves; nothing is out of reach. At 0 s it is under way again. */
  | { state: 'waiting' | 'pausing'; seconds: number }

/** Troubles shorter than this are nobody's business. */
const BLIP_MS = 1500
/** An answer that takes longer than this is late: from here on a guest wonders whether anything happens at all. */
const LATE_MS = 5000
/** A wait shorter than this is not worth counting down. */
const WORTH_COUNTING_MS = 3000

/** One answer to "is the line up?", from all who know a part of it. */
export class Connection {
  readonly #clock: Clock
  readonly #network: Network
  #retriesAtMs: Partial<Record<Line, number>> = {}
  #pausedUntilMs: number | undefined
  #late = 0
  #ticking: AbortController | undefined
  #trouble = $state.raw<ConnectionTrouble>()

  constructor(clock: Clock, network: Network) {
    this.#clock = clock
    this.#network = network
  }

  /** Undefined when all is well, or has not been bad for long. */
  get trouble(): ConnectionTrouble | undefined {
    return this.#trouble
  }

  /** Starts listening to the network. */
  start(): void {
    this.#network.subscribe(() => this.#judge())
    this.#judge()
  }

  /** This line is down, and tried again at `retryAtMs` (now, if not said). */
  down(line: Line, retryAtMs = 0): void {
    this.#retriesAtMs = { ...this.#retriesAtMs, [line]: retryAtMs }
    this.#judge()
  }

  up(line: Line): void {
    const { [line]: was, ...others } = this.#retriesAtMs
    this.#retriesAtMs = others
    if (was !== undefined) this.#judge()
  }

  /** We were told to send no more until then; undefined: that is over. */
  pause(untilMs: number | undefined): void {
    if (untilMs === this.#pausedUntilMs) return
    this.#pausedUntilMs = untilMs
    this.#judge()
  }

  /** Waits for an answer with the guest, who is told where it is late, until it is there. */
  async expect<T>(answer: Promise<T>): Promise<T> {
    const answered = new AbortController()
    void this.#noteLate(answered.signal)
    try {
      return await answer
    } finally {
      answered.abort()
    }
  }

  async #noteLate(answered: AbortSignal) {
    await this.#clock.sleep(LATE_MS, answered)
    if (answered.aborted) return
    const count = (change: number) => {
      this.#late += change
      this.#judge()
    }
    answered.addEventListener('abort', () => count(-1), { once: true })
    count(1)
  }

  get #isCutOff(): boolean {
    return Object.keys(this.#retriesAtMs).length > 0 || !this.#network.online
  }

  #judge() {
    const isCertain = this.#pausedUntilMs !== undefined || this.#late > 0
    if (!this.#isCutOff && !isCertain) {
      this.#ticking?.abort()
      this.#ticking = undefined
      this.#trouble = undefined
      return
    }
    if (this.#trouble || isCertain) this.#trouble = this.#describe()
    if (this.#ticking) return
    this.#ticking = new AbortController()
    void this.#tick(this.#ticking.signal, isCertain ? 1000 : BLIP_MS)
  }

  async #tick(signal: AbortSignal, firstMs: number) {
    await this.#clock.sleep(firstMs, signal)
    while (!signal.aborted) {
      this.#trouble = this.#describe()
      await this.#clock.sleep(1000, signal)
    }
  }

  #describe(): ConnectionTrouble {
    if (!this.#network.online) return { state: 'offline' }
    if (!this.#isCutOff && this.#late > 0) return { state: 'late' }
    if (!this.#isCutOff) return { state: 'pausing', seconds: this.#secondsTo(this.#pausedUntilMs) }
    const waitMs = Math.max(...Object.values(this.#retriesAtMs)) - this.#clock.now()
    const isCounting = this.#trouble?.state === 'waiting' && waitMs > 0
    if (waitMs < WORTH_COUNTING_MS && !isCounting) return { state: 'reconnecting' }
    return { state: 'waiting', seconds: Math.ceil(waitMs / 1000) }
  }

  #secondsTo(atMs = 0): number {
    return Math.max(0, Math.ceil((atMs - this.#clock.now()) / 1000))
  }
}
