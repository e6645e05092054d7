import type { Participant } from '@foyer/shared/protocol/participant'
import type { ConnectorEvent } from '../connectors/connector.ts'
import type { EventLog, LoggedMessage, NewEvent } from '../event-log/event-log.ts'
import { messageIdOf, withParticipant } from './conversation.ts'
import type { Ending } from './ending.ts'
import { textOf } from './guest-message.ts'
import { inTurn } from '../in-turn.ts'
import type { KeptRecord } from './kept-record.ts'

export type StoredConnectorEvent = Extract<ConnectorEvent, { upstreamId: string }>

export interface IngestParts {
  readonly log: EventLog
  readonly kept: KeptRecord
  readonly ending: Pick<Ending, 'parting' | 'isOver' | 'finish'>
  /** Aborts when the conversation lets go of the platform. */
  readonly signal: AbortSignal
}

/**
 * Takes in what the platform tells, in the log and in the record; resolves to whether it was news. One at a time: what is
 * heard may at the same time stand in the record that is read to learn what became of a message. What the store fails at
 * may be told again.
 */
export function createIngest({ log, kept, ending, signal }: IngestParts) {
  const { conversationId } = kept.current
  /** Whatever still comes of what was wiped or let go of is not taken in any more. */
  const isOff = () => signal.aborted || ending.parting === 'cleared'

  async function take(told: StoredConnectorEvent): Promise<boolean> {
    if (isOff() || (told.type === 'ended' && ending.isOver)) return false
    // While the guest's leaving is on its way, the end is their doing.
    const isOwn = told.type === 'ended' && ending.parting !== 'no'
    const event = isOwn ? { ...told, by: 'guest' as const } : told
    const entry = await toNewEvent(log, conversationId, event)
    // Known already or not: an earlier process may have logged the end, and died before it kept it.
    if (event.type === 'ended') return ending.finish(entry).then(() => false)
    await keepParticipants(event)
    if (isOff()) return false
    const [logged] = await log.append(conversationId, [entry])
    // Only now: what the log failed at must come again.
    kept.moveCursor(event.cursor)
    return logged !== undefined
  }

  /**
   * Before it is logged: what fails, or dies, in between comes again and is logged then. What the log knows changes nothing
   * any more, since something later may have.
   */
  async function keepParticipants(event: Exclude<StoredConnectorEvent, { type: 'ended' }>): Promise<void> {
    const participants = participantsAfter(kept.current.participants, event)
    if (participants && !(await log.knows(conversationId, event.upstreamId))) await kept.change({ participants })
  }

  const next = inTurn()
  return (told: StoredConnectorEvent): Promise<boolean> => next(() => take(told))
}

/**
 * What an event of the platform adds to the log. The platform's echo of a guest's own message is a receipt for it: told by
 * the id we gave it, or, where the platform does not give that back, by the same text still unconfirmed.
 */
export async function toNewEvent(
  log: EventLog,
  conversationId: string,
  event: StoredConnectorEvent,
): Promise<NewEvent> {
  const { upstreamId } = event
  switch (event.type) {
    case 'participant':
      return { type: 'participant', participant: event.participant, change: event.change, upstreamId }
    case 'ended':
      return { type: 'conversation', state: 'ended', endedBy: event.by, upstreamId }
    case 'message': {
      const own = event.from.role === 'guest' ? await findOwn(log, conversationId, event) : undefined
      if (own !== undefined) return { type: 'receipt', messageId: own, state: 'sent', upstreamId }
      const messageId = event.messageId ?? messageIdOf(upstreamId)
      return { type: 'message', messageId, from: event.from, parts: event.parts, state: 'sent', upstreamId }
    }
  }
}

type ConnectorMessage = Extract<ConnectorEvent, { type: 'message' }>

async function findOwn(log: EventLog, conversationId: string, event: ConnectorMessage): Promise<string | undefined> {
  if (event.messageId !== undefined) {
    return (await log.readMessage(conversationId, event.messageId)) && event.messageId
  }
  if (await log.knows(conversationId, event.upstreamId)) return undefined
  const text = essenceOf(event.parts)
  const candidates = await log.unconfirmed(conversationId)
  return candidates.find((candidate) => essenceOf(candidate.event.parts) === text)?.event.messageId
}

/** The text as far as platforms leave it alone: they trim it (platform-api.md §5.5), and write line ends their own way. */
const essenceOf = (parts: LoggedMessage['event']['parts']): string => textOf(parts).replaceAll('\r\n', '\n').trim()

/** Who takes part once this has happened: whoever says something has joined. Undefined when that changes nothing. */
export function participantsAfter(
  participants: readonly Participant[],
  event: Exclude<StoredConnectorEvent, { type: 'ended' }>,
): Participant[] | undefined {
  const participant = event.type === 'message' ? event.from : event.participant
  const change = event.type === 'message' ? 'joined' : event.change
  const isKnown = participants.some(({ participantId }) => participantId === participant.participantId)
  if (participant.role === 'guest' || isKnown === (change === 'joined')) return undefined
  return withParticipant(participants, participant, change)
}
