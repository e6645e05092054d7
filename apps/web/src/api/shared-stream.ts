import { type LoggedEvent, StreamEvent } from '@foyer/shared/protocol/event'
import * as v from 'valibot'
import { SILENCE_MS, startEventStream, type EventStreamOptions, type StreamState } from './event-stream.ts'
import { isLogged } from './is-logged.ts'
import type { TabChannel, Tabs } from './tabs.ts'

/*
 * One conversation's events for all tabs of a browser: one tab reads the stream and tells the others (R25).
 *
 *   following ──no other tab leads──▶ leading ──closed, or led by force──▶ the next
 *
 * - Who leads is a Web Lock: the browser gives it to the next tab when the leader goes, however it goes.
 * - A follower knows where it is by the gapless `seq`. A gap, or its own arrival, makes it ask the leader, who keeps what it
 *   read lately; what is too old for that the follower reads from the history (`onBehind`). So a takeover goes on where the
 *   new leader is, and misses nothing.
 * - A leader that says nothing for SILENT_MS, or does not answer a tab that is looked at, is frozen: it loses the lead.
 */
export interface SharedStreamOptions extends EventStreamOptions {
  name: string
  /** Undefined: there is nothing to share it with. */
  tabs: Tabs | undefined
  /** What happened cannot be had from the leader: the history has it. */
  onBehind(): void
}

const State = v.variant('state', [
  v.object({ state: v.picklist(['connecting', 'open', 'offline']) }),
  v.object({ state: v.literal('waiting'), retryAtMs: v.number() }),
])
/** Parsed, like all that comes in: another tab may have an older version of the page. */
const Word = v.variant('type', [
  v.object({ type: v.literal('hello'), after: v.number() }),
  v.object({ type: v.literal('events'), events: v.array(StreamEvent) }),
  /** The leader has nothing of what is up to `seq`. */
  v.object({ type: v.literal('kept-after'), seq: v.number() }),
  v.object({ type: v.literal('state'), state: State }),
  v.object({ type: v.literal('alive') }),
  v.object({ type: v.literal('refused') }),
])
type Word = v.InferOutput<typeof Word>

/** The leader hears from the BFF every 15 s, and passes that on. */
const SILENT_MS = SILENCE_MS + 10_000
const ANSWER_MS = 3_000
const MAX_KEPT = 500

/** Follows the events until the returned function is called. */
export function startSharedStream(options: SharedStreamOptions): () => void {
  return options.tabs ? new SharedStream(options, options.tabs).stop : startEventStream(options)
}

class SharedStream {
  readonly #options: SharedStreamOptions
  readonly #tabs: Tabs
  readonly #channel: TabChannel
  readonly #stopped = new AbortController()
  readonly #unsubscribe: () => void
  #turn = new AbortController()
  #isLeading = false
  #isForcing = false
  #lastSeq: number
  #state: StreamState = { state: 'connecting' }
  /** What the leader read lately, and after which seq that begins. */
  #kept: LoggedEvent[] = []
  #keptAfter = 0
  #heardAtMs: number
  #isHeard = false

  constructor(options: SharedStreamOptions, tabs: Tabs) {
    this.#options = options
    this.#tabs = tabs
    this.#lastSeq = options.after
    this.#heardAtMs = options.clock.now()
    this.#channel = tabs.join(options.name, (message) => this.#hear(message))
    this.#unsubscribe = options.network.subscribe(() => void this.#lookUp())
    void this.#takeTurns()
    void this.#watch()
    this.#say({ type: 'hello', after: this.#lastSeq })
  }

  readonly stop = (): void => {
    this.#stopped.abort()
    this.#unsubscribe()
    this.#channel.leave()
  }

  async #takeTurns() {
    while (!this.#stopped.signal.aborted) {
      this.#turn = new AbortController()
      const signal = AbortSignal.any([this.#stopped.signal, this.#turn.signal])
      const force = this.#isForcing
      this.#isForcing = false
      await this.#tabs.lead(this.#options.name, (led) => this.#lead(led), { signal, force })
      this.#heardAtMs = this.#options.clock.now()
    }
  }

  async #lead(signal: AbortSignal) {
    this.#isLeading = true
    this.#kept = []
    this.#keptAfter = this.#lastSeq
    const stopReading = startEventStream({
      ...this.#options,
      after: this.#lastSeq,
      onEvents: (events) => {
        this.#say({ type: 'events', events: [...events] })
        this.#keep(events)
        this.#take(events)
      },
      onState: (state) => this.#tellState(state),
      onAlive: () => this.#say({ type: 'alive' }),
      onRefused: (error) => {
        this.#say({ type: 'refused' })
        this.#options.onRefused(error)
      },
    })
    await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve()))
    stopReading()
    this.#isLeading = false
  }

  #hear(message: unknown) {
    const word = v.safeParse(Word, message)
    if (!word.success || this.#stopped.signal.aborted) return
    if (word.output.type === 'hello') this.#answer(word.output.after)
    else if (!this.#isLeading) this.#follow(word.output)
  }

  #follow(word: Exclude<Word, { type: 'hello' }>) {
    this.#heardAtMs = this.#options.clock.now()
    this.#isHeard = true
    if (word.type === 'events') this.#catchUp(word.events)
    else if (word.type === 'kept-after' && word.seq > this.#lastSeq) this.#options.onBehind()
    else if (word.type === 'state') this.#options.onState(word.state)
    else if (word.type === 'refused') this.#options.onRefused(undefined)
  }

  #answer(after: number) {
    if (!this.#isLeading) return
    this.#say({ type: 'state', state: this.#state })
    if (after < this.#keptAfter) this.#say({ type: 'kept-after', seq: this.#keptAfter })
    else this.#say({ type: 'events', events: this.#kept.filter(({ seq }) => seq > after) })
  }

  #catchUp(events: readonly StreamEvent[]) {
    const fresh = events.filter((event) => !isLogged(event) || event.seq > this.#lastSeq)
    const next = fresh.find(isLogged)
    if (next && next.seq > this.#lastSeq + 1) this.#say({ type: 'hello', after: this.#lastSeq })
    else this.#take(fresh)
  }

  #take(events: readonly StreamEvent[]) {
    this.#lastSeq = events.filter(isLogged).reduce((last, { seq }) => Math.max(last, seq), this.#lastSeq)
    if (events.length > 0) this.#options.onEvents([...events])
  }

  #keep(events: readonly StreamEvent[]) {
    this.#kept.push(...events.filter(isLogged))
    for (const gone of this.#kept.splice(0, this.#kept.length - MAX_KEPT)) this.#keptAfter = gone.seq
  }

  #tellState(state: StreamState) {
    this.#state = state
    this.#say({ type: 'state', state })
    this.#options.onState(state)
  }

  /** The page is looked at again, or the network is back: does the leader live? */
  async #lookUp() {
    const { clock, network } = this.#options
    if (this.#isLeading || !network.online) return
    this.#isHeard = false
    this.#say({ type: 'hello', after: this.#lastSeq })
    await clock.sleep(ANSWER_MS, this.#stopped.signal)
    if (!this.#isHeard) this.#forceLead()
  }

  async #watch() {
    const { clock, network } = this.#options
    while (!this.#stopped.signal.aborted) {
      await clock.sleep(SILENT_MS / 4, this.#stopped.signal)
      if (network.online && clock.now() - this.#heardAtMs > SILENT_MS) this.#forceLead()
    }
  }

  #forceLead() {
    if (this.#isLeading || this.#stopped.signal.aborted) return
    this.#isForcing = true
    this.#turn.abort()
  }

  #say(word: Word) {
    if (!this.#stopped.signal.aborted) this.#channel.say(word)
  }
}
