import type { Rating } from '@foyer/shared/protocol/forms'
import type { SendMessage } from '@foyer/shared/protocol/message'
import { CSRF_HEADER, routes } from '@foyer/shared/protocol/routes'
import type { StartSession } from '@foyer/shared/protocol/session'
import type { TranscriptFormat } from '@foyer/shared/protocol/transcript'
import * as v from 'valibot'
import { readProblem, UnreachableError } from './problem-error.ts'
import { newTraceparent } from './traceparent.ts'

type Route = (typeof routes)[keyof typeof routes]
type Answer<R extends Route> = R extends { response: infer S extends v.GenericSchema } ? v.InferOutput<S> : undefined

interface Request {
  conversationId?: string
  attachmentId?: string
  messageId?: string
  query?: Record<string, number | string>
  headers?: Record<string, string>
  body?: object
  signal?: AbortSignal | undefined
  timeoutMs?: number
}

const TIMEOUT_MS = 20_000
/** A guest token is asked for, and the platform may take its time. */
const START_TIMEOUT_MS = 45_000

export type Client = ReturnType<typeof createClient>

/**
 * Every call the page makes. `locale`: what is written for the guest is written in it; `waitWithGuest`: does so for what they
 * asked for. A refusal throws ProblemError; no answer, or one that is not ours, UnreachableError.
 */
export function createClient(
  locale: string,
  fetch: typeof globalThis.fetch = (...request) => globalThis.fetch(...request),
  waitWithGuest: <T>(answer: Promise<T>) => Promise<T> = (answer) => answer,
) {
  async function call<R extends Route>(route: R, request: Request = {}): Promise<Answer<R>> {
    const answering = send(fetch, route, { timeoutMs: TIMEOUT_MS, ...request })
    const response = await (isWaitedFor(route) ? waitWithGuest(answering) : answering)
    if (!('response' in route)) return undefined as Answer<R>
    const answer = v.safeParse(route.response as v.GenericSchema, await response.json().catch(unreachable))
    if (!answer.success) throw new UnreachableError('unexpected answer', { cause: answer.issues })
    return answer.output as Answer<R> // The schema is the route's own: what it parsed has its type.
  }

  return {
    readSession: (signal?: AbortSignal) => call(routes.readSession, { signal }),
    startSession: (body: StartSession, signal?: AbortSignal) =>
      call(routes.startSession, { body, signal, timeoutMs: START_TIMEOUT_MS }),
    endSession: () => call(routes.endSession),
    openConversation: (signal?: AbortSignal) => call(routes.openConversation, { signal, timeoutMs: START_TIMEOUT_MS }),
    readConversation: (conversationId: string, signal?: AbortSignal) =>
      call(routes.readConversation, { conversationId, signal }),
    readMessages: (conversationId: string, query: { before?: number; limit: number }, signal?: AbortSignal) =>
      call(routes.readMessages, { conversationId, query, signal }),
    sendMessage: (conversationId: string, body: SendMessage, signal?: AbortSignal) =>
      call(routes.sendMessage, { conversationId, body, signal }),
    setTyping: (conversationId: string, typing: boolean) =>
      call(routes.setTyping, { conversationId, body: { typing } }),
    readForms: () => call(routes.readForms, { query: { locale } }),
    rateConversation: (conversationId: string, body: Rating) => call(routes.rateConversation, { conversationId, body }),
    readConfig: (signal?: AbortSignal) => call(routes.readConfig, { signal }),
    readAttachment: async (conversationId: string, attachmentId: string, signal?: AbortSignal): Promise<Blob> => {
      const response = await send(fetch, routes.readAttachment, { conversationId, attachmentId, signal })
      return response.blob().catch(unreachable)
    },
    /** A picture that a message names. */
    readMedia: async (conversationId: string, messageId: string, url: string, signal?: AbortSignal): Promise<Blob> => {
      const response = await send(fetch, routes.readMedia, { conversationId, messageId, query: { url }, signal })
      return response.blob().catch(unreachable)
    },
    removeAttachment: (conversationId: string, attachmentId: string) =>
      call(routes.removeAttachment, { conversationId, attachmentId }),
    /** Times in the zone of this device. */
    readTranscript: async (conversationId: string, format: TranscriptFormat): Promise<Blob> => {
      const { timeZone } = new Intl.DateTimeFormat().resolvedOptions()
      const query = { format, timeZone, locale }
      const response = await send(fetch, routes.readTranscript, { conversationId, query })
      return response.blob().catch(unreachable)
    },
    clearConversation: (conversationId: string) => call(routes.clearConversation, { conversationId }),
    endConversation: (conversationId: string) => call(routes.endConversation, { conversationId }),
    /** The response of the stream after `seq`, its body unread. Ends with `signal`. */
    followEvents: (conversationId: string, seq: number, signal: AbortSignal) =>
      send(fetch, routes.followEvents, {
        conversationId,
        query: { after: seq },
        headers: { accept: 'text/event-stream', 'last-event-id': String(seq) },
        signal,
      }),
  }
}

/** What the guest did, and looks for the outcome of; that they are typing is told without them. */
const isWaitedFor = (route: Route) => route.method === 'POST' && route !== routes.setTyping

async function send(fetch: typeof globalThis.fetch, route: Route, request: Request): Promise<Response> {
  const limits = [request.signal, request.timeoutMs && AbortSignal.timeout(request.timeoutMs)].filter((one) => !!one)
  const response = await fetch(toPath(route.path, request), {
    method: route.method,
    headers: {
      [CSRF_HEADER.name]: CSRF_HEADER.value,
      traceparent: newTraceparent(),
      ...(request.body && { 'content-type': 'application/json' }),
      ...request.headers,
    },
    ...(request.body && { body: JSON.stringify(request.body) }),
    signal: AbortSignal.any(limits as AbortSignal[]),
    cache: 'no-store',
  }).catch(unreachable)
  if (!response.ok) throw await readProblem(response)
  return response
}

function toPath(path: string, { conversationId = '', attachmentId = '', messageId = '', query }: Request): string {
  const search = query
    ? `?${new URLSearchParams(Object.entries(query).map(([name, value]) => [name, String(value)]))}`
    : ''
  return (
    path
      .replace(':conversationId', encodeURIComponent(conversationId))
      .replace(':attachmentId', encodeURIComponent(attachmentId))
      .replace(':messageId', encodeURIComponent(messageId)) + search
  )
}

function unreachable(cause: unknown): never {
  throw new UnreachableError('no answer', { cause })
}
