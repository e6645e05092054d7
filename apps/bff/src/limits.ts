/** So many in each window of time, which begins with the first of them. `name` is told to clients and counted under. */
export interface Policy {
  readonly name: string
  readonly quota: number
  readonly windowSeconds: number
  /** A coarse limit that nearly nobody meets is not worth two headers on every answer. */
  readonly told: 'always' | 'when met'
}

/** How many streams may be open at once; each tab has one (decision 0016). */
export interface StreamLimits {
  readonly perSession: number
  readonly perAddress: number
  /** Of this process. */
  readonly inAll: number
  /** After about this long a stream ends, and its reader comes again: load follows the servers that are there (R21). */
  readonly lifeMs: number
}

/** Above these delays of the event loop, in milliseconds, newcomers are turned away; what guests send is taken to the last (R40). */
export interface LoadLimits {
  readonly sessionsMs: number
  readonly streamsMs: number
}

/** What may be set; the other limits are the same everywhere. */
export interface LimitSettings {
  readonly messagesPerSecond: number
  readonly requestsPerAddressAndMinute: number
  readonly sessionsPerAddressAndMinute: number
  readonly sessionsPerSecond: number
  readonly streams: number
  readonly streamsPerAddress: number
}

export type Limits = ReturnType<typeof toLimits>
export type RequestLimits = Limits['requests']

/**
 * Every limit on what is let in (S43, S44). The main ones are per session: many guests may share an address. Messages come
 * at the pace the platform takes them: what is let in at once has left for it by the end of the window.
 */
export function toLimits(settings: LimitSettings) {
  const { messagesPerSecond, requestsPerAddressAndMinute, sessionsPerAddressAndMinute, sessionsPerSecond } = settings
  const streams: StreamLimits = {
    perSession: 16,
    perAddress: settings.streamsPerAddress,
    inAll: settings.streams,
    lifeMs: 10 * 60_000,
  }
  const requests = {
    addressRequests: policy('address-requests', requestsPerAddressAndMinute, 60, 'when met'),
    /** Of pictures there may be many at a reload, and what is told again is free below. */
    sessionRequests: policy('session-requests', 150 + 20 * messagesPerSecond, 10, 'when met'),
    cspReports: policy('csp-reports', 30, 60, 'when met'),
    addressSessions: policy('address-sessions', sessionsPerAddressAndMinute, 60),
    allSessions: policy('all-sessions', sessionsPerSecond, 1),
    conversations: policy('conversations', 10, 60),
    messages: policy('messages', 3 * messagesPerSecond, 3),
    streams: policy('streams', 20, 60),
    typing: policy('typing', 20, 10),
    uploads: policy('uploads', 20, 60),
  }
  const load: LoadLimits = { sessionsMs: 200, streamsMs: 500 }
  return { requests, streams, load } as const
}

const policy = (name: string, quota: number, windowSeconds: number, told: Policy['told'] = 'always'): Policy => ({
  ...{ name, quota, windowSeconds, told },
})
