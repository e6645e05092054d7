import type { LoggedEvent } from '@foyer/shared/protocol/event'
import { latestReceipt, withReceipt } from './message-state.ts'
import { entryKey, type Entry, type MessageEntry, type Receipt, type Timeline } from './timeline.ts'

interface Draft extends Timeline {
  entries: Entry[]
  strays: Map<string, readonly Receipt[]>
}

/**
 * The timeline with these events on it. Any order and any repeats of the same events give the same timeline; the one
 * handed in is left as it is. Costs one copy of the entries per call: hand in together what came together.
 */
export function applyEvents(timeline: Timeline, events: readonly LoggedEvent[]): Timeline {
  const draft: Draft = { ...timeline, entries: [...timeline.entries], strays: new Map(timeline.strays) }
  for (const event of events) applyEvent(draft, event)
  return draft
}

function applyEvent(draft: Draft, event: LoggedEvent) {
  draft.lastSeq = Math.max(draft.lastSeq, event.seq)
  draft.firstSeq = draft.firstSeq === 0 ? event.seq : Math.min(draft.firstSeq, event.seq)
  if (event.seq <= draft.clearedSeq) return
  if (event.type === 'receipt') return applyReceipt(draft, event.messageId, toReceipt(event))
  if (event.type === 'conversation' && event.state === 'cleared') return clear(draft, event.seq)
  insert(draft, event.type === 'message' ? toEntry(draft, event) : event)
}

function applyReceipt(draft: Draft, messageId: string, receipt: Receipt) {
  const at = draft.entries.findLastIndex((entry) => entry.type === 'message' && entry.messageId === messageId)
  const entry = draft.entries[at]
  if (entry?.type === 'message') draft.entries[at] = settle(entry, withReceipt(entry.told, receipt))
  else draft.strays.set(messageId, withReceipt(draft.strays.get(messageId) ?? [], receipt))
}

function toEntry(draft: Draft, event: LoggedEvent & { type: 'message' }): MessageEntry {
  const told = (draft.strays.get(event.messageId) ?? []).reduce(withReceipt, [toReceipt(event)])
  draft.strays.delete(event.messageId)
  const { type, seq, at, messageId, from, parts, reply, state } = event
  return settle({ type, seq, at, messageId, from, parts, reply, state, problem: undefined, stateSeq: seq, told }, told)
}

function toReceipt(event: LoggedEvent & { type: 'message' | 'receipt' }): Receipt {
  return { seq: event.seq, state: event.state, problem: 'problem' in event ? event.problem : undefined }
}

function settle(entry: MessageEntry, told: readonly Receipt[]): MessageEntry {
  const latest = latestReceipt(told)
  if (!latest || (told === entry.told && latest.seq === entry.stateSeq && latest.state === entry.state)) return entry
  return { ...entry, told, state: latest.state, problem: latest.problem, stateSeq: latest.seq }
}

/** Nearly always at the end; one that is there already stays as it is. */
function insert({ entries }: Draft, entry: Entry) {
  const key = entryKey(entry)
  if (entries.findLast((one) => entryKey(one) === key)) return
  entries.splice(entries.findLastIndex((one) => one.seq < entry.seq) + 1, 0, entry)
}

function clear(draft: Draft, seq: number) {
  draft.clearedSeq = seq
  for (const entry of draft.entries) {
    if (entry.type === 'message' && entry.seq <= seq) draft.strays.set(entry.messageId, entry.told)
  }
  draft.entries = draft.entries.filter((entry) => entry.seq > seq)
  // Kept: receipts of messages that are yet to come.
  for (const [messageId, told] of draft.strays) {
    const later = told.filter((receipt) => receipt.seq > seq)
    if (later.length > 0) draft.strays.set(messageId, later)
    else draft.strays.delete(messageId)
  }
}
