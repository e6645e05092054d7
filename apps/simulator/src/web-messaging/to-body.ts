import type { Deployment } from '../options.ts'
import { createMessageId } from '../world/identifiers.ts'
import type { Entity } from '../world/entity.ts'
import type { InboundExtra } from './session.ts'

/** Where an entity is read: pushed to a socket, or from the history, which tells less of a channel (§13.5). */
export type Reading = 'live' | 'history'

/**
 * An entity as `StructuredMessage.body` (web-messaging.md §6), or undefined for what Web Messaging does not tell: an agent's
 * coming and going, and typing or ends where the deployment keeps them to itself.
 */
export function toBody(
  entity: Entity,
  extra: InboundExtra | undefined,
  deployment: Deployment,
  reading: Reading,
): Record<string, unknown> | undefined {
  if (!isTold(entity, deployment)) return undefined
  const isInbound = entity.direction === 'inbound'
  const origin = isInbound ? (reading === 'history' ? 'Human' : undefined) : entity.originatingEntity
  return {
    type: typeOf(entity),
    direction: isInbound ? 'Inbound' : 'Outbound',
    id: entity.id,
    channel: channelOf(entity, extra, deployment, reading),
    metadata: { ...metadataOf(entity, extra, deployment), correlationId: correlationIdOf(entity) },
    ...(origin === undefined ? {} : { originatingEntity: origin }),
    ...wordsOf(entity),
  }
}

function wordsOf({ text, content, events }: Entity) {
  return { ...(text === undefined ? {} : { text }), ...(content && { content }), ...(events && { events }) }
}

/** Files alone, with or without words, are `Text` (§14.6). */
function typeOf({ type, content }: Entity): Entity['type'] {
  const isFilesOnly = content?.every(({ contentType }) => contentType === 'Attachment') ?? false
  return type === 'Structured' && isFilesOnly ? 'Text' : type
}

function channelOf(entity: Entity, extra: InboundExtra | undefined, deployment: Deployment, reading: Reading) {
  const time = entity.timestamp
  if (entity.direction === 'inbound') {
    const { messageId, customAttributes, from } = extra ?? {}
    const metadata = reading === 'live' && customAttributes ? { metadata: { customAttributes } } : {}
    return { time, ...(messageId === undefined ? {} : { messageId }), ...(from && { from }), ...metadata }
  }
  const { nickname, image = entity.originatingEntity === 'Bot' ? deployment.bot.avatarUrl : undefined } =
    entity.from ?? {}
  const from = deployment.humanize && nickname ? { nickname, ...(image === undefined ? {} : { image }) } : {}
  return { time, type: 'Private', to: {}, from }
}

/** An end says whether it is one for good: only where the deployment makes it so (§9.5). */
function metadataOf(
  { metadata, events }: Entity,
  extra: InboundExtra | undefined,
  { conversationDisconnect }: Deployment,
) {
  if (!events && extra?.isAuthenticated) return { ...metadata, authenticated: 'true' }
  if (!events || metadata?.['readOnly'] === undefined) return metadata
  return { readOnly: String(conversationDisconnect === 'ReadOnly' && metadata['readOnly'] === 'true') }
}

function isTold({ direction, events = [], metadata }: Entity, deployment: Deployment): boolean {
  if (direction === 'inbound') return true
  return events.every((event) => {
    if (event.eventType === 'Typing') return deployment.showAgentTypingIndicator
    const isEnd = event.presence.type === 'Disconnect' && metadata?.['readOnly'] !== undefined
    return isEnd && deployment.conversationDisconnect !== 'off'
  })
}

/** The same every time the entity is read. */
function correlationIdOf({ id }: Entity): string {
  const hex = id.replaceAll(/[^0-9a-f]/gi, '').padEnd(32, '0')
  return [hex.slice(0, 8), hex.slice(8, 12), `4${hex.slice(13, 16)}`, `8${hex.slice(17, 20)}`, hex.slice(20, 32)].join(
    '-',
  )
}

/** The answer to an `echo`, for the connection that asked and nobody else (§11). */
export function echoBody(
  text: string,
  time: string,
  messageId: string,
  timing: { durationSeconds: number; expiresAtMs: number },
) {
  return {
    type: 'Text',
    direction: 'Inbound',
    id: createMessageId(),
    channel: { time, messageId },
    metadata: {
      durationSeconds: String(timing.durationSeconds),
      expirationDate: String(Math.floor(timing.expiresAtMs / 1000)),
    },
    text,
  }
}
