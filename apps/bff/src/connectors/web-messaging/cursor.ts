import type { NormalizedMessage } from '@foyer/shared/platform/web-messaging/message'
import { upstreamIdOf } from './translate.ts'

/** A place in a session's record: the time of a message (ISO 8601), and its id, since times are the platform's word. */
export interface Place {
  readonly time: string
  readonly upstreamId: string
}

const ISO = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/

/** Undefined for a cursor that is not one of these. */
export function readCursor(cursor: string | undefined): Place | undefined {
  const [time = '', upstreamId = ''] = (cursor ?? '').split(' ')
  return ISO.test(time) ? { time, upstreamId } : undefined
}

export const writeCursor = ({ time, upstreamId }: Place): string => `${time} ${upstreamId}`

/** The later of two places. */
export function laterOf(place: Place | undefined, message: NormalizedMessage): Place | undefined {
  const time = message.channel?.time ?? ''
  if (!ISO.test(time) || (place !== undefined && time <= place.time)) return place
  return { time, upstreamId: upstreamIdOf(message) }
}

/**
 * So long before the last place the record is read again: a message may have been late on the line that broke, or lost on one
 * that did not. Twice the time between two readings of a healthy line.
 */
const MARGIN_MS = 2 * 60_000

export const withMargin = ({ time }: Place, marginMs = MARGIN_MS): string =>
  new Date(Date.parse(time) - marginMs).toISOString()
