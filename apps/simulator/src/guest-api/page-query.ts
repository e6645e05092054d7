import { invalidQuery } from '../rest/error-answers.ts'
import type { Conversation } from '../world/conversation.ts'

/** What part of a conversation is asked for: positions from `start` up to, not including, `end`. */
export interface PageQuery {
  readonly start: number
  /** Infinity without `before`: such a reader also wants what arrives while it waits. */
  readonly end: number
  readonly descending: boolean
  readonly pageSize: number
  readonly waitSeconds: number
}

const DEFAULT_PAGE_SIZE = 25
const MAX_PAGE_SIZE = 100
const MAX_WAIT_SECONDS = 25

/** Reads a list's query (platform-api.md §5.5). Throws a 400 that names the parameter. */
export function parsePageQuery(query: URLSearchParams, conversation: Conversation): PageQuery {
  const after = cursorPosition(query, 'after', conversation)
  const before = query.has('before') ? Math.ceil(cursorPosition(query, 'before', conversation)) : Infinity
  return {
    start: Math.max(Math.floor(after) + 1, positionSince(query.get('since'), conversation)),
    end: before,
    descending: parseSortOrder(query.get('sortOrder')),
    pageSize: parseNumber(
      query,
      query.has('pageSize') ? 'pageSize' : 'maxResults',
      1,
      MAX_PAGE_SIZE,
      DEFAULT_PAGE_SIZE,
    ),
    waitSeconds: parseNumber(query, 'waitSeconds', 0, MAX_WAIT_SECONDS, 0),
  }
}

/** Where the named message stands, -1 for none named. */
function cursorPosition(query: URLSearchParams, name: 'after' | 'before', { positions }: Conversation): number {
  const id = query.get(name)
  if (id === null) return -1
  const position = positions.get(id)
  if (position !== undefined) return position
  throw invalidQuery(name, `Value [${name}] names no message of this conversation`, 'invalid.cursor')
}

/** Position of the first entity at or after an instant. */
function positionSince(since: string | null, { entities }: Conversation): number {
  if (since === null) return 0
  const sinceMs = /^\d{4}-\d\d-\d\dT/.test(since) ? Date.parse(since) : NaN
  if (Number.isNaN(sinceMs)) throw invalidQuery('since', 'Value [since] is not an ISO 8601 instant', 'invalid.date')
  let [low, high] = [0, entities.length]
  while (low < high) {
    const middle = (low + high) >> 1
    if ((entities[middle]?.atMs ?? 0) < sinceMs) low = middle + 1
    else high = middle
  }
  return low
}

function parseSortOrder(sortOrder: string | null): boolean {
  if (sortOrder === null || sortOrder === 'ascending') return false
  if (sortOrder === 'descending') return true
  throw invalidQuery('sortOrder', 'Value [sortOrder] must be ascending or descending')
}

function parseNumber(query: URLSearchParams, name: string, min: number, max: number, fallback: number): number {
  const text = query.get(name)
  if (text === null) return fallback
  const value = /^\d{1,4}$/.test(text) ? Number(text) : NaN
  if (value >= min && value <= max) return value
  throw invalidQuery(name, `Value [${name}] must be a whole number from ${min} to ${max}`)
}
