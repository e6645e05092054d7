import { createMessageId } from './identifiers.ts'
import type { Entity, WrittenEntity } from './entity.ts'
import type { RememberedSend } from './remembered-sends.ts'

export interface Participant {
  readonly purpose: 'customer' | 'agent' | 'bot'
  readonly nickname: string | null
  state: 'connected' | 'disconnected'
}

/** Who speaks for the organisation: a person or a bot. `image` is the address of a picture. */
export interface Speaker {
  readonly nickname: string
  readonly kind: Entity['originatingEntity']
  readonly image?: string | undefined
}

export type EntityListener = (written: WrittenEntity) => void

/** One exchange between a guest and whoever answers. Entities are in order of time, and only ever added. */
export interface Conversation {
  readonly id: string
  readonly guestId: string
  /** Learnt when the guest signs in, if not before. */
  guestName: string | undefined
  readonly language: string | undefined
  customAttributes: Readonly<Record<string, string>>
  readonly createdAtMs: number
  state: 'connected' | 'disconnected'
  readOnly: boolean
  endedAtMs: number | undefined
  disconnectType: 'client' | 'peer' | undefined
  readonly participants: Participant[]
  /** Who answers, while somebody is in. */
  agent: Speaker | undefined
  guestIsTyping: boolean
  inboundCount: number
  readonly entities: WrittenEntity[]
  /** Where in `entities` an id stands; a typing event, which is not in it, stands half-way between two. */
  readonly positions: Map<string, number>
  readonly typingIds: string[]
  readonly sends: Map<string, RememberedSend>
  /** Streams and waiting readers. */
  readonly listeners: Set<EntityListener>
  /** Time of the latest entity, announced ones included: no two have the same. */
  lastAtMs: number
}

export interface ConversationProfile {
  name?: string | undefined
  language?: string | undefined
  customAttributes?: Readonly<Record<string, string>> | undefined
}

export function createConversation(
  id: string,
  guestId: string,
  { name, language, customAttributes = {} }: ConversationProfile,
  nowMs: number,
): Conversation {
  return {
    id,
    guestId,
    guestName: name,
    language,
    customAttributes,
    createdAtMs: nowMs,
    state: 'connected',
    readOnly: false,
    endedAtMs: undefined,
    disconnectType: undefined,
    participants: [{ purpose: 'customer', nickname: name ?? null, state: 'connected' }],
    agent: undefined,
    guestIsTyping: false,
    inboundCount: 0,
    entities: [],
    positions: new Map(),
    typingIds: [],
    sends: new Map(),
    listeners: new Set(),
    lastAtMs: 0,
  }
}

export type EntityDraft = Omit<Entity, 'id' | 'conversationId' | 'timestamp'>

/** Adds an entity for good and tells those who listen. Its time is later than that of every entity before it. */
export function appendEntity(conversation: Conversation, draft: EntityDraft, nowMs: number): WrittenEntity {
  const written = writeEntity(conversation, draft, nextTime(conversation, nowMs))
  conversation.positions.set(written.entity.id, conversation.entities.length)
  conversation.entities.push(written)
  if (draft.direction === 'inbound') conversation.inboundCount += 1
  for (const listener of conversation.listeners) listener(written)
  return written
}

/** How many ids of typing events stay good as cursors. */
const MAX_TYPING_IDS = 64

/** Tells those who listen now, and nobody later. Its id is a good cursor all the same: a reader may page on from it. */
export function announceEntity(conversation: Conversation, draft: EntityDraft, nowMs: number): WrittenEntity {
  const written = writeEntity(conversation, draft, nextTime(conversation, nowMs))
  conversation.positions.set(written.entity.id, conversation.entities.length - 0.5)
  if (conversation.typingIds.push(written.entity.id) > MAX_TYPING_IDS) {
    conversation.positions.delete(conversation.typingIds.shift() ?? '')
  }
  for (const listener of conversation.listeners) listener(written)
  return written
}

/** Two official clients know messages apart by their time (web-messaging.md §6), so each has its own. */
export function nextTime(conversation: Pick<Conversation, 'lastAtMs'>, nowMs: number): number {
  conversation.lastAtMs = Math.max(nowMs, conversation.lastAtMs + 1)
  return conversation.lastAtMs
}

function writeEntity(conversation: Conversation, draft: EntityDraft, atMs: number): WrittenEntity {
  const { direction, type, text, content, status, originatingEntity, from, clientMessageId, events, metadata } = draft
  const entity: Entity = {
    id: createMessageId(),
    conversationId: conversation.id,
    direction,
    type,
    ...(text === undefined ? {} : { text }),
    ...(content && { content }),
    timestamp: new Date(atMs).toISOString(),
    ...(status && { status }),
    originatingEntity,
    ...(from && { from }),
    ...(clientMessageId === undefined ? {} : { clientMessageId }),
    ...(events && { events }),
    ...(metadata && { metadata }),
  }
  // The guest REST contract has no pictures of people (platform-api.md §5.5).
  const json = JSON.stringify(from?.image === undefined ? entity : { ...entity, from: { ...from, image: undefined } })
  return { entity, json, atMs }
}
