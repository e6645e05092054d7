import type { Deployment } from '../options.ts'
import type { Conversation } from '../world/conversation.ts'
import type { SignIn } from '../world/sign-ins.ts'
import type { OutgoingFrame } from './frames.ts'
import { Rate } from './rate.ts'

/** A socket that has configured a session. */
export interface SessionConnection {
  send(frame: OutgoingFrame): void
  /** Its place is lost, as `farewell` says; it has about a second to go by itself (web-messaging.md §21.10). */
  evict(farewell: OutgoingFrame): void
}

/** What of a guest's message only Web Messaging carries, by the id of its entity. */
export interface InboundExtra {
  readonly messageId: string
  readonly customAttributes?: Readonly<Record<string, string>> | undefined
  /** Who signed in. */
  readonly from?: { readonly firstName?: string | undefined; readonly lastName?: string | undefined } | undefined
  readonly isAuthenticated: boolean
}

/** Counted of a session, and of all that follow it under its token. */
export interface SessionRates {
  readonly messages: Rate
  readonly configures: Rate
  readonly history: Rate
}

/** What stands behind a token the client invented (web-messaging.md §9). */
export interface Session {
  readonly key: string
  readonly deploymentId: string
  readonly guestId: string
  /** Opened by the first message, or by joining. */
  conversation: Conversation | undefined
  /** Oldest first. */
  readonly connections: Set<SessionConnection>
  readonly extras: Map<string, InboundExtra>
  /** Entities the platform keeps to itself: the guest's own leaving. */
  readonly untold: Set<string>
  readonly rates: SessionRates
  /** Who the guest is, once signed in (§18). */
  signIn: SignIn | undefined
  customAttributes: Readonly<Record<string, string>>
  expiresAtMs: number
  /** Time of the latest frame with one, until there is a conversation to keep it. */
  lastAtMs: number
  cancelExpiry: () => void
  stopListening: () => void
}

/** A token means a session of one deployment. */
export const sessionKey = (deploymentId: string, token: string) => `${deploymentId} ${token}`

export const createRates = (): SessionRates => ({
  messages: new Rate(1_000),
  configures: new Rate(60_000),
  history: new Rate(60_000),
})

export function createSession(key: string, deploymentId: string, guestId: string, rates: SessionRates): Session {
  return {
    key,
    deploymentId,
    guestId,
    rates,
    conversation: undefined,
    connections: new Set(),
    extras: new Map(),
    untold: new Set(),
    signIn: undefined,
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
