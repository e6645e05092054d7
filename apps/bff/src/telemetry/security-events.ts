/** Those of the policy there is, and those a browser names in their stead (CSP3 §6.8.1). */
export const CSP_DIRECTIVES = [
  ...[
    'default-src',
    'script-src',
    'script-src-elem',
    'script-src-attr',
    'style-src',
    'style-src-elem',
    'style-src-attr',
  ],
  ...['connect-src', 'img-src', 'font-src', 'media-src', 'object-src', 'frame-src', 'worker-src', 'manifest-src'],
  ...['base-uri', 'form-action', 'frame-ancestors', 'require-trusted-types-for', 'trusted-types'],
] as const

/**
 * What is worth a look when it happens (S47), each with its reasons. A line of the log under one of these names is counted
 * as `foyer_security_events_total` under the same name: one line, one count, whatever the level.
 */
export const SECURITY_EVENTS = {
  /** A request another site may have made (S17, S18). */
  'csrf-refused': ['csrf-header', 'fetch-metadata', 'origin', 'no-origin', 'navigation'],
  /** A browser tells of what the page's policy kept from happening (S28); by directive. */
  'csp-violation': [...CSP_DIRECTIVES, 'other'],
  /** The platform grants less than conversing needs (S3). */
  'guest-scope-missing': ['none'],
  /** A conversation of somebody else was asked for (S15). */
  'session-mismatch': ['conversation'],
  'rate-limited': ['rate-limited', 'too-many-streams'],
  /** A record that is not what was sealed, or is sealed under a key that is no longer there (S7, S8). */
  'store-decrypt-failed': ['tampered', 'unknown-key'],
} as const satisfies Record<string, readonly string[]>

export type SecurityEvent = keyof typeof SECURITY_EVENTS

export interface SecurityCounter {
  inc(labels: { event: string; reason: string }): void
}

/** Counts a line that tells of a security event. Reasons nobody declared are one: labels stay bounded (S48). */
export function countSecurityEvent(
  counter: SecurityCounter,
  { event, reason = 'none' }: { event: string; reason?: unknown },
) {
  if (!isSecurityEvent(event)) return
  const known: readonly unknown[] = SECURITY_EVENTS[event]
  counter.inc({ event, reason: known.includes(reason) ? String(reason) : 'other' })
}

/** Every series there can be, but those of reasons nobody declared. */
export const securityEventLabels = () =>
  Object.entries(SECURITY_EVENTS).flatMap(([event, reasons]) => reasons.map((reason) => ({ event, reason })))

const isSecurityEvent = (event: string): event is SecurityEvent => Object.hasOwn(SECURITY_EVENTS, event)
