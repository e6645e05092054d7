import { postReply, showTyping } from '../world/take-part.ts'
import type { Conversation, Speaker } from '../world/conversation.ts'
import type { World } from '../world/world.ts'

/** Before the first key: reading what was said. */
const READING_MS = 400
const MS_PER_CHARACTER = 14
const MAX_TYPING_MS = 1800

/** Says lines one after another, each typed at the speed of a quick hand. */
export class Actor {
  readonly #world: World
  readonly #conversation: Conversation
  readonly #speaker: Speaker
  readonly #lines: string[] = []
  #cancelNext: (() => void) | undefined
  #isTyping = false

  constructor(world: World, conversation: Conversation, speaker: Speaker) {
    this.#world = world
    this.#conversation = conversation
    this.#speaker = speaker
  }

  say(line: string): void {
    this.#lines.push(line)
    if (!this.#cancelNext) this.#startNext()
  }

  /** Falls silent at once; what was not said yet is never said. */
  stop(): void {
    this.#cancelNext?.()
    this.#cancelNext = undefined
    this.#lines.length = 0
    if (this.#isTyping) this.#showTyping(false)
  }

  #startNext(): void {
    const line = this.#lines.shift()
    if (line === undefined) return void (this.#cancelNext = undefined)
    this.#cancelNext = this.#world.clock.after(READING_MS, () => {
      this.#showTyping(true)
      const typingMs = Math.min(MAX_TYPING_MS, line.length * MS_PER_CHARACTER)
      this.#cancelNext = this.#world.clock.after(typingMs, () => this.#finish(line))
    })
  }

  #finish(line: string): void {
    this.#showTyping(false)
    postReply(this.#world, this.#conversation, this.#speaker, { text: line })
    this.#startNext()
  }

  #showTyping(typing: boolean): void {
    this.#isTyping = typing
    showTyping(this.#world, this.#conversation, this.#speaker, typing)
  }
}
