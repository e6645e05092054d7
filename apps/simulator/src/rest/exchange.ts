import type { IncomingMessage, ServerResponse } from 'node:http'
import type { FileError } from '../attachments/file-limits.ts'
import type { Grant } from '../world/grant.ts'
import type { RateWindow } from './rate-limits.ts'

/** One request to the platform's REST API, from its arrival to its answer. */
export interface Exchange {
  readonly request: IncomingMessage
  readonly response: ServerResponse
  /** Path and query as they came. */
  readonly uri: string
  readonly path: string
  readonly query: URLSearchParams
  readonly correlationId: string
  readonly arrivedAtMs: number
  /** What is asked for, and of which conversation, as far as the path tells. */
  operation: string
  conversationId: string | undefined
  /** Known once the caller has shown who they are. */
  clientId: string | undefined
  grant: Grant | undefined
  rateWindow: RateWindow | undefined
  /** The body as it came, once read. */
  body: string | undefined
  /** What a look at an uploaded file is going to find. */
  uploadFailure: FileError | undefined
  /** Names of the faults that struck it. */
  readonly faults: string[]
}

export function openExchange(
  request: IncomingMessage,
  response: ServerResponse,
  correlationId: string,
  nowMs: number,
): Exchange {
  const uri = request.url ?? '/'
  const queryStart = uri.indexOf('?')
  return {
    request,
    response,
    uri,
    path: queryStart < 0 ? uri : uri.slice(0, queryStart),
    query: queryStart < 0 ? NO_QUERY : new URLSearchParams(uri.slice(queryStart + 1)),
    correlationId,
    arrivedAtMs: nowMs,
    operation: 'unknown',
    conversationId: undefined,
    clientId: undefined,
    grant: undefined,
    rateWindow: undefined,
    body: undefined,
    uploadFailure: undefined,
    faults: [],
  }
}

const NO_QUERY = new URLSearchParams()
