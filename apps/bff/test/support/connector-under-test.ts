import type { Simulator } from '@foyer/simulator/start-simulator'
import { onTestFinished } from 'vitest'
import type {
  Connector,
  ConnectorEvent,
  Credential,
  CredentialSlot,
  UpstreamGuest,
  UpstreamSession,
} from '../../src/connectors/connector.ts'
import { UpstreamError } from '../../src/connectors/upstream-error.ts'

export function connectTo(simulator: Simulator, connect: (url: string) => Connector): Connector {
  const connector = connect(simulator.url)
  onTestFinished(() => connector.close())
  return connector
}

export function keep(first: Credential): CredentialSlot {
  let credential = first
  return { read: async () => credential, write: async (next) => void (credential = next) }
}

export function agentOf({ control }: Simulator, conversationId: string) {
  return {
    join: (name: string) => control.joinAgent(conversationId, name),
    say: (text: string) => control.sendAgentMessage(conversationId, text),
    type: () => control.showAgentTyping(conversationId, true),
    offer: (content: readonly object[], text?: string) => control.sendAgentContent(conversationId, content, text),
    hand: (file: { name: string; type: string; bytes: Uint8Array }) => control.sendAgentFile(conversationId, file),
    leave: () => control.leaveAgent(conversationId),
    end: () => control.disconnectConversation(conversationId, { readOnly: true }),
  }
}

/** A session that is listened to, until the test is over. */
export class Listening {
  readonly events: ConnectorEvent[] = []
  readonly session: UpstreamSession
  readonly #stop = new AbortController()
  readonly #done: Promise<void>
  #arrived = Promise.withResolvers<undefined>()

  constructor(guest: UpstreamGuest, upstreamConversationId: string, cursor?: string) {
    this.session = guest.openConversation({ upstreamConversationId, cursor, signal: this.#stop.signal })
    this.#done = this.#listen()
    onTestFinished(() => this.stop())
  }

  /** Stored events by their place in the conversation, each once. */
  told(): Extract<ConnectorEvent, { upstreamId: string }>[] {
    const seen = new Set<string>()
    return this.events.flatMap((event) => {
      if (!('upstreamId' in event) || seen.has(event.upstreamId)) return []
      seen.add(event.upstreamId)
      return [event]
    })
  }
  texts(): string[] {
    return distinct(this.told())
  }
  cursor(): string | undefined {
    return this.told().findLast((event) => event.cursor !== undefined)?.cursor
  }

  /** The first event that is what is waited for. */
  async until<Event extends ConnectorEvent>(is: (event: ConnectorEvent) => event is Event): Promise<Event>
  async until(is: (event: ConnectorEvent) => boolean): Promise<ConnectorEvent>
  async until(is: (event: ConnectorEvent) => boolean): Promise<ConnectorEvent> {
    for (;;) {
      const found = this.events.find(is)
      if (found) return found
      await this.#arrived.promise
    }
  }

  /** Does something once the platform has somebody to tell it to: between two answers there is nobody. */
  async attentive(act: () => Promise<unknown>): Promise<void> {
    for (let turn = 0; turn < 20 && !this.events.some(({ type }) => type === 'typing'); turn++) {
      await act()
      await Promise.race([this.#arrived.promise, new Promise((resolve) => setTimeout(resolve, 50))])
    }
  }

  async stop(): Promise<void> {
    this.#stop.abort(new Error('the test is over'))
    await this.#done
  }

  async #listen(): Promise<void> {
    for await (const event of this.session) {
      this.events.push(event)
      this.#arrived.resolve(undefined)
      this.#arrived = Promise.withResolvers()
    }
  }
}

export const distinct = (events: readonly ConnectorEvent[]): string[] => {
  const byId = new Map(
    events.flatMap((event) =>
      event.type === 'message'
        ? [[event.upstreamId, event.parts.map((part) => (part.type === 'text' ? part.text : '')).join('')] as const]
        : [],
    ),
  )
  return [...byId.values()]
}

export async function refusalOf(call: Promise<unknown>): Promise<UpstreamError> {
  const error: unknown = await call.catch((thrown: unknown) => thrown)
  if (error instanceof UpstreamError) return error
  throw new Error(`not diagnosed: ${String(error)}`)
}
