import type {
  Attention,
  Connector,
  ConnectorEvent,
  OpenConversationOptions,
  OutgoingMessage,
  UpstreamFiles,
  UpstreamSession,
} from '../../src/connectors/connector.ts'
import type { StoredConnectorEvent } from '../../src/conversations/ingest.ts'

const GUEST = { participantId: 'guest', role: 'guest' } as const
export const NOOR = { participantId: 'agent:Noor', role: 'agent', name: 'Noor' } as const

type Unnumbered<Event> = Event extends unknown ? Omit<Event, 'upstreamId' | 'cursor'> : never

/** What becomes of one message that is sent: `take` puts it into the platform's record and answers with its id. */
export type SendStep = (
  message: OutgoingMessage,
  take: () => string,
  signal?: AbortSignal,
) => Promise<{ upstreamId?: string | undefined }>

/**
 * A platform at the height of a connector, for one conversation. It keeps a record; tells it to whoever listens, from
 * their cursor on; and does with each message what it was told to, else takes it and answers.
 */
export class ScriptedConnector implements Connector {
  readonly name = 'scripted'
  readonly capabilities = {
    ...{ typing: true, attachments: false, structuredContent: false, clear: false, end: true, history: true },
    readReceipts: false,
    presence: true,
  }
  /** Everything that happened, in the platform's order. */
  readonly record: StoredConnectorEvent[] = []
  /** What reached it, in order: `start`, `open c-1 after up-1`, `send one`, `read after up-1`, `end` … */
  readonly calls: string[] = []
  /** For the messages to come, one each. */
  readonly steps: SendStep[] = []
  /** Whether it gives back the id we gave a message, and whether it echoes a message to who listens. */
  givesBackIds = true
  echoes = true
  sendsAtOnce = 0
  mostSendsAtOnce = 0
  /** What goes on while the guest's leaving, or clearing, is on its way. */
  ending = async (): Promise<void> => undefined
  /** What goes on while the record is being read. */
  reading = async (_: AbortSignal | undefined): Promise<void> => undefined
  files: UpstreamFiles | undefined
  refusal: { start?: Error; end?: Error; read?: Error; revoke?: Error } = {}
  readonly #listeners = new Set<(event: ConnectorEvent) => void>()
  readonly attention: Attention[] = []
  #conversations = 0

  get listeners(): number {
    return this.#listeners.size
  }
  /** The texts of the guest's messages the platform has. */
  get taken(): string[] {
    return this.record.flatMap((event) =>
      event.type === 'message' && event.from.role === 'guest'
        ? event.parts.map((part) => (part.type === 'text' ? part.text : ''))
        : [],
    )
  }

  admit = async () => ({})
  describe = () => ({ requested: [], granted: [], missing: [], issuedAt: '', expiresAt: '', refreshCount: 0 })
  close = async () => void this.calls.push('close')

  guest = () => ({
    startConversation: async () => {
      this.calls.push('start')
      if (this.refusal.start) throw this.refusal.start
      return `upstream-${++this.#conversations}`
    },
    openConversation: (options: OpenConversationOptions) => this.#open(options),
    revoke: async () => {
      this.calls.push('revoke')
      if (this.refusal.revoke) throw this.refusal.revoke
    },
  })

  /** Puts something into the record and tells it; answers with its id. */
  happen(event: Unnumbered<StoredConnectorEvent>): string {
    const recorded = this.#record(event)
    this.tell(recorded)
    return recorded.upstreamId
  }
  say(text: string): string {
    return this.happen({ type: 'message', from: NOOR, parts: [{ type: 'text', text }] })
  }
  /** Tells who listens, and keeps nothing. */
  tell(event: ConnectorEvent): void {
    for (const listener of this.#listeners) listener(event)
  }

  #record(event: Unnumbered<StoredConnectorEvent>): StoredConnectorEvent {
    const upstreamId = `up-${this.record.length + 1}`
    const recorded: StoredConnectorEvent = { ...event, upstreamId, cursor: upstreamId }
    this.record.push(recorded)
    return recorded
  }

  #after(cursor: string | undefined): StoredConnectorEvent[] {
    return this.record.slice(this.record.findIndex(({ upstreamId }) => upstreamId === cursor) + 1)
  }

  #open({ upstreamConversationId, cursor, signal }: OpenConversationOptions): UpstreamSession {
    this.calls.push(`open ${upstreamConversationId}${cursor === undefined ? '' : ` after ${cursor}`}`)
    return {
      [Symbol.asyncIterator]: () => this.#receive(cursor, signal),
      send: (message, abort) => this.#send(message, abort),
      readRecord: async (from, abort) => {
        this.calls.push(`read${from === undefined ? '' : ` after ${from}`}`)
        if (this.refusal.read) throw this.refusal.read
        await this.reading(abort)
        return this.#after(from)
      },
      files: this.files,
      typing: async (typing) => void this.calls.push(`typing ${typing}`),
      end: async () => {
        this.calls.push('end')
        if (this.refusal.end) throw this.refusal.end
        await this.ending()
      },
      clear: async () => {
        this.calls.push('clear')
        await this.ending()
      },
      attend: (attention) => void this.attention.push(attention),
    }
  }

  async *#receive(cursor: string | undefined, signal: AbortSignal): AsyncGenerator<ConnectorEvent> {
    const queue: ConnectorEvent[] = [...this.#after(cursor), { type: 'up' }]
    let wake = () => {}
    const listener = (event: ConnectorEvent) => {
      queue.push(event)
      wake()
    }
    this.#listeners.add(listener)
    signal.addEventListener('abort', () => wake())
    try {
      while (!signal.aborted) {
        const event = queue.shift()
        if (!event) await new Promise<void>((resolve) => (wake = resolve))
        else yield event
        if (event?.type === 'closed') return
      }
    } finally {
      this.#listeners.delete(listener)
    }
  }

  async #send(message: OutgoingMessage, signal?: AbortSignal): Promise<{ upstreamId?: string | undefined }> {
    this.calls.push(`send ${message.text}`)
    this.mostSendsAtOnce = Math.max(this.mostSendsAtOnce, ++this.sendsAtOnce)
    const step = this.steps.shift() ?? (async (_: OutgoingMessage, take: () => string) => ({ upstreamId: take() }))
    try {
      return await step(message, () => this.#take(message), signal)
    } finally {
      this.sendsAtOnce--
    }
  }

  #take({ messageId, text }: OutgoingMessage): string {
    const known = this.record.find((event) => event.type === 'message' && event.messageId === messageId)
    if (known && this.givesBackIds) return known.upstreamId
    const id = this.givesBackIds ? { messageId } : {}
    const said = { type: 'message' as const, from: GUEST, parts: [{ type: 'text' as const, text }], ...id }
    return this.echoes ? this.happen(said) : this.#record(said).upstreamId
  }
}
