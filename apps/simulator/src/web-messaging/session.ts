import type { Deployment } from '../options.ts'
import type { Conversation } from '../world/conversation.ts'
import type { OutgoingFrame } from './frames.ts'
import { Rate } from './rate.ts'

/** A socket that has configured a session. */
export interface SessionConnection {
  send(frame: OutgoingFrame): void
  /** Tells it that it lost its place; it has about a second to go by itself (web-messaging.md §21.10). */
  evict(reason?: string): void
}

/** What of a guest's message only Web Messaging carries, by the id of its entity. */
export interface InboundExtra {
  readonly messageId: string
  readonly customAttributes?: Readonly<Record<string, string>> | undefined
}

/** What stands behind a token the client invented (web-messaging.md §9). */
export interface Session {
  readonly token: string
  readonly deploymentId: string
  readonly guestId: string
  /** Opened by the first message, or by joining. */
  conversation: Conversation | undefined
  /** Oldest first. */
  readonly connections: Set<SessionConnection>
  readonly extras: Map<string, InboundExtra>
  /** Entities the platform keeps to itself: the guest's own leaving. */
  readonly untold: Set<string>
  readonly rates: { readonly messages: Rate; readonly configures: Rate; readonly history: Rate }
  customAttributes: Readonly<Record<string, string>>
  expiresAtMs: number
  /** Time of the latest frame with one, until there is a conversation to keep it. */
  lastAtMs: number
  cancelExpiry: () => void
  stopListening: () => void
}

export function createSession(token: string, deploymentId: string, guestId: string): Session {
  return {
    token,
    deploymentId,
    guestId,
    conversation: undefined,
    connections: new Set(),
    extras: new Map(),
    untold: new Set(),
    rates: { messages: new Rate(1_000), configures: new Rate(60_000), history: new Rate(60_000) },
    customAttributes: {},
    expiresAtMs: 0,
    lastAtMs: 0,
    cancelExpiry: () => undefined,
    stopListening: () => undefined,
  }
}

/** After an end that the deployment makes a read-only one, nothing more can be said (§9.5). */
export function isReadOnly({ conversation }: Session, { conversationDisconnect }: Deployment): boolean {
  return (
    conversationDisconnect === 'ReadOnly' &&
    conversation?.disconnectType === 'peer' &&
    conversation.readOnly &&
    conversation.state === 'disconnected'
  )
}
