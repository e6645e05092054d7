import type { Exchange } from './exchange.ts'

/** One request as it is remembered. The body is kept as it came and masked when it is shown. */
export interface JournalEntry {
  readonly number: number
  readonly arrivedAtMs: number
  readonly method: string
  readonly uri: string
  readonly mediaType: string
  readonly authorization: string | undefined
  readonly correlationId: string
  readonly operation: string
  readonly conversationId: string | undefined
  clientId: string | undefined
  guestId: string | undefined
  scopes: readonly string[] | undefined
  body: string | undefined
  faults: readonly string[]
  /** Null until answered; stays null when no answer was given. */
  status: number | null
  /** Until the last byte was out, or the line broke. */
  durationMs: number | null
}

const CAPACITY = 2000
/** A longer body is not kept. */
const MAX_BODY_LENGTH = 8192

const shorten = (body: string) => (body.length > MAX_BODY_LENGTH ? `[${body.length} characters]` : body)

/** What reached the simulator lately. A ring: the newest takes the place of the oldest. */
export class Journal {
  readonly #entries: JournalEntry[] = []
  #count = 0

  open(exchange: Exchange): JournalEntry {
    const { request } = exchange
    const entry: JournalEntry = {
      number: this.#count,
      arrivedAtMs: exchange.arrivedAtMs,
      method: request.method ?? '',
      uri: exchange.uri,
      mediaType: request.headers['content-type'] ?? '',
      authorization: request.headers.authorization,
      correlationId: exchange.correlationId,
      operation: exchange.operation,
      conversationId: exchange.conversationId,
      clientId: exchange.clientId,
      guestId: exchange.grant?.family.guestId,
      scopes: exchange.grant?.scopes,
      body: undefined,
      faults: exchange.faults,
      status: null,
      durationMs: null,
    }
    this.#add(entry)
    return entry
  }

  /** A frame on a socket. `code` is that of a frame of ours. */
  noteFrame(
    direction: 'RECEIVED' | 'SENT',
    name: string,
    code: number | null,
    text: string,
    {
      clientId,
      guestId,
      conversationId,
    }: { clientId: string; guestId?: string | undefined; conversationId?: string | undefined },
    nowMs: number,
  ): void {
    this.#add({
      ...{ number: this.#count, arrivedAtMs: nowMs, method: direction, uri: '/v1', mediaType: 'application/json' },
      ...{
        authorization: undefined,
        correlationId: '',
        operation: `webmessaging.${name}`,
        conversationId,
        clientId,
        guestId,
      },
      ...{ scopes: undefined, body: shorten(text), faults: [], status: code, durationMs: 0 },
    })
  }

  #add(entry: JournalEntry): void {
    this.#entries[this.#count % CAPACITY] = entry
    this.#count += 1
  }

  /** Fills in what became known on the way. */
  note(entry: JournalEntry, { clientId, grant, body }: Exchange, status: number | null): void {
    entry.clientId = clientId
    entry.guestId = grant?.family.guestId
    entry.scopes = grant?.scopes
    entry.body = body === undefined ? undefined : shorten(body)
    entry.status = status
  }

  /** Oldest first. */
  list(): JournalEntry[] {
    const start = this.#count % CAPACITY
    return this.#count < CAPACITY
      ? [...this.#entries]
      : [...this.#entries.slice(start), ...this.#entries.slice(0, start)]
  }

  clear(): void {
    this.#entries.length = 0
    this.#count = 0
  }
}
