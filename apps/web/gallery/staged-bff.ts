import type { Config } from '@foyer/shared/protocol/config'
import type { Conversation } from '@foyer/shared/protocol/conversation'
import type { LoggedEvent, StreamEvent } from '@foyer/shared/protocol/event'
import type { Forms } from '@foyer/shared/protocol/forms'
import type { Participant } from '@foyer/shared/protocol/participant'
import type { Problem } from '@foyer/shared/protocol/problem'
import { routes } from '@foyer/shared/protocol/routes'
import { at } from './samples/history.ts'

export type RouteName = keyof typeof routes
/** What is answered instead: nothing, ever; no answer; a problem; a file; or JSON. */
export type Answer = 'nothing' | 'unreachable' | { problem: Problem } | Blob | object

/** What the BFF knows of this guest. */
export interface World {
  hasSession: boolean
  conversation: Partial<Conversation>
  events: readonly LoggedEvent[]
  /** There is more before the events. */
  hasEarlier: boolean
  config: Partial<Config>
  forms: Forms
  /** For these routes, instead of what follows from the rest. */
  answers: Partial<Record<RouteName, Answer>>
}

const CONVERSATION_ID = 'conversation-1'

/** The BFF as the page sees it: what comes over the network, and nothing else of it. */
export class StagedBff {
  readonly #world: World
  readonly #encoder = new TextEncoder()
  readonly #answers: Partial<Record<RouteName, Answer>>
  #line: ReadableStreamDefaultController<Uint8Array> | undefined

  constructor(world: World) {
    this.#world = world
    this.#answers = { ...answersIn(world), ...world.answers }
  }

  readonly fetch = async (input: RequestInfo | URL, init: RequestInit = {}): Promise<Response> => {
    const name = routeOf(init.method ?? 'GET', new URL(String(input), location.href).pathname)
    const answer = name && this.#answers[name]
    if (answer !== undefined) return toResponse(answer)
    return name === 'followEvents' ? this.#follow() : new Response(null, { status: 204 })
  }

  /** Tells the page by its stream. What is passing has no place of its own. */
  tell(...events: readonly StreamEvent[]): void {
    const frames = events.map((event) => `id: ${event.seq}\nevent: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`)
    this.#line?.enqueue(this.#encoder.encode(frames.join('')))
  }

  get lastSeq(): number {
    return this.#world.events.at(-1)?.seq ?? 0
  }

  #follow(): Response {
    const body = new ReadableStream<Uint8Array>({ start: (line) => void (this.#line = line) })
    return new Response(body, { headers: { 'content-type': 'text/event-stream' } })
  }
}

function answersIn(world: World): Partial<Record<RouteName, Answer>> {
  const lastSeq = world.events.at(-1)?.seq ?? 0
  const conversation: Conversation = {
    ...{
      conversationId: CONVERSATION_ID,
      state: 'open',
      startedAt: at(0),
      participants: presentIn(world.events),
      lastSeq,
      rated: false,
    },
    capabilities: EVERYTHING,
    ...world.conversation,
  }
  const session = { startedAt: at(0), expiresAt: at(90), idleSeconds: 1800 }
  return {
    readConfig: { ...CONFIG, ...world.config },
    readForms: world.forms,
    readSession: world.hasSession ? { ...session, conversationId: CONVERSATION_ID } : session,
    startSession: session,
    openConversation: conversation,
    readConversation: conversation,
    readMessages: { events: world.events, earlier: world.hasEarlier, lastSeq },
  }
}

/** Whoever spoke or came last: the one the guest talks to. */
function presentIn(events: readonly LoggedEvent[]): Participant[] {
  const others = events.flatMap((event) => {
    if (event.type === 'message') return event.from
    return event.type === 'participant' && event.change === 'joined' ? event.participant : []
  })
  return others.filter(({ role }) => role !== 'guest').slice(-1)
}

const EVERYTHING: Conversation['capabilities'] = {
  ...{ typing: true, attachments: true, structuredContent: true, clear: true },
  ...{ end: true, history: true, readReceipts: true, presence: true },
}

const CONFIG: Config = {
  limits: {
    textBytes: 4096,
    uploads: { types: ['image/*', 'application/pdf'], maxBytes: 10_000_000, blockedExtensions: ['.exe'] },
  },
  languages: ['en'],
  features: { diagnosis: true, markdown: true },
  theme: {},
}

function routeOf(method: string, path: string): RouteName | undefined {
  const names = Object.keys(routes) as RouteName[]
  return names.find((name) => {
    const route = routes[name]
    return route.method === method && new RegExp(`^${route.path.replace(/:\w+/g, '[^/]+')}$`).test(path)
  })
}

async function toResponse(answer: Answer): Promise<Response> {
  if (answer === 'nothing') return new Promise<never>(() => {})
  if (answer === 'unreachable') throw new TypeError('Failed to fetch')
  if (answer instanceof Blob) return new Response(answer)
  if ('problem' in answer) return refuse(answer.problem as Problem)
  return Response.json(answer)
}

function refuse(problem: Problem): Response {
  const { status, retryAfterSeconds } = problem
  return Response.json(problem, {
    status,
    headers: {
      'content-type': 'application/problem+json',
      ...(retryAfterSeconds && { 'retry-after': String(retryAfterSeconds) }),
    },
  })
}
