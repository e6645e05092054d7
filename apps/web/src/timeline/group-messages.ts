import type { Participant } from '@foyer/shared/protocol/participant'
import { entryKey, isOwn, isUnsent, type Entry, type MessageEntry } from './timeline.ts'

/** Consecutive messages of one participant, drawn as one block; or the start of a day; or a line between blocks. */
export type Group =
  | { type: 'run'; key: string; from: Participant; own: boolean; messages: readonly MessageEntry[] }
  | { type: 'day'; key: string; at: string }
  | { type: 'line'; key: string; entry: Exclude<Entry, MessageEntry> }

export interface Grouping {
  entries: readonly Entry[]
  groups: readonly Group[]
}

const RUN_GAP_MS = 5 * 60_000
/** A run is drawn whole. One who says a thousand things at once gets a new run now and then, at places that stay the same. */
const RUN_EVENTS = 100

/**
 * The groups of `entries`. With the grouping before a change, groups the change does not touch are the same objects:
 * one more message costs one group, not the conversation.
 */
export function groupEntries(entries: readonly Entry[], before: Grouping = { entries: [], groups: [] }): Grouping {
  const kept = sameStart(entries, before)
  const groups = before.groups.slice(0, kept.groups)
  const rest = sameEnd(entries, before, kept.entries)
  for (let index = kept.entries; index < entries.length;) {
    const reusable = rest.get(index)
    if (reusable !== undefined && index > 0) {
      groups.push(...before.groups.slice(reusable))
      break
    }
    index += pushNext(groups, entries, index)
  }
  return { entries, groups }
}

/** Groups that end before the first difference, but the last run: it may grow. */
function sameStart(entries: readonly Entry[], before: Grouping): { groups: number; entries: number } {
  let same = 0
  while (same < entries.length && entries[same] === before.entries[same]) same++
  const kept = { groups: 0, entries: 0 }
  let covered = 0
  for (const [at, group] of before.groups.entries()) {
    covered += sizeOf(group)
    if (covered >= same) break
    if (sizeOf(group) > 0) Object.assign(kept, { groups: at + 1, entries: covered })
  }
  return kept
}

/** Where in `entries` an old group starts after which everything is as it was: index of entry → index of group. */
function sameEnd(entries: readonly Entry[], before: Grouping, from: number): Map<number, number> {
  const shift = entries.length - before.entries.length
  let same = 0
  while (same < entries.length - from && entries.at(-1 - same) === before.entries.at(-1 - same)) same++
  const starts = new Map<number, number>()
  let start = before.entries.length
  for (let at = before.groups.length - 1; at >= 0; at--) {
    const group = before.groups[at]
    start -= group ? sizeOf(group) : 0
    // Its first entry must follow the same entry as before: the boundary was drawn between the two.
    if (start <= before.entries.length - same) break
    starts.set(start + shift, at)
  }
  return starts
}

/** Adds the group that starts at `index`, after a day divider where one is due; returns how many entries it covers. */
function pushNext(groups: Group[], entries: readonly Entry[], index: number): number {
  const entry = entries[index]
  if (!entry) return 1
  const previous = entries[index - 1]
  const key = entryKey(entry)
  if (!previous || dayOf(previous) !== dayOf(entry)) groups.push({ type: 'day', key: `day${key}`, at: entry.at })
  if (entry.type !== 'message') {
    groups.push({ type: 'line', key, entry })
    return 1
  }
  const messages = [entry]
  for (let next = entries[index + 1]; next?.type === 'message'; next = entries[index + messages.length]) {
    if (!continues(next, messages.at(-1) ?? entry)) break
    messages.push(next)
  }
  groups.push({ type: 'run', key, from: entry.from, own: isOwn(entry), messages })
  return messages.length
}

function continues(next: MessageEntry, previous: MessageEntry): boolean {
  const samePerson = isOwn(next) ? isOwn(previous) : next.from.participantId === previous.from.participantId
  const gapMs = Date.parse(next.at) - Date.parse(previous.at)
  const sameStretch = isUnsent(next) || Math.floor(next.seq / RUN_EVENTS) === Math.floor(previous.seq / RUN_EVENTS)
  return samePerson && sameStretch && gapMs < RUN_GAP_MS && dayOf(next) === dayOf(previous)
}

/** The day where the guest is. */
function dayOf({ at }: Entry): number {
  return new Date(at).setHours(0, 0, 0, 0)
}

function sizeOf(group: Group): number {
  return group.type === 'run' ? group.messages.length : group.type === 'line' ? 1 : 0
}
