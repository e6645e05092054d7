import { SendMessage, type SentMessage } from '@foyer/shared/protocol/message'
import type { Problem } from '@foyer/shared/protocol/problem'
import * as v from 'valibot'
import { backOffMs } from '../api/back-off.ts'
import type { Clock } from '../api/clock.ts'
import type { Network } from '../api/network.ts'
import { isRetryable, ProblemError, retryAfterMs } from '../api/problem-error.ts'
import type { Entry } from '../timeline/timeline.ts'
import { isSuperseded, type Unsent } from '../timeline/with-unsent.ts'
import { untilWoken } from './persist.ts'
import type { TabStorage } from './tab-storage.ts'
import { toUnsent } from './to-unsent.ts'

/*
 * Messages on their way to the BFF: in order, one at a time, until each is taken or refused.
 *
 * - A message keeps its messageId through every attempt and every reload: sent twice, it is still one message.
 * - No answer is not a refusal: it stays, and is tried again with back-off. Neither is being asked to wait (429): it goes
 *   when it was told to, with all that were written after it.
 * - Taken, it is shown until the stream tells of it; what is not taken is kept in the tab's storage.
 */
export interface Letter extends Unsent {
  text: string
  accepted: boolean
}

export interface OutboxOptions {
  send(conversationId: string, message: SendMessage, signal: AbortSignal): Promise<SentMessage>
  clock: Clock
  network: Network
  storage: TabStorage
  /** The session or conversation cannot take any more messages. */
  onClosed(error: ProblemError): void
  /** When the next attempt is made; undefined while all is well. `isTooMuch`: we were told to slow down. */
  onWaiting(retryAtMs: number | undefined, isTooMuch?: boolean): void
}

interface Pause {
  delayMs: number
  /** We were told to slow down: a network that is back, or a page that is looked at, is no reason to go sooner. */
  isTooMuch: boolean
}

const Stored = v.object({ conversationId: v.string(), messages: v.array(SendMessage) })

export class Outbox {
  readonly #options: OutboxOptions
  #letters = $state.raw<readonly Letter[]>([])
  #conversationId: string | undefined
  #attached = new AbortController()
  #sending = false
  /** Since we were told to slow down: what is left goes in bursts, and it is one wait until the last has gone. */
  #isSlowed = false

  constructor(options: OutboxOptions) {
    this.#options = options
  }

  get letters(): readonly Letter[] {
    return this.#letters
  }

  add(message: SendMessage): void {
    this.#letters = [...this.#letters, toLetter(message, this.#options.clock.now())]
    this.#changed()
  }

  /** Tries a refused message again, under the same id. `refusedSeq`: the event that told of the refusal, if one did. */
  retry(message: SendMessage, refusedSeq = 0): void {
    const letter = { ...toLetter(message, this.#options.clock.now()), supersedesSeq: refusedSeq }
    const isThere = this.#letters.some((one) => isFor(one, message))
    this.#letters = isThere
      ? this.#letters.map((one) => (isFor(one, message) ? letter : one))
      : [...this.#letters, letter]
    this.#changed()
  }

  /**
   * From now on messages go to this conversation, those of before a reload included. Returns the texts that were meant
   * for another conversation.
   */
  attach(conversationId: string): string[] {
    const { storage, clock } = this.#options
    const stored = storage.read('outbox', Stored)
    const left = stored?.messages.filter((one) => !this.#letters.some((letter) => isFor(letter, one))) ?? []
    const isMeant = !stored?.conversationId || stored.conversationId === conversationId
    if (isMeant) this.#letters = [...left.map((one) => toLetter(one, clock.now())), ...this.#letters]
    this.#conversationId = conversationId
    this.#attached = new AbortController()
    this.#changed()
    return isMeant ? [] : left.map(({ text }) => text)
  }

  /** Stops sending and empties the box. Returns the texts nobody took, those of before a reload included. */
  takeBack(): string[] {
    const stored = this.#options.storage.read('outbox', Stored)?.messages ?? []
    const older = stored.filter((one) => !this.#letters.some((letter) => isFor(letter, one)))
    const texts = [...older, ...this.#letters.filter(({ accepted }) => !accepted)].map(({ text }) => text)
    this.#attached.abort()
    this.#conversationId = undefined
    this.#letters = []
    this.#options.storage.write('outbox', undefined)
    this.#tellWaiting(undefined)
    return texts
  }

  /** Lets go of what the timeline knows by now. */
  settle(entries: readonly Entry[]): void {
    if (this.#letters.length === 0) return
    this.#letters = this.#letters.filter((letter) => !isSuperseded(letter, entries))
    this.#store()
  }

  #changed() {
    this.#store()
    void this.#sendAll()
  }

  get #next(): Letter | undefined {
    return this.#letters.find(({ accepted, message }) => !accepted && message.state === 'pending')
  }

  async #sendAll() {
    if (this.#sending || !this.#conversationId) return
    this.#sending = true
    const { signal } = this.#attached
    for (let attempt = 0; !signal.aborted;) {
      const next = this.#next
      if (!next) break
      const pause = await this.#send(this.#conversationId, next, attempt, signal)
      attempt = pause ? attempt + 1 : 0
      if (pause) await this.#wait(pause, signal)
    }
    this.#sending = false
    if (this.#isSlowed && !this.#next) this.#tellWaiting(undefined) // The last has gone by another way.
    if (signal.aborted && !this.#attached.signal.aborted) void this.#sendAll()
  }

  /** Returns the pause before the next attempt; undefined when this message is done with. */
  async #send(
    conversationId: string,
    letter: Letter,
    attempt: number,
    signal: AbortSignal,
  ): Promise<Pause | undefined> {
    try {
      const sent = await this.#options.send(conversationId, toMessage(letter), signal)
      if (!signal.aborted) this.#judge(letter, sent.state, sent.problem)
    } catch (error) {
      if (signal.aborted) return undefined
      if (!(error instanceof ProblemError) || isRetryable(error)) {
        const isTooMuch = error instanceof ProblemError && error.isTooMuch
        return { delayMs: retryAfterMs(error) ?? backOffMs(attempt), isTooMuch }
      }
      if (!closes(error)) this.#judge(letter, 'failed', error.problem)
      else {
        this.#attached.abort()
        this.#options.onClosed(error)
      }
    }
    return undefined
  }

  #judge(letter: Letter, state: SentMessage['state'], problem: Problem | undefined) {
    const judged = { ...letter, accepted: state !== 'failed', message: { ...letter.message, state, problem } }
    this.#letters = this.#letters.map((one) => (isFor(one, letter.message) ? judged : one))
    if (!this.#isSlowed || !this.#next) this.#tellWaiting(undefined)
    this.#store()
  }

  #tellWaiting(retryAtMs: number | undefined, isTooMuch = false) {
    this.#isSlowed = isTooMuch
    this.#options.onWaiting(retryAtMs, isTooMuch)
  }

  async #wait({ delayMs, isTooMuch }: Pause, signal: AbortSignal) {
    const { clock, network } = this.#options
    this.#tellWaiting(clock.now() + delayMs, isTooMuch)
    if (isTooMuch) await clock.sleep(delayMs, signal)
    else await untilWoken(clock, network, delayMs, signal)
  }

  #store() {
    const messages = this.#letters.filter(({ accepted }) => !accepted).map(toMessage)
    const { storage } = this.#options
    if (messages.length === 0) storage.write('outbox', undefined)
    else storage.write('outbox', { conversationId: this.#conversationId ?? '', messages })
  }
}

function toLetter(message: SendMessage, nowMs: number): Letter {
  return { ...toUnsent(message, nowMs), text: message.text, accepted: false }
}

function toMessage({ message: { messageId, parts, reply }, text }: Letter): SendMessage {
  const attachment = parts.find((part) => part.type === 'attachment')?.attachment
  return { messageId, text, reply, attachment }
}

function isFor(letter: Letter, { messageId }: { messageId: string }): boolean {
  return letter.message.messageId === messageId
}

/** Not a matter of this message: nothing more can be sent here. */
function closes({ isGone, problem }: ProblemError): boolean {
  return isGone || problem.code === 'conversation-ended'
}
