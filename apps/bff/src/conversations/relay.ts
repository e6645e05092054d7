import type { Capabilities, Conversation } from '@foyer/shared/protocol/conversation'
import type { SendMessage, SentMessage } from '@foyer/shared/protocol/message'
import type { Clock } from '../clock.ts'
import type {
  Connector,
  CredentialSlot,
  GuestProfile,
  IncomingFile,
  UpstreamFiles,
  UpstreamGuest,
} from '../connectors/connector.ts'
import type { EventLog } from '../event-log/event-log.ts'
import type { Logger } from '../logger.ts'
import type { Metrics } from '../telemetry/metrics.ts'
import type { Tracing } from '../telemetry/tracing.ts'
import { during } from '../telemetry/work.ts'
import { ConversationError } from './conversation-error.ts'
import type { ConversationStore } from './conversation-store.ts'
import { newConversation, type ConnectionStatus, type ConversationRecord } from './conversation.ts'
import { filesDuring } from './files-during.ts'
import { giveBack } from './give-back.ts'
import { picturesIn, saysTheSame, toGuestParts, toOutgoing } from './guest-message.ts'
import { KeptRecord } from './kept-record.ts'
import { onceResumed } from './once-resumed.ts'
import { OpenConversation } from './open-conversation.ts'
import { readableConversations } from './readable-conversations.ts'
import { createRecovery } from './recovery.ts'

export type ConversationFile = IncomingFile
type Sent = SentMessage & { readonly repeated: boolean }

/** Requests that began before a session was forgotten have come in whole by then (server-limits.ts). */
const FORGOTTEN_MS = 6 * 60_000

export interface RelayParts {
  readonly connector: Connector
  readonly log: EventLog
  readonly store: ConversationStore
  readonly clock: Clock
  readonly logger: Logger
  readonly metrics: Pick<Metrics, 'eventLogLag' | 'messageDelivery' | 'messages'>
  readonly tracing: Tracing
  readonly showDiagnosis: boolean
  /** Where the credential of a session is kept. */
  readonly credentialOf: (sessionId: string) => CredentialSlot
}

/** Guest commands to the platform, platform events to the log; one upstream session per conversation, any number of tabs. */
export interface Relay {
  readonly capabilities: Capabilities
  /** Conversations with an upstream session, live or on its way. */
  readonly openCount: number
  /** The session's open conversation; one is begun upstream where there is none. Throws UpstreamError. */
  openFor(sessionId: string, profile: GuestProfile): Promise<{ record: ConversationRecord; isNew: boolean }>
  /** The session's last conversation, open or ended. */
  latest(sessionId: string): Promise<ConversationRecord | undefined>
  /** Undefined when there is none of this id. */
  find(conversationId: string): Promise<ConversationRecord | undefined>
  describe(record: ConversationRecord): Promise<Conversation>
  /**
   * Stores the message, then sees to it that it is sent. The same id and text again is the same message, and tries once
   * more if it had failed. Throws ConversationError `ended`, `message-id-reused`, `too-many-unsent`.
   */
  send(record: ConversationRecord, message: SendMessage): Promise<Sent>
  typing(record: ConversationRecord, typing: boolean): Promise<void>
  /** Wipes what was said, for good. Throws ConversationError `not-supported`, UpstreamError. */
  clear(record: ConversationRecord, signal?: AbortSignal): Promise<void>
  /** The conversation's files, which keep it open while they move. All throw ConversationError `not-supported`, too. */
  files(record: ConversationRecord): UpstreamFiles
  /**
   * A picture that one of the conversation's messages names; no other address is asked. Throws ConversationError
   * `not-supported`, `not-found`, UpstreamError.
   */
  readPicture(
    record: ConversationRecord,
    messageId: string,
    address: string,
    signal?: AbortSignal,
  ): Promise<IncomingFile>
  /** The guest leaves for good. Throws UpstreamError. */
  end(record: ConversationRecord, signal?: AbortSignal): Promise<void>
  /** Notes what the guest thought of an ended conversation. False when they have said so before: the first word counts. */
  rate(record: ConversationRecord, score: number): Promise<boolean>
  /** Somebody looks at the conversation: it is opened upstream, and stays so until `unwatch` and a little longer. */
  watch(record: ConversationRecord): { status: ConnectionStatus; unwatch: () => void }
  /** Whether messages of the session are still to be sent; also while that is not known yet. */
  isSending(sessionId: string): boolean
  /** What is still to be sent is not sent any more, and the guest told so. The session can do nothing more. */
  abandon(sessionId: string): Promise<void>
  /**
   * Gives back the credential and forgets the session's conversations, their logs included. From its call on the session
   * can do nothing more: ConversationError `not-found`.
   */
  forget(sessionId: string): Promise<void>
  /** The guest leaves: the open conversation is ended, if the platform can be told before the signal aborts; then as `forget`. */
  leave(sessionId: string, signal: AbortSignal): Promise<void>
  /**
   * Takes up what an earlier process left unsent; waits for a store that cannot say what that is, until `close`. Throws
   * StoreError for what it could not read in the end.
   */
  recover(): Promise<void>
  /**
   * The process is about to end: no message is begun to be sent any more, what comes in stays pending in the log. Resolves
   * when those on their way have arrived or failed.
   */
  park(): Promise<void>
  close(): Promise<void>
}

export function createRelay(parts: RelayParts): Relay {
  const { connector, log, store, clock, logger, metrics } = parts
  const readable = readableConversations(store, logger)
  const open = new Map<string, OpenConversation>()
  /** The same by session: thousands may end at once. */
  const openBySession = new Map<string, Set<OpenConversation>>()
  /** Letting go of the platform; whoever comes meanwhile gets a successor. */
  const closing = new Map<string, OpenConversation>()
  const guests = new Map<string, UpstreamGuest>()
  const starting = new Map<string, Promise<ConversationRecord>>()
  const forgotten = new Set<string>()
  const stop = new AbortController()
  const recovery = createRecovery({ ...parts, readable, signal: stop.signal, takeUp })
  let isParked = false

  function guestOf(sessionId: string): UpstreamGuest {
    const guest = guests.get(sessionId) ?? connector.guest(parts.credentialOf(sessionId))
    guests.set(sessionId, guest)
    return guest
  }

  function refuseForgotten(sessionId: string): void {
    if (forgotten.has(sessionId)) throw new ConversationError('not-found')
  }

  function openOnDemand(record: ConversationRecord): OpenConversation {
    refuseForgotten(record.sessionId)
    return openRegardless(record)
  }

  function openRegardless(record: ConversationRecord): OpenConversation {
    const { conversationId, sessionId } = record
    const known = open.get(conversationId)
    if (known) return known
    const predecessor = closing.get(conversationId)
    const kept = predecessor?.kept ?? new KeptRecord(record, store)
    // It outlives the request that opened it, and works for the session alone.
    const conversation = during(
      { sessionId },
      () =>
        new OpenConversation(kept, {
          ...{ ...parts, guest: guestOf(sessionId), closing: letGo },
          alone: predecessor?.close(),
        }),
    )
    open.set(conversationId, conversation)
    openBySession.set(sessionId, (openBySession.get(sessionId) ?? new Set()).add(conversation))
    if (isParked) void conversation.park()
    return conversation
  }

  /** Of a session that is over, nothing is sent any more. */
  function takeUp(record: ConversationRecord): void {
    if (!forgotten.has(record.sessionId)) openRegardless(record)
  }

  function letGo(conversation: OpenConversation): void {
    const { conversationId, sessionId } = conversation.record
    open.delete(conversationId)
    openBySession.get(sessionId)?.delete(conversation)
    if (openBySession.get(sessionId)?.size === 0) openBySession.delete(sessionId)
    closing.set(conversationId, conversation)
    void conversation.close().finally(() => {
      if (closing.get(conversationId) === conversation) closing.delete(conversationId)
    })
  }

  /** Who writes its record, if anybody does. */
  const writerOf = (conversationId: string) => open.get(conversationId) ?? closing.get(conversationId)

  /** Does it in a conversation that stays open as long as it takes. */
  async function within<Result>(
    conversation: OpenConversation,
    work: (conversation: OpenConversation) => Promise<Result>,
    signal?: AbortSignal,
  ): Promise<Result> {
    const letGoOf = conversation.watch()
    try {
      await onceResumed(conversation, signal)
      return await work(conversation)
    } finally {
      letGoOf()
    }
  }

  const openOf = (sessionId: string) => [...(openBySession.get(sessionId) ?? [])]

  async function latest(sessionId: string): Promise<ConversationRecord | undefined> {
    const record = await readable.latestOf(sessionId)
    return record && (writerOf(record.conversationId)?.record ?? record)
  }

  async function start(sessionId: string, profile: GuestProfile): Promise<ConversationRecord> {
    const upstreamConversationId = await guestOf(sessionId).startConversation(profile)
    const record = newConversation(sessionId, upstreamConversationId, clock.now())
    await store.write(record)
    return record
  }

  async function find(conversationId: string): Promise<ConversationRecord | undefined> {
    return writerOf(conversationId)?.record ?? readable.read(conversationId)
  }

  async function send(record: ConversationRecord, message: SendMessage): Promise<Sent> {
    const { conversationId } = record
    const { messageId, reply } = message
    if (record.state === 'ended') return sendAgain(record, message)
    return within(openOnDemand(record), async (conversation) => {
      refuseForgotten(record.sessionId) // Left, cleared or ended meanwhile.
      if (conversation.record.state === 'ended') return sendAgain(conversation.record, message)
      if (conversation.isFull && !(await log.readMessage(conversationId, messageId))) {
        throw new ConversationError('too-many-unsent')
      }
      const parts = toGuestParts(message)
      const from = { participantId: 'guest', role: 'guest' } as const
      const event = { type: 'message', messageId, from, parts, reply, state: 'pending' } as const
      const [entry] = await log.append(conversationId, [event])
      if (!entry) return sendAgain(record, message)
      conversation.send(toOutgoing(event), false)
      return { messageId, seq: entry.seq, state: 'pending', repeated: false }
    })
  }

  /** A message that the log knows, or that comes too late to be let in. */
  async function sendAgain(record: ConversationRecord, message: SendMessage): Promise<Sent> {
    const { conversationId, state } = record
    const { messageId, reply } = message
    const parts = toGuestParts(message)
    const earlier = await log.readMessage(conversationId, messageId)
    if (earlier && !saysTheSame(parts, earlier.event.parts)) throw new ConversationError('message-id-reused')
    if (earlier && earlier.state !== 'failed') {
      metrics.messages.inc({ direction: 'guest', state: 'duplicate' })
      // Whoever had it may be gone; an outbox that has it knows it.
      if (earlier.state === 'pending') {
        await within(openOnDemand(record), async (conversation) => conversation.send(toOutgoing(earlier.event), true))
      }
      return { messageId, seq: earlier.seq, state: earlier.state, repeated: true }
    }
    if (!earlier || state === 'ended') throw new ConversationError('ended')

    return within(openOnDemand(record), async (conversation) => {
      refuseForgotten(record.sessionId)
      if (conversation.record.state === 'ended') throw new ConversationError('ended')
      if (conversation.isFull) throw new ConversationError('too-many-unsent')
      const [entry] = await log.append(conversationId, [{ type: 'receipt', messageId, state: 'pending' }])
      if (!entry) return sendAgain(record, message) // asked for twice at once, and the other was first
      conversation.send(toOutgoing({ messageId, parts, reply }), true)
      return { messageId, seq: earlier.seq, state: 'pending', repeated: false }
    })
  }

  /** From now on the session can do nothing more; also what is under way meets this. */
  function shutOut(sessionId: string): void {
    if (forgotten.has(sessionId)) return
    forgotten.add(sessionId)
    setTimeout(() => forgotten.delete(sessionId), FORGOTTEN_MS).unref()
  }

  async function forget(sessionId: string): Promise<void> {
    shutOut(sessionId)
    await starting.get(sessionId)?.catch(() => undefined) // what was begun must be among what is forgotten
    const ids = await store.idsOf(sessionId) // to be forgotten nothing needs to be opened
    await Promise.all(ids.map((conversationId) => writerOf(conversationId)?.close()))
    const guest = guestOf(sessionId)
    guests.delete(sessionId)
    await giveBack(guest, logger)
    for (const conversationId of ids) {
      await log.remove(conversationId)
      await store.remove(conversationId)
    }
  }

  return {
    capabilities: connector.capabilities,
    get openCount() {
      return open.size
    },
    find,
    send,

    latest,

    async openFor(sessionId, profile) {
      const begun = starting.get(sessionId)
      if (begun) return { record: await begun, isNew: false }
      const record = await latest(sessionId)
      refuseForgotten(sessionId)
      if (record?.state === 'open') return { record, isNew: false }
      const underWay = starting.get(sessionId)
      if (underWay) return { record: await underWay, isNew: false }
      const started = start(sessionId, profile).finally(() => starting.delete(sessionId))
      starting.set(sessionId, started)
      return { record: await started, isNew: true }
    },

    async describe({ conversationId, state, startedAtMs, participants, rating }) {
      const lastSeq = await log.lastSeq(conversationId)
      const startedAt = new Date(startedAtMs).toISOString()
      const { capabilities } = connector
      return { conversationId, state, startedAt, participants, lastSeq, capabilities, rated: rating !== undefined }
    },

    async rate(record, score) {
      if (record.rating !== undefined) return false
      const conversation = writerOf(record.conversationId) // As long as there is one nobody else writes its record.
      await (conversation ? conversation.rate(score) : store.write({ ...record, rating: score }))
      return true
    },

    async typing(record, typing) {
      if (record.state === 'open') await openOnDemand(record).typing(typing)
    },

    async clear(record, signal) {
      await within(openOnDemand(record), (conversation) => conversation.clear(signal), signal)
    },

    async readPicture(record, messageId, address, signal) {
      const message = await log.readMessage(record.conversationId, messageId)
      if (!message || !picturesIn(message.event).includes(address)) throw new ConversationError('not-found')
      return openOnDemand(record).readPicture(address, signal)
    },

    files(record) {
      return filesDuring(async (work) => within(openOnDemand(record), ({ files }) => work(files)))
    },

    async end(record, signal) {
      if (record.state === 'open') {
        await within(openOnDemand(record), (conversation) => conversation.end(signal), signal)
      }
    },

    watch(record) {
      if (record.state === 'ended') return { status: { state: 'up' }, unwatch: () => undefined }
      const conversation = openOnDemand(record)
      return { status: conversation.status, unwatch: conversation.watch() }
    },

    isSending: (sessionId) => recovery.isUnderWay || openOf(sessionId).some(({ isSending }) => isSending),

    async abandon(sessionId) {
      shutOut(sessionId)
      await Promise.all(openOf(sessionId).map((conversation) => conversation.abandon()))
    },

    forget,

    async leave(sessionId, signal) {
      shutOut(sessionId)
      const record = (await starting.get(sessionId)?.catch(() => undefined)) ?? (await latest(sessionId))
      const ended =
        record?.state === 'open'
          ? within(openRegardless(record), (conversation) => conversation.end(signal), signal)
          : undefined
      await ended?.catch(() => undefined) // the guest leaves whether or not the platform can be told
      await forget(sessionId)
    },

    recover: recovery.run,

    async park() {
      isParked = true
      await Promise.all([...open.values()].map((conversation) => conversation.park()))
    },

    async close() {
      stop.abort(new Error('relay closed'))
      await Promise.all([...open.values(), ...closing.values()].map((conversation) => conversation.close()))
      await connector.close()
    },
  }
}
