import type { Participant } from '@foyer/shared/protocol/participant'
import type { Entry } from './timeline.ts'

/**
 * Who answers now: of a snapshot taken at `seq`, and the coming and going since, the agents, or the bots while there is
 * no agent. Who says something is there: not every platform tells of comings.
 */
export function presentParticipants(
  snapshot: { participants: readonly Participant[]; seq: number },
  entries: readonly Entry[],
): Participant[] {
  const present = new Map(snapshot.participants.map((one) => [one.participantId, one]))
  for (const entry of entries.slice(entries.findLastIndex((one) => one.seq <= snapshot.seq) + 1)) {
    if (entry.type === 'message' && entry.from.role !== 'guest') present.set(entry.from.participantId, entry.from)
    if (entry.type !== 'participant') continue
    const { participant, change } = entry
    if (change === 'joined') present.set(participant.participantId, participant)
    else present.delete(participant.participantId)
  }
  const agents = [...present.values()].filter(({ role }) => role === 'agent')
  return agents.length > 0 ? agents : [...present.values()].filter(({ role }) => role === 'bot')
}
