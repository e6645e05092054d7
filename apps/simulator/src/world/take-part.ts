import { appendEntity, announceEntity, type Conversation, type EntityDraft, type Speaker } from './conversation.ts'
import type { ContentItem, Entity, WrittenEntity } from './entity.ts'
import type { World } from './world.ts'

/** Milliseconds a typing indicator is meant to stay, as the platform sends it. */
const TYPING_DURATION_MS = 5000

/** What is said: words, structured content, or both. `metadata` is the sender's own. */
export interface Saying {
  /** As the sender called it; else `Structured` with content, `Text` without. */
  readonly type?: Entity['type'] | undefined
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

export function postReply(world: World, conversation: Conversation, speaker: Speaker, said: Saying): Entity {
  return append(world, conversation, {
    direction: 'outbound',
    ...worded(said),
    status: 'sent',
    originatingEntity: speaker.kind,
    from: nameOf(speaker),
  }).entity
}

function worded({
  type,
  text,
  content,
  metadata,
}: Saying): Pick<EntityDraft, 'type' | 'text' | 'content' | 'metadata'> {
  return {
    type: type ?? (content === undefined || content.length === 0 ? 'Text' : 'Structured'),
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
      from: nameOf(speaker),
      events: [{ eventType: 'Typing', typing: { type: typing ? 'On' : 'Off', duration: TYPING_DURATION_MS } }],
    },
    world.clock.now(),
  )
  world.changes.publish({ type: 'typing', conversation, by: 'agent', typing })
}

/** An agent comes in; who was in before goes. Joining twice under one name is joining once. */
export function joinAgent(world: World, conversation: Conversation, agent: Speaker): void {
  if (conversation.agent?.nickname === agent.nickname) return
  leaveAgent(world, conversation)
  conversation.agent = agent
  const purpose = agent.kind === 'Bot' ? 'bot' : 'agent'
  conversation.participants.push({ purpose, nickname: agent.nickname, state: 'connected' })
  append(world, conversation, presence('Join', agent))
  world.changes.publish({ type: 'updated', conversation })
}

/** The agent goes; the conversation stays open for the next. */
export function leaveAgent(world: World, conversation: Conversation): void {
  const { agent } = conversation
  if (!agent) return
  conversation.agent = undefined
  disconnectParticipants(conversation, agent.nickname)
  append(world, conversation, presence('Disconnect', agent))
  world.changes.publish({ type: 'updated', conversation })
}

/** The organisation ends the conversation. Not read-only means that the guest may open it again by writing. */
export function disconnectByAgent(world: World, conversation: Conversation, readOnly: boolean): void {
  if (conversation.state === 'disconnected') return
  end(world, conversation, { type: 'peer', readOnly, by: conversation.agent })
}

/** The guest leaves. Where that is not for good, writing opens the conversation again. */
export function disconnectByGuest(world: World, conversation: Conversation, readOnly = true): void {
  if (conversation.state === 'disconnected') return
  end(world, conversation, { type: 'client', readOnly, by: undefined })
}

/** The guest comes in, says who they are, or wipes what was said. */
export function postGuestEvent(
  world: World,
  conversation: Conversation,
  type: 'Join' | 'SignIn' | 'Clear',
): WrittenEntity {
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
  by: Speaker | undefined
}

function end(world: World, conversation: Conversation, { type, readOnly, by }: Ending): void {
  conversation.state = 'disconnected'
  conversation.readOnly = readOnly
  conversation.disconnectType = type
  conversation.agent = undefined
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

function disconnectParticipants({ participants }: Conversation, nickname?: string): void {
  for (const participant of participants) {
    const isMeant = participant.purpose !== 'customer' && participant.nickname === nickname
    if (nickname === undefined || isMeant) participant.state = 'disconnected'
  }
}

const nameOf = ({ nickname, image }: Speaker) => ({ nickname, ...(image === undefined ? {} : { image }) })

function presence(type: 'Join' | 'Disconnect', by: Speaker | undefined): EntityDraft {
  return {
    direction: 'outbound',
    type: 'Event',
    originatingEntity: by?.kind ?? 'Human',
    ...(by && { from: nameOf(by) }),
    events: [{ eventType: 'Presence', presence: { type } }],
  }
}

function append(world: World, conversation: Conversation, draft: EntityDraft): WrittenEntity {
  const written = appendEntity(conversation, draft, world.clock.now())
  world.changes.publish({ type: 'entity', conversation, entity: written.entity })
  return written
}
