import { appendEntity, announceEntity, type Conversation, type EntityDraft } from './conversation.ts'
import type { ContentItem, Entity, WrittenEntity } from './entity.ts'
import type { World } from './world.ts'

/** Milliseconds a typing indicator is meant to stay, as the platform sends it. */
const TYPING_DURATION_MS = 5000

/** What is said: words, structured content, or both. `metadata` is the sender's own. */
export interface Saying {
  readonly text?: string | undefined
  readonly content?: readonly ContentItem[] | undefined
  readonly metadata?: Readonly<Record<string, string>> | undefined
}

/** The guest says something. After an end that is not read-only this opens the conversation again. */
export function postGuestMessage(
  world: World,
  conversation: Conversation,
  said: Saying,
  clientMessageId: string | undefined,
): WrittenEntity {
  if (conversation.state === 'disconnected') reopen(world, conversation)
  conversation.guestIsTyping = false
  const written = append(world, conversation, {
    direction: 'inbound',
    ...worded(said),
    status: 'received',
    originatingEntity: 'Human',
    from: {
      id: conversation.guestId,
      ...(conversation.guestName === undefined ? {} : { nickname: conversation.guestName }),
    },
    ...(clientMessageId === undefined ? {} : { clientMessageId }),
  })
  if (clientMessageId !== undefined) conversation.sends.set(clientMessageId, { text: said.text ?? '', written })
  return written
}

export function showGuestTyping(world: World, conversation: Conversation, typing: boolean): void {
  conversation.guestIsTyping = typing
  world.changes.publish({ type: 'typing', conversation, by: 'guest', typing })
}

/** Who speaks for the organisation: a person or a bot. */
export interface Speaker {
  readonly nickname: string
  readonly kind: Entity['originatingEntity']
}

export function postReply(world: World, conversation: Conversation, speaker: Speaker, said: Saying): Entity {
  return append(world, conversation, {
    direction: 'outbound',
    ...worded(said),
    status: 'sent',
    originatingEntity: speaker.kind,
    from: { nickname: speaker.nickname },
  }).entity
}

function worded({ text, content, metadata }: Saying): Pick<EntityDraft, 'type' | 'text' | 'content' | 'metadata'> {
  return {
    type: content === undefined || content.length === 0 ? 'Text' : 'Structured',
    ...(text === undefined ? {} : { text }),
    ...(content && content.length > 0 && { content }),
    ...(metadata && { metadata }),
  }
}

/** Typing is shown to whoever listens at that moment and is part of no history. */
export function showTyping(world: World, conversation: Conversation, speaker: Speaker, typing: boolean): void {
  announceEntity(
    conversation,
    {
      direction: 'outbound',
      type: 'Event',
      originatingEntity: speaker.kind,
      from: { nickname: speaker.nickname },
      events: [{ eventType: 'Typing', typing: { type: typing ? 'On' : 'Off', duration: TYPING_DURATION_MS } }],
    },
    world.clock.now(),
  )
  world.changes.publish({ type: 'typing', conversation, by: 'agent', typing })
}

/** An agent comes in; who was in before goes. Joining twice under one name is joining once. */
export function joinAgent(world: World, conversation: Conversation, name: string): void {
  if (conversation.agentName === name) return
  leaveAgent(world, conversation)
  conversation.agentName = name
  conversation.participants.push({ purpose: 'agent', nickname: name, state: 'connected' })
  append(world, conversation, presence('Join', name))
  world.changes.publish({ type: 'updated', conversation })
}

/** The agent goes; the conversation stays open for the next. */
export function leaveAgent(world: World, conversation: Conversation): void {
  const name = conversation.agentName
  if (name === undefined) return
  conversation.agentName = undefined
  disconnectParticipants(conversation, 'agent')
  append(world, conversation, presence('Disconnect', name))
  world.changes.publish({ type: 'updated', conversation })
}

/** The organisation ends the conversation. Not read-only means that the guest may open it again by writing. */
export function disconnectByAgent(world: World, conversation: Conversation, readOnly: boolean): void {
  if (conversation.state === 'disconnected') return
  end(world, conversation, { type: 'peer', readOnly, by: conversation.agentName })
}

/** The guest leaves. Where that is not for good, writing opens the conversation again. */
export function disconnectByGuest(world: World, conversation: Conversation, readOnly = true): void {
  if (conversation.state === 'disconnected') return
  end(world, conversation, { type: 'client', readOnly, by: undefined })
}

/** The guest comes in, or wipes what was said. */
export function postGuestEvent(world: World, conversation: Conversation, type: 'Join' | 'Clear'): WrittenEntity {
  return append(world, conversation, {
    direction: 'inbound',
    type: 'Event',
    originatingEntity: 'Human',
    events: [{ eventType: 'Presence', presence: { type } }],
  })
}

interface Ending {
  type: 'client' | 'peer'
  readOnly: boolean
  by: string | undefined
}

function end(world: World, conversation: Conversation, { type, readOnly, by }: Ending): void {
  conversation.state = 'disconnected'
  conversation.readOnly = readOnly
  conversation.disconnectType = type
  conversation.agentName = undefined
  conversation.guestIsTyping = false
  disconnectParticipants(conversation)
  const { atMs } = append(world, conversation, {
    ...presence('Disconnect', by),
    metadata: { readOnly: String(readOnly) },
  })
  conversation.endedAtMs = atMs
  world.changes.publish({ type: 'updated', conversation })
}

function reopen(world: World, conversation: Conversation): void {
  conversation.state = 'connected'
  conversation.endedAtMs = undefined
  conversation.disconnectType = undefined
  for (const participant of conversation.participants) {
    if (participant.purpose === 'customer') participant.state = 'connected'
  }
  world.changes.publish({ type: 'updated', conversation })
}

function disconnectParticipants({ participants }: Conversation, purpose?: 'agent'): void {
  for (const participant of participants) {
    if (purpose === undefined || participant.purpose === purpose) participant.state = 'disconnected'
  }
}

function presence(type: 'Join' | 'Disconnect', nickname: string | undefined): EntityDraft {
  return {
    direction: 'outbound',
    type: 'Event',
    originatingEntity: 'Human',
    ...(nickname === undefined ? {} : { from: { nickname } }),
    events: [{ eventType: 'Presence', presence: { type } }],
  }
}

function append(world: World, conversation: Conversation, draft: EntityDraft): WrittenEntity {
  const written = appendEntity(conversation, draft, world.clock.now())
  world.changes.publish({ type: 'entity', conversation, entity: written.entity })
  return written
}
