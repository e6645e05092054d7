import type { Change } from '../world/changes.ts'
import type { Conversation } from '../world/conversation.ts'
import type { ContentItem, Entity } from '../world/entity.ts'
import type { World } from '../world/world.ts'
import { greeting } from './greeting.ts'
import type { Heard, Scenario, Scene } from './scenario.ts'

/** At most one scenario per conversation. */
export class RunningScenarios {
  readonly #world: World
  readonly #scenes = new Map<string, { scenarioId: string; scene: Scene }>()

  constructor(world: World) {
    this.#world = world
    world.changes.watch((change) => this.#follow(change))
  }

  /** Takes the place of what runs there. */
  start(scenario: Scenario, conversation: Conversation): void {
    this.stop(conversation.id)
    this.#scenes.set(conversation.id, {
      scenarioId: scenario.id,
      scene: scenario.start(this.#world, conversation),
    })
  }

  /** Which scenario runs in a conversation. */
  runningIn(conversationId: string): string | undefined {
    return this.#scenes.get(conversationId)?.scenarioId
  }

  stop(conversationId: string): void {
    const running = this.#scenes.get(conversationId)
    this.#scenes.delete(conversationId)
    running?.scene.stop()
  }

  #follow(change: Change): void {
    if (change.type === 'opened') {
      if (this.#world.behaviour.demoAgent) this.start(greeting, change.conversation)
      return
    }
    if (this.#scenes.size === 0 || change.type === 'typing') return
    if (change.type === 'reset') return [...this.#scenes.keys()].forEach((id) => this.stop(id))
    const { conversation } = change
    if (conversation.state === 'disconnected' || conversation.agent) return this.stop(conversation.id)
    if (change.type !== 'entity' || change.entity.direction !== 'inbound') return
    // Joining is not saying anything.
    if (change.entity.type !== 'Event') this.#scenes.get(conversation.id)?.scene.hear(heardIn(change.entity))
  }
}

function heardIn({ text = '', content = [] }: Entity): Heard {
  return {
    // Some clients say what was chosen in the content alone (web-messaging.md §7.2).
    words: text === '' ? textsIn(content, 'buttonResponse', 'text').join(', ') : text,
    files: textsIn(content, 'attachment', 'filename'),
  }
}

function textsIn(content: readonly ContentItem[], part: string, member: string): string[] {
  return content
    .map((item) => (item[part] as Readonly<Record<string, unknown>> | undefined)?.[member])
    .filter((text) => typeof text === 'string')
}
