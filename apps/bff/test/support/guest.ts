import type { Conversation } from '@foyer/shared/protocol/conversation'
import {
  LoggedEvent,
  type EventPage,
  type MessageEvent,
  type ReceiptEvent,
  type StreamEvent,
} from '@foyer/shared/protocol/event'
import type { Problem } from '@foyer/shared/protocol/problem'
import { randomUUID } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import * as v from 'valibot'
import { onTestFinished } from 'vitest'

/** A guest's browser as the BFF sees it: one cookie, the headers of the page, streams. Keeps every byte it received. */
export class Guest {
  readonly #url: string
  #line = new AbortController()
  readonly received: string[] = []
  cookie: string | undefined
  conversationId = ''

  constructor(url: string) {
    this.#url = url
  }

  async request(method: string, path: string, body?: unknown, headers: Record<string, string> = {}): Promise<Response> {
    const response = await fetch(`${this.#url}${path}`, {
      method,
      headers: {
        Origin: this.#url,
        'X-CSRF': '1',
        ...(this.cookie === undefined ? {} : { Cookie: this.cookie }),
        ...(body === undefined ? {} : { 'Content-Type': 'application/json' }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: isWritten(body) ? body : JSON.stringify(body) }),
    })
    this.received.push(JSON.stringify([...response.headers]))
    const cookie = response.headers.getSetCookie()[0]?.split(';')[0]
    if (cookie !== undefined) this.cookie = cookie
    return response
  }

  async json<Body>(method: string, path: string, body?: unknown): Promise<{ status: number; body: Body }> {
    const response = await this.request(method, path, body)
    const text = await response.text()
    this.received.push(text)
    return { status: response.status, body: (text === '' ? undefined : JSON.parse(text)) as Body }
  }

  /** Session and conversation. */
  async arrive(): Promise<this> {
    await this.#expect(201, this.json('POST', '/api/session', { name: 'Rosa', locale: 'en-US' }))
    const { body } = await this.#expect(201, this.json<Conversation>('POST', '/api/conversations'))
    this.conversationId = body.conversationId
    return this
  }

  get path(): string {
    return `/api/conversations/${this.conversationId}`
  }

  send(text: string, messageId: string = randomUUID()) {
    return this.json<{ messageId: string; seq: number; state: string } & Problem>('POST', `${this.path}/messages`, {
      messageId,
      text,
    })
  }

  async history(): Promise<LoggedEvent[]> {
    const { body } = await this.json<EventPage>('GET', `${this.path}/messages?limit=200`)
    return body.events
  }

  /** Events as they come, from `after` on; goes on after a broken line where the page does (its event-stream.ts). */
  async *#events(signal: AbortSignal, after: number): AsyncGenerator<StreamEvent> {
    let last = after
    while (!signal.aborted) {
      this.#line = new AbortController()
      try {
        for await (const event of this.#stream(last, AbortSignal.any([signal, this.#line.signal]))) {
          if (v.is(LoggedEvent, event)) last = Math.max(last, event.seq)
          yield event
        }
      } catch {
        // The line broke: the next stream takes up where this one ended.
      }
      if (!signal.aborted) await delay(50)
    }
  }

  /** The line of the tab that was opened last breaks, as lines do. */
  cutLine(): void {
    this.#line.abort()
  }

  /** Opens a tab: gathers events until the test is over. */
  follow(after = 0): StreamEvent[] {
    const tab = new AbortController()
    onTestFinished(() => tab.abort())
    const events: StreamEvent[] = []
    void (async () => {
      for await (const event of this.#events(tab.signal, after)) events.push(event)
    })()
    return events
  }

  async *#stream(after: number, signal: AbortSignal): AsyncGenerator<StreamEvent> {
    const response = await fetch(`${this.#url}${this.path}/events`, {
      headers: { Origin: this.#url, 'X-CSRF': '1', Cookie: this.cookie ?? '', 'Last-Event-ID': String(after) },
      signal,
    })
    if (!response.ok || !response.body) throw new Error(`stream: ${response.status}`)
    let rest = ''
    for await (const chunk of response.body.pipeThrough(new TextDecoderStream())) {
      this.received.push(chunk)
      const text = rest + chunk
      const whole = text.lastIndexOf('\n\n') + 1
      yield* eventsIn(text.slice(0, whole))
      rest = text.slice(whole)
    }
  }

  async #expect<Answer extends { status: number; body: unknown }>(
    status: number,
    answer: Promise<Answer>,
  ): Promise<Answer> {
    const got = await answer
    if (got.status !== status) throw new Error(`expected ${status}, got ${got.status}: ${JSON.stringify(got.body)}`)
    return got
  }
}

const isWritten = (body: unknown): body is string | Uint8Array<ArrayBuffer> =>
  typeof body === 'string' || body instanceof Uint8Array

/** The events of a stream's text; one that has not come whole is left out. */
export const eventsIn = (text: string): StreamEvent[] =>
  text
    .split('\n') // and nothing else: other ends of lines may stand in a text
    .slice(0, -1)
    .filter((line) => line.startsWith('data: '))
    .map((line) => JSON.parse(line.slice('data: '.length)) as StreamEvent)

export const messagesOf = (events: readonly StreamEvent[]): MessageEvent[] =>
  events.filter((event) => event.type === 'message')
export const receiptsOf = (events: readonly StreamEvent[]): ReceiptEvent[] =>
  events.filter((event) => event.type === 'receipt')
export const textsOf = (events: readonly StreamEvent[]): string[] =>
  messagesOf(events).flatMap(({ parts }) => parts.map((part) => (part.type === 'text' ? part.text : '')))

/** How far a message got, by the events seen. */
export const stateOf = (events: readonly StreamEvent[], messageId: string): string | undefined =>
  receiptsOf(events).findLast((receipt) => receipt.messageId === messageId)?.state ??
  messagesOf(events).find((message) => message.messageId === messageId)?.state
