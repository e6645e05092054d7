import type { Conversation } from '../world/conversation.ts'
import type { World } from '../world/world.ts'

/** A script that plays the organisation's part in one conversation. */
export interface Scenario {
  readonly id: string
  readonly title: string
  readonly summary: string
  readonly start: (world: World, conversation: Conversation) => Scene
}

/** What the guest said or sent. */
export interface Heard {
  readonly words: string
  /** Names of files. */
  readonly files: readonly string[]
}

/** A scenario at work. It is stopped when a person joins, and when the conversation ends. */
export interface Scene {
  readonly hear: (heard: Heard) => void
  readonly stop: () => void
}
