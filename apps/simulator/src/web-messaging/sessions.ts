import type { Deployment } from '../options.ts'
import { nextTime } from '../world/conversation.ts'
import type { WrittenEntity } from '../world/entity.ts'
import { createUuid } from '../world/identifiers.ts'
import type { Conversation } from '../world/conversation.ts'
import { disconnectByGuest } from '../world/take-part.ts'
import type { World } from '../world/world.ts'
import type { SignIn } from '../world/sign-ins.ts'
import { connectionClosed, eventFrame, type OutgoingFrame } from './frames.ts'
import { createSession, type InboundExtra, type Session, type SessionConnection, type SessionRates } from './session.ts'
import { toBody } from './to-body.ts'

/** What a guest's frame brought with it, beside what it says. */
export interface Cause {
  readonly tracingId?: string | undefined
  readonly customAttributes?: Readonly<Record<string, string>> | undefined
  readonly from?: InboundExtra['from']
}

/** So many tokens whose time ran out are told from those that never were. */
const MAX_EXPIRED = 10_000

/** All guest sessions, by deployment and the token that is their name and their only secret. */
export class Sessions {
  readonly #world: World
  readonly #sessions = new Map<string, Session>()
  readonly #expired = new Set<string>()
  /** The guest's frame being taken: its echo carries what it brought (§6). */
  #cause: Cause = {}

  constructor(world: World) {
    this.#world = world
    world.changes.watch((change) => change.type === 'reset' && this.clear())
  }

  find(key: string): Session | undefined {
    return this.#sessions.get(key)
  }

  hasExpired(key: string): boolean {
    return this.#expired.has(key)
  }

  list(): Session[] {
    return [...this.#sessions.values()]
  }

  /** A new session; the one its token meant before is over for good, and its connections stay (§9.2). */
  open(key: string, deployment: Deployment, rates: SessionRates): Session {
    const former = this.#sessions.get(key)
    const connections = [...(former?.connections ?? [])]
    if (former) this.end(former)
    const guest = this.#world.admitGuest(deployment.id, undefined)
    const session = createSession(key, deployment.id, guest.id, rates)
    for (const connection of connections) session.connections.add(connection)
    // Those who stay have seen the old session's times.
    session.lastAtMs = former?.conversation?.lastAtMs ?? former?.lastAtMs ?? 0
    this.#sessions.set(key, session)
    this.#expired.delete(key)
    this.extend(session, deployment)
    return session
  }

  /** Ends the other sessions somebody has signed in to, with a last frame to each connection. Whether there were any. */
  endSignedIn({ user, deploymentId }: SignIn, farewell: OutgoingFrame, but?: Session): boolean {
    const others = this.list().filter(
      (one) => one !== but && one.deploymentId === deploymentId && one.signIn?.user.id === user.id,
    )
    for (const session of others) this.dismiss(session, farewell)
    return others.length > 0
  }

  /** The session is over, and nobody keeps a place in it. */
  dismiss(session: Session, farewell: OutgoingFrame): void {
    const connections = [...session.connections]
    this.end(session)
    for (const connection of connections) connection.evict(farewell)
  }

  /** A connection takes its place; one too many costs the oldest its own (§9.4). */
  attach(session: Session, connection: SessionConnection, deployment: Deployment): void {
    session.connections.delete(connection)
    session.connections.add(connection)
    for (const oldest of session.connections) {
      if (session.connections.size <= deployment.limits.connectionsPerSession) return
      session.connections.delete(oldest)
      oldest.evict(connectionClosed())
    }
  }

  detach(key: string, connection: SessionConnection): void {
    this.#sessions.get(key)?.connections.delete(connection)
  }

  /** Any message, of either side, puts the end off (§9.3). */
  extend(session: Session, { sessionDurationSeconds }: Deployment): void {
    const lifetimeMs = sessionDurationSeconds * 1000
    session.expiresAtMs = this.#world.clock.now() + lifetimeMs
    session.cancelExpiry()
    session.cancelExpiry = this.#world.clock.after(lifetimeMs, () => this.#checkExpiry(session))
  }

  /** The session ends now, as if its time had run out. */
  expire(session: Session): void {
    this.broadcast(session, { ...eventFrame('SessionExpiredEvent'), type: 'response' })
    this.end(session)
    this.#expired.add(session.key)
    const [oldest] = this.#expired
    if (this.#expired.size > MAX_EXPIRED && oldest !== undefined) this.#expired.delete(oldest)
  }

  /** The session and its conversation are over; the token may begin another. */
  end(session: Session): void {
    session.cancelExpiry()
    session.stopListening()
    session.connections.clear()
    if (this.#sessions.get(session.key) === session) this.#sessions.delete(session.key)
    if (session.conversation) disconnectByGuest(this.#world, session.conversation)
  }

  /** The session's conversation, opened by its first use. */
  conversationOf(session: Session): Conversation {
    if (session.conversation) return session.conversation
    const { customAttributes, signIn } = session
    const conversation = this.#world.openConversation(session.guestId, {
      name: signIn ? fullName(signIn.user) : customAttributes['name'],
      language: customAttributes['language'],
      customAttributes,
    })
    conversation.lastAtMs = Math.max(conversation.lastAtMs, session.lastAtMs)
    session.conversation = conversation
    const listener = (written: WrittenEntity) => this.#tell(session, conversation, written)
    conversation.listeners.add(listener)
    session.stopListening = () => conversation.listeners.delete(listener)
    return conversation
  }

  /** Runs what a guest's frame causes. */
  causedBy<T>(cause: Cause, task: () => T): T {
    this.#cause = cause
    try {
      return task()
    } finally {
      this.#cause = {}
    }
  }

  broadcast(session: Session, frame: OutgoingFrame): void {
    for (const connection of session.connections) connection.send(frame)
  }

  /** A time no other frame of this session has. */
  nextTime(session: Session): string {
    return new Date(nextTime(session.conversation ?? session, this.#world.clock.now())).toISOString()
  }

  clear(): void {
    for (const session of this.#sessions.values()) {
      session.cancelExpiry()
      session.stopListening()
      for (const connection of session.connections) connection.evict(connectionClosed())
    }
    this.#sessions.clear()
    this.#expired.clear()
  }

  #checkExpiry(session: Session): void {
    // A timer of the runtime holds no more than some weeks.
    if (this.#world.clock.now() >= session.expiresAtMs) return this.expire(session)
    const leftMs = session.expiresAtMs - this.#world.clock.now()
    session.cancelExpiry = this.#world.clock.after(leftMs, () => this.#checkExpiry(session))
  }

  #tell(session: Session, conversation: Conversation, { entity }: WrittenEntity): void {
    const deployment = this.#world.findDeployment(session.deploymentId)
    if (!deployment) return
    if (entity.type !== 'Event') this.extend(session, deployment)
    const isEvent = entity.type === 'Event' && entity.direction === 'outbound'
    if (isEvent && conversation.disconnectType === 'client') return void session.untold.add(entity.id)
    if (entity.direction === 'inbound') {
      const { customAttributes, from } = this.#cause
      const isAuthenticated = session.signIn !== undefined
      session.extras.set(entity.id, { messageId: createUuid(), customAttributes, from, isAuthenticated })
    }
    const body = toBody(entity, session.extras.get(entity.id), deployment, 'live')
    if (body) this.broadcast(session, eventFrame('StructuredMessage', body, this.#cause.tracingId))
  }
}

/** As the agent sees it. */
export const fullName = ({ id, firstName, lastName }: SignIn['user']) =>
  [firstName, lastName].filter((name) => name !== undefined).join(' ') || id
