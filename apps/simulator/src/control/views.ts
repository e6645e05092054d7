import type { ActiveFault } from '../faults/active-faults.ts'
import type { Behaviour } from '../options.ts'
import type { JournalEntry } from '../rest/journal.ts'
import type { RunningScenarios } from '../scenarios/running-scenarios.ts'
import type { Change } from '../world/changes.ts'
import type { Conversation } from '../world/conversation.ts'
import { MASK, maskBody, maskUri } from './mask.ts'
import type { ActiveFaultView, ConversationSummary, JournalRecord } from './schemas.ts'

export function toConversationSummary(conversation: Conversation, scenarios: RunningScenarios): ConversationSummary {
  const { id, guestId, guestName, language, customAttributes, state, readOnly, agent, entities } = conversation
  return {
    id,
    guestId,
    guestName: guestName ?? null,
    language: language ?? null,
    customAttributes: { ...customAttributes },
    state,
    readOnly,
    createdAt: new Date(conversation.createdAtMs).toISOString(),
    lastActivityAt: new Date(lastActivityMs(conversation)).toISOString(),
    lastText: entities.findLast(({ entity }) => entity.text !== undefined)?.entity.text?.slice(0, 200) ?? null,
    agentName: agent?.nickname ?? null,
    scenario: scenarios.runningIn(id) ?? null,
    guestIsTyping: conversation.guestIsTyping,
    inboundCount: conversation.inboundCount,
  }
}

export const lastActivityMs = ({ entities, createdAtMs }: Conversation) => entities.at(-1)?.atMs ?? createdAtMs

export function toWorldChange(change: Change, scenarios: RunningScenarios): unknown {
  if (change.type === 'reset') return change
  const { conversation, ...rest } = change
  if (rest.type === 'typing') return { ...rest, conversationId: conversation.id }
  return { ...rest, conversation: toConversationSummary(conversation, scenarios) }
}

export function toActiveFaultView(fault: ActiveFault): ActiveFaultView {
  const { id, name, parameters, match, timesLeft, timesApplied } = fault
  return { id, name, parameters: { ...parameters }, match: { ...match }, timesLeft, timesApplied }
}

/** Behaviour as it may be shown: a secret shows only that there is one. */
export function toShownBehaviour(behaviour: Behaviour): Behaviour {
  const clients = behaviour.clients.map((client) => ({ ...client, secret: client.secret === null ? null : MASK }))
  return { ...behaviour, clients }
}

export function toJournalRecord(entry: JournalEntry): JournalRecord {
  const { number, durationMs, method, operation, status, correlationId, scopes } = entry
  return {
    number,
    at: new Date(entry.arrivedAtMs).toISOString(),
    durationMs,
    method,
    path: maskUri(entry.uri),
    operation,
    status,
    conversationId: entry.conversationId ?? null,
    clientId: entry.clientId ?? null,
    guestId: entry.guestId ?? null,
    scopes: scopes ? [...scopes] : null,
    correlationId,
    authorization: entry.authorization === undefined ? null : `${entry.authorization.split(' ', 1)[0] ?? ''} ${MASK}`,
    body: maskBody(entry.body, entry.mediaType),
    faults: [...entry.faults],
  }
}
