/** What a REST operation answers with, before it is written to the line. Faults change it on the way. */
export interface Answer {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body?: string | Buffer
  /** An open-ended body: called once the headers are out. */
  readonly feed?: (lines: LineSink) => void
  /** Written piece by piece, with a pause between. */
  readonly pace?: { readonly bytesPerChunk: number; readonly intervalMs: number }
  /** The line breaks when this much of the body is out. */
  readonly cutAfterBytes?: number
  /** Not the platform's own: something in between answers, and knows nothing of its headers. */
  readonly isForeign?: boolean
}

/** Where an open-ended answer goes. */
export interface LineSink {
  write(line: string): void
  end(): void
  /** Called once when the reader is gone, or the answer ended. */
  onClose(listener: () => void): void
}

/** The operation gave no answer, and none will come: the line is broken, or hangs. */
export const ABANDONED = Symbol('abandoned')
export type Outcome = Answer | typeof ABANDONED

/** As every API answer of the platform carries them (platform-api.md §2.4). */
const API_HEADERS = {
  'content-type': 'application/json; charset=utf-8',
  'cache-control': 'no-cache, no-store, must-revalidate',
  pragma: 'no-cache',
  expires: '0',
  'strict-transport-security': 'max-age=600; includeSubDomains',
} as const

export function jsonAnswer(status: number, json: string): Answer {
  return { status, headers: API_HEADERS, body: json }
}

/** An answer with headers only. */
export function emptyAnswer(status: number): Answer {
  return { status, headers: API_HEADERS }
}

export function withHeaders(answer: Answer, headers: Readonly<Record<string, string>>): Answer {
  return { ...answer, headers: { ...answer.headers, ...headers } }
}
