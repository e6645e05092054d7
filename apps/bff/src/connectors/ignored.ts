import type { Logger } from '../logger.ts'
import type { Metrics } from '../telemetry/metrics.ts'

/**
 * What the platform sent and nobody here can read: a `frame` of the socket, a `line` of the stream, an `entity` of either or
 * of the record; or an `event` of a type nobody here knows; or an `address` of a file or picture that is on no list; or one more
 * `page` of a record that has no end.
 */
export type IgnoredKind = 'frame' | 'line' | 'entity' | 'event' | 'address' | 'page'

/** Told of what is passed over: it is counted, and named in the log by its kind (S53). Nothing of it goes along but `details`. */
export type NoteIgnored = (kind: IgnoredKind, details?: Readonly<Record<string, string>>) => void

export type IgnoredMetrics = Pick<Metrics, 'upstreamIgnored'>

const KINDS = {
  'guest-api': ['line', 'entity', 'event', 'page'],
  'web-messaging': ['frame', 'entity', 'event', 'address', 'page'],
} as const satisfies Record<string, readonly IgnoredKind[]>

const LINES: Record<IgnoredKind, string> = {
  frame: 'frame-unreadable',
  line: 'stream-line-unreadable',
  entity: 'entity-unreadable',
  event: 'event-unknown',
  address: 'address-not-allowed',
  page: 'record-endless',
}

export function createIgnored(
  connector: keyof typeof KINDS,
  { metrics, logger }: { readonly metrics: IgnoredMetrics; readonly logger: Logger },
): NoteIgnored {
  // From the start at zero: an increase is only seen of what was there before.
  for (const kind of KINDS[connector]) metrics.upstreamIgnored.inc({ connector, kind }, 0)
  return (kind, details = {}) => {
    metrics.upstreamIgnored.inc({ connector, kind })
    logger.warn({ event: LINES[kind], ...details })
  }
}

/** All there are (web-messaging.md §8), also those that say nothing to a guest. */
const EVENT_TYPES = new Set<string | undefined>(['CoBrowse', 'Presence', 'Reactions', 'Typing', 'Video'])

export const isKnownEvent = ({ eventType }: { readonly eventType?: string | undefined }): boolean =>
  EVENT_TYPES.has(eventType)
