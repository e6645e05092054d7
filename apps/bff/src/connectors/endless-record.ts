import { UpstreamError } from './upstream-error.ts'

/** Pages that are read at a time of what a platform keeps: 20,000 messages, twice what the log holds of a conversation. */
export const MAX_PAGES = 200

/** A record that always has one more page (S53). Whether something stands in it, or does not, is not known. */
export function endlessRecord(operation: string): UpstreamError {
  const verdict = {
    ...({ cause: 'answer-unreadable', action: 'retry', retryable: true } as const),
    detail: `The platform's record of the conversation has no end: after ${MAX_PAGES} pages it still had one more.`,
    fix: [
      'Foyer tries again, ever more rarely; until then messages of others may be missing or late.',
      'Check what stands between Foyer and the platform: a proxy that drops the query of an address makes every page the first.',
    ],
    ...{ requested: [], required: [], granted: [], missing: [], evidence: { operation, code: 'ENDLESS_RECORD' } },
  }
  return new UpstreamError(verdict, 'unknown')
}
