import { words } from '../../text/conversation-words.ts'
import type { Entry, MessageEntry } from '../../timeline/timeline.ts'

/** What happened, in words; empty for what goes without saying. */
export function lineText(entry: Exclude<Entry, MessageEntry>): string {
  if (entry.type === 'notice') return words.problems[entry.problem.code]
  if (entry.type === 'participant') {
    const { name, role } = entry.participant
    return role === 'guest' ? '' : words.timeline[entry.change](name ?? words.roles[role])
  }
  if (entry.state === 'ended') return words.timeline.ended
  return entry.state === 'read-only' ? words.timeline.readOnly : ''
}
