import type { EventLog, NewEvent } from '../event-log/event-log.ts'
import type { Verdict } from '../connectors/diagnosis/verdict.ts'
import { UpstreamError } from '../connectors/upstream-error.ts'
import type { ConversationRecord } from './conversation.ts'
import { inTurn } from '../in-turn.ts'
import type { KeptRecord } from './kept-record.ts'

/** Names of our own for what no platform names: the log knows by them what it has already. */
const ENDED_ID = 'foyer:ended'
const CLEARED_ID = 'foyer:cleared'

const TOO_LATE: Verdict = {
  ...({ cause: 'conversation-ended', action: 'start-new-conversation', retryable: false } as const),
  detail: 'The conversation had ended before the message could be sent.',
  ...{ fix: [], requested: [], required: [], granted: [], missing: [], evidence: { operation: 'sendMessage' } },
}

/**
 * How a conversation ends: it is logged, once, whoever tells of it first; then its record is kept. Where the store fails at
 * either, it has not ended yet, and all of it can be done again.
 */
export class Ending {
  readonly #log: EventLog
  readonly #kept: KeptRecord
  #granted: 'no' | 'ended' | 'cleared' = 'no'
  #asking = 0
  #isLogged = false
  readonly #inTurn = inTurn()

  constructor(log: EventLog, kept: KeptRecord) {
    this.#log = log
    this.#kept = kept
  }

  /** What the guest does to leave: `asked` while it is on its way, then what the platform has granted. */
  get parting(): 'no' | 'asked' | 'ended' | 'cleared' {
    if (this.#granted !== 'no') return this.#granted
    return this.#asking > 0 ? 'asked' : 'no'
  }

  get isOver(): boolean {
    return this.#kept.current.state === 'ended'
  }

  /** Nothing can be said any more as soon as the platform has wiped what was said, though that is not kept yet. */
  get record(): ConversationRecord {
    const record = this.#kept.current
    return this.#isWiped ? { ...record, state: 'ended', participants: [] } : record
  }

  /** Who ended it, where no platform says. */
  get endedBy(): 'guest' | 'system' {
    return this.#granted === 'ended' ? 'guest' : 'system'
  }

  /** What waited until now is not said any more to somebody who was left. Throws UpstreamError `conversation-ended`. */
  refuseLate(): void {
    if (this.isOver || this.#granted !== 'no') throw new UpstreamError(TOO_LATE, 'not-sent')
  }

  /** Asks the platform, unless it has granted it before; what is wiped stays so. Throws UpstreamError. */
  async part(how: 'ended' | 'cleared', ask: () => Promise<void>): Promise<void> {
    if (this.#granted === how || this.#isWiped) return
    this.#asking++
    try {
      await ask()
      if (!this.#isWiped) this.#granted = how
    } finally {
      this.#asking--
    }
  }

  /** `event` says that it has ended, and who ended it. */
  finish(event: NewEvent): Promise<void> {
    return this.#inTurn(async () => {
      if (this.isOver || this.#isWiped) return
      if (!this.#isLogged && !(await this.#knows(event))) await this.#append({ ...event, upstreamId: ENDED_ID })
      this.#isLogged = true
      await this.#kept.change({ state: 'ended' })
    })
  }

  wipe(): Promise<void> {
    return this.#inTurn(() => this.#wipe())
  }

  /** Keeps an end that an earlier process has logged, and died before it kept it: nobody else may ever tell of it. */
  takeUp(): Promise<void> {
    return this.#inTurn(async () => {
      if (this.isOver) return
      if (await this.#knows({ upstreamId: CLEARED_ID })) {
        this.#granted = 'cleared'
        await this.#wipe()
      } else if (await this.#knows({ upstreamId: ENDED_ID })) await this.#kept.change({ state: 'ended' })
    })
  }

  async #wipe(): Promise<void> {
    await this.#append({ type: 'conversation', state: 'cleared', upstreamId: CLEARED_ID })
    await this.#log.wipe(this.#kept.current.conversationId)
    await this.#kept.change({ state: 'ended', participants: [] })
  }

  get #isWiped(): boolean {
    return this.#granted === 'cleared'
  }

  /** By the platform's name for it: earlier versions logged it under that. */
  async #knows({ upstreamId }: Pick<NewEvent, 'upstreamId'>): Promise<boolean> {
    return upstreamId !== undefined && this.#log.knows(this.#kept.current.conversationId, upstreamId)
  }

  async #append(event: NewEvent): Promise<void> {
    await this.#log.append(this.#kept.current.conversationId, [event])
  }
}

/** Whether the platform has nothing left to end. */
export const isGone = (error: unknown): boolean =>
  error instanceof UpstreamError && (error.code === 'conversation-ended' || error.code === 'conversation-not-found')
