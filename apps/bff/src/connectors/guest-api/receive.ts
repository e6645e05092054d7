import { guestApiPaths, GuestMessagePage } from '@foyer/shared/platform/guest-api'
import * as v from 'valibot'
import type { Clock } from '../../clock.ts'
import type { Attention, ConnectorEvent } from '../connector.ts'
import { diagnose } from '../diagnosis/diagnose.ts'
import { endlessRecord, MAX_PAGES } from '../endless-record.ts'
import type { NoteIgnored } from '../ignored.ts'
import { UpstreamError } from '../upstream-error.ts'
import { lostAnswer, type AuthorizedClient } from './authorized.ts'
import { NoAnswerError } from '../http.ts'
import { retryInMs } from '../retry.ts'
import { translate } from './translate.ts'

/*
 * Receiving from a platform that offers REST only (platform-api.md §5.5), by the cheapest way it has:
 *   stream  one response that stays open, a line per event; what was missed before it opened is read from the list
 *   wait    list after the cursor, the platform answering when there is something; the first time at once, to know the line
 *   poll    the same where the platform does not wait: quick while somebody attends, slow otherwise
 * Each falls back to the next when the platform does not know it. The cursor moves with the list alone: the list is in the
 * platform's order, a stream may not be. So events repeat (each has its upstream id), and none is left out.
 */

const PAGE_SIZE = 100
const WAIT_SECONDS = 25
/** The platform says something every 15 s (platform-api.md §5.5): a stream that missed two of that is dead. */
const STREAM_SILENCE_MS = 40_000
/** An empty answer sooner than this was not waited for. */
const PROMPT_MS = 1_000
const POLL_MS: Record<Attention, number> = { active: 1_000, idle: 10_000 }

export interface ReceiverParts {
  readonly client: AuthorizedClient
  readonly conversationId: string
  readonly clock: Clock
  readonly ignored: NoteIgnored
  readonly attention: () => Attention
  /** How long a stream may be silent. */
  readonly silenceMs?: number | undefined
}

/** How far the list was read; moved on by whoever reads. */
export interface Position {
  cursor: string | undefined
}

/** Everything that happens after the position, until the signal aborts or the platform refuses for good. */
export async function* receive(
  parts: ReceiverParts,
  position: Position,
  signal: AbortSignal,
): AsyncGenerator<ConnectorEvent> {
  const state: State = { position, mode: 'stream', isUp: false, failures: 0, pages: 0 }
  while (!signal.aborted) {
    try {
      yield* state.mode === 'stream' ? receiveStream(parts, state, signal) : receiveList(parts, state, signal)
    } catch (error) {
      if (signal.aborted) return
      state.isUp = false
      if (!(error instanceof UpstreamError)) throw error
      if (!error.retryable) return yield { type: 'closed', ...(endsQuietly(error) ? {} : { error }) }
      const waitMs = retryInMs(state.failures++, error)
      yield { type: 'down', error, retryInMs: waitMs }
      await pause(parts.clock, waitMs, signal)
    }
  }
}

interface State {
  readonly position: Position
  mode: 'stream' | 'wait' | 'poll'
  isUp: boolean
  /** Failures in a row. */
  failures: number
  /** Pages of the list in a row. */
  pages: number
}

const endsQuietly = (error: UpstreamError) => error.code === 'conversation-ended'

async function* receiveStream(parts: ReceiverParts, state: State, signal: AbortSignal): AsyncGenerator<ConnectorEvent> {
  const answer = await openStream(parts, signal)
  if (!answer) {
    state.mode = 'wait'
    return
  }
  const openedAtMs = parts.clock.monotonic()
  try {
    yield* readList(parts, state.position, signal)
    yield* up(state)
    for await (const line of answer.lines) yield* translateLine(line, parts.ignored)
  } catch (error) {
    throw error instanceof NoAnswerError ? lostAnswer('stream', error) : error
  } finally {
    answer.close()
  }
  // The platform closes the stream with the token's life; the next one is opened with a new token, but never in a rush.
  if (parts.clock.monotonic() - openedAtMs < PROMPT_MS) await pause(parts.clock, POLL_MS.active, signal)
}

/** Undefined where the platform has no stream. */
async function openStream(
  { client, conversationId, silenceMs = STREAM_SILENCE_MS }: ReceiverParts,
  signal: AbortSignal,
) {
  try {
    const request = { method: 'GET', path: guestApiPaths.stream(conversationId), signal } as const
    const answer = await client.stream('stream', request, silenceMs)
    if (answer.headers['content-type']?.includes('ndjson')) return answer
    answer.close()
    return undefined
  } catch (error) {
    const unknownPath =
      error instanceof UpstreamError &&
      (error.code === 'endpoint-not-found' || STREAM_UNKNOWN.has(error.verdict.evidence.status ?? 0))
    if (unknownPath) return undefined
    throw error
  }
}
const STREAM_UNKNOWN = new Set([405, 406, 501])

async function* receiveList(parts: ReceiverParts, state: State, signal: AbortSignal): AsyncGenerator<ConnectorEvent> {
  const { position } = state
  const before = position.cursor
  const startedAtMs = parts.clock.monotonic()
  const waits = state.mode === 'wait' && state.isUp
  const listed = await listOnce(parts, position, { signal, waitSeconds: waits ? WAIT_SECONDS : 0 })
  const isPrompt = parts.clock.monotonic() - startedAtMs < PROMPT_MS
  yield* up(state)
  yield* handOn(listed, position)
  if (position.cursor === before || (waits && !isPrompt)) state.pages = 0 // What was waited for is news, not a page.
  if (position.cursor !== before) return countPage(parts, state)
  if (state.mode === 'wait' && !waits) return
  if (waits && isPrompt && listed.length === 0) state.mode = 'poll'
  if (state.mode === 'poll') await pause(parts.clock, POLL_MS[parts.attention()], signal)
  else if (isPrompt) await pause(parts.clock, POLL_MS.active, signal)
}

/** Waits, or returns at once when there is no one left to wait for. */
const pause = (clock: Clock, ms: number, signal: AbortSignal) => clock.sleep(ms, signal).catch(() => undefined)

function* up(state: State): Generator<ConnectorEvent> {
  state.failures = 0
  state.isUp = true
  yield { type: 'up' }
}

/** The position has moved: after a while reading goes on from there, so that nothing is left out. Throws UpstreamError. */
function countPage({ ignored }: ReceiverParts, read: { pages: number }): void {
  if (++read.pages < MAX_PAGES) return
  read.pages = 0
  ignored('page')
  throw endlessRecord('listMessages')
}

/** All that the platform's own record has after the cursor. Throws UpstreamError, also for one without an end. */
export async function* readList(
  parts: ReceiverParts,
  position: Position,
  signal?: AbortSignal,
): AsyncGenerator<ConnectorEvent> {
  const read = { pages: 0 }
  for (;;) {
    const before = position.cursor
    yield* handOn(await listOnce(parts, position, { signal, waitSeconds: 0 }), position)
    if (position.cursor === before) return
    countPage(parts, read)
  }
}

/** One entity of the list: what it means, and where reading goes on after it. */
interface Listed {
  readonly events: readonly ConnectorEvent[]
  readonly cursor: string | undefined
}

/** The position moves when an entity was taken, not before: what its taker fails at comes again. */
function* handOn(listed: readonly Listed[], position: Position): Generator<ConnectorEvent> {
  for (const { events, cursor } of listed) {
    yield* events
    position.cursor = cursor
  }
}

async function listOnce(
  parts: ReceiverParts,
  position: Position,
  options: { signal: AbortSignal | undefined; waitSeconds: number },
): Promise<Listed[]> {
  const { client, conversationId, ignored } = parts
  const { signal, waitSeconds } = options
  const query = new URLSearchParams({ pageSize: String(PAGE_SIZE) })
  if (position.cursor !== undefined) query.set('after', position.cursor)
  if (waitSeconds > 0) query.set('waitSeconds', String(waitSeconds))
  const path = `${guestApiPaths.messages(conversationId)}?${query}`
  const holdMs = waitSeconds > 0 ? waitSeconds * 1_000 : undefined
  try {
    const answer = await client.call('listMessages', { method: 'GET', path, holdMs, signal })
    const page = v.safeParse(GuestMessagePage, parseJson(answer.body))
    if (!page.success) throw unreadable(answer.status)
    return toListed(page.output.entities, position.cursor, ignored)
  } catch (error) {
    // A cursor the platform no longer knows: read from the beginning; what is known already is told apart by its id.
    const isUnknown = error instanceof UpstreamError && error.verdict.evidence.status === 400
    if (!isUnknown || position.cursor === undefined) throw error
    position.cursor = undefined
    return listOnce(parts, position, options)
  }
}

function toListed(entities: readonly unknown[], before: string | undefined, ignored: NoteIgnored): Listed[] {
  let cursor = before
  return entities.map((entity) => {
    const events = translate(entity, ignored)
    const id = v.safeParse(Identified, entity)
    // Typing is told to whoever listens; it has no place in the list to go on from.
    if (id.success && (events.length === 0 || events.some(({ type }) => type !== 'typing'))) cursor = id.output.id
    return { events: events.map((event) => ('upstreamId' in event ? { ...event, cursor } : event)), cursor }
  })
}
const Identified = v.object({ id: v.pipe(v.string(), v.minLength(1), v.maxLength(256)) })

function translateLine(line: string, ignored: NoteIgnored): ConnectorEvent[] {
  if (line.trim() === '') return []
  const entity = parseJson(line)
  if (entity !== undefined) return translate(entity, ignored)
  ignored('line')
  return []
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined // judged by the schema of the caller
  }
}

const unreadable = (status: number) =>
  new UpstreamError(
    diagnose({ operation: 'listMessages', context: {}, response: { status, headers: {}, body: '' } }),
    'unknown',
  )
