/** A piece of structured content as Web Messaging carries it (web-messaging.md §7), kept as it was sent. */
export type ContentItem = Readonly<{ contentType: string }> & Readonly<Record<string, unknown>>

/** What a conversation holds: a message or an event, worded as the guest REST contract sends it (platform-api.md §5.5). */
export interface Entity {
  readonly id: string
  readonly conversationId: string
  /** The platform's view: inbound comes from the guest. */
  readonly direction: 'inbound' | 'outbound'
  readonly type: 'Text' | 'Structured' | 'Event'
  readonly text?: string
  readonly content?: readonly ContentItem[]
  readonly timestamp: string
  readonly status?: 'received' | 'sent'
  readonly originatingEntity: 'Human' | 'Bot'
  /** `image` is the address of a picture, which only Web Messaging tells. */
  readonly from?: { readonly id?: string; readonly nickname?: string; readonly image?: string }
  readonly clientMessageId?: string
  readonly events?: readonly EntityEvent[]
  readonly metadata?: Readonly<Record<string, string>>
}

export type EntityEvent =
  | { readonly eventType: 'Presence'; readonly presence: { readonly type: 'Join' | 'Disconnect' | 'Clear' | 'SignIn' } }
  | { readonly eventType: 'Typing'; readonly typing: { readonly type: 'On' | 'Off'; readonly duration: number } }

/** An entity with its JSON, made once for every reader it will ever have. */
export interface WrittenEntity {
  readonly entity: Entity
  readonly json: string
  readonly atMs: number
}
