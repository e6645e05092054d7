import type { ServerOptions } from 'node:http'

/**
 * How much patience and room a connection gets, before a request is one (S41, R32). All of them are set, so that a change
 * of Node's own defaults changes nothing here.
 */
export const serverOptions = {
  maxHeaderSize: 16 * 1024,
  requireHostHeader: false, // http-server.ts looks itself
  insecureHTTPParser: false,
  headersTimeout: 10_000,
  // An upload over a slow line; bodies that are read at once have a limit of their own (middleware/json-body.ts).
  requestTimeout: 5 * 60_000,
  connectionsCheckingInterval: 1_000,
  // Longer than the 60 s for which the usual proxy keeps a line: the one who reuses it must not find it closed.
  keepAliveTimeout: 65_000,
  // What may wait in a socket before a stream's reader counts as full: a page of a log, so that one page waits, or two. Of
  // strings Node counts the characters, and lets three times as much wait where they are not of one byte.
  highWaterMark: 16 * 1024,
} as const satisfies ServerOptions

/** More than one process can serve; what is beyond would only take memory from the others. */
export const MAX_CONNECTIONS = 20_000
/** The most of them that may be streams (`FOYER_STREAMS`): the others are for everything else that is asked. */
export const MAX_STREAMS = 16_000
export const MAX_REQUESTS_PER_SOCKET = 10_000
