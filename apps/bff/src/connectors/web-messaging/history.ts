import { HistoryPage } from '@foyer/shared/platform/web-messaging/history'
import { NormalizedMessage } from '@foyer/shared/platform/web-messaging/message'
import { webMessagingPaths } from '@foyer/shared/platform/web-messaging/paths'
import * as v from 'valibot'
import type { Clock } from '../../clock.ts'
import { endlessRecord, MAX_PAGES } from '../endless-record.ts'
import { NoAnswerError, type HttpClient } from '../http.ts'
import type { NoteIgnored } from '../ignored.ts'
import { asWhole } from './as-whole.ts'
import { refusalOf, silenceOf } from './error-codes.ts'
import type { Pace } from './pacing.ts'

const PAGE_SIZE = 100
/** A token is not used in the last moments of its life (web-messaging.md §13.1). */
const SPARE_MS = 5_000

export interface HistoryJwt {
  readonly jwt: string
  /** Epoch seconds. */
  readonly exp?: number | null | undefined
}

export interface HistoryParts {
  readonly http: HttpClient
  readonly getJwt: (signal?: AbortSignal) => Promise<HistoryJwt>
  readonly pace: Pace
  readonly clock: Clock
  readonly ignored: NoteIgnored
}

/** The platform's own record of a session, over REST with a token that lives for a minute (§13). */
export class History {
  readonly #parts: HistoryParts
  #jwt: HistoryJwt | undefined

  constructor(parts: HistoryParts) {
    this.#parts = parts
  }

  /** A token is of one configured session: a new one asks anew (§10). */
  forgetJwt(): void {
    this.#jwt = undefined
  }

  /** All from `time` on (ISO 8601; absent: from the beginning), oldest first. Throws UpstreamError. */
  async readFrom(time: string | undefined, signal?: AbortSignal): Promise<NormalizedMessage[]> {
    const found: NormalizedMessage[] = []
    for (let pageNumber = 1; ; pageNumber++) {
      if (pageNumber > MAX_PAGES) throw this.#endless()
      const { entities, pageSize } = await this.#readPage(pageNumber, signal)
      const messages = entities.flatMap((entity) => this.#parse(entity))
      found.push(...messages)
      const isThere = time !== undefined && messages.some(({ channel }) => (channel?.time ?? '') < time)
      // The platform may give smaller pages than it was asked for; its own word says when one is not full.
      if (entities.length === 0 || entities.length < (pageSize ?? 0) || isThere) break
    }
    // Newest first, page by page; what has no time stays where it stood.
    const oldestFirst = found.reverse()
    return time === undefined ? oldestFirst : oldestFirst.filter(({ channel }) => (channel?.time ?? time) >= time)
  }

  #endless() {
    this.#parts.ignored('page')
    return endlessRecord('history')
  }

  #parse(entity: unknown): NormalizedMessage[] {
    const parsed = v.safeParse(NormalizedMessage, entity)
    if (parsed.success) return [parsed.output]
    this.#parts.ignored('entity')
    return []
  }

  async #readPage(pageNumber: number, signal?: AbortSignal): Promise<HistoryPage> {
    const { pace } = this.#parts
    await pace.turn(signal)
    // A page has its deadline from its turn on: of many pages the last has to wait for minutes.
    const { status, headers, body } = await asWhole('history', signal, async (whole) => {
      const answer = await this.#request(pageNumber, whole)
      if (answer.status !== 401) return answer
      this.forgetJwt()
      await pace.turn(whole)
      return this.#request(pageNumber, whole)
    })
    if (status !== 200) throw this.#refuse(status, headers['retry-after'])
    const page = v.safeParse(v.pipe(v.string(), v.parseJson(), HistoryPage), body)
    if (!page.success) throw refusalOf('history', 5000, { outcome: 'unknown' })
    return page.output
  }

  async #request(pageNumber: number, signal?: AbortSignal) {
    const query = new URLSearchParams({ pageNumber: String(pageNumber), pageSize: String(PAGE_SIZE) })
    const accessToken = await this.#currentJwt(signal)
    try {
      const path = `${webMessagingPaths.history}?${query}`
      return await this.#parts.http.request({ method: 'GET', path, accessToken, signal })
    } catch (error) {
      if (error instanceof NoAnswerError) throw silenceOf('history', error.code, 'unknown')
      throw error
    }
  }

  #refuse(status: number, retryAfter: string | undefined) {
    const seconds = retryAfter !== undefined && /^\d{1,5}$/.test(retryAfter) ? Number(retryAfter) : undefined
    if (status === 429) this.#parts.pace.pause((seconds ?? 6) * 1000)
    // A token the platform does not take is a matter of the session: it is asked for again with the next one.
    return status === 401
      ? refusalOf('history', 5000)
      : refusalOf('history', status, { retryAfterMs: seconds === undefined ? undefined : seconds * 1000 })
  }

  async #currentJwt(signal?: AbortSignal): Promise<string> {
    const { exp } = this.#jwt ?? {}
    const isFresh = exp === undefined || exp === null || exp * 1000 > this.#parts.clock.now() + SPARE_MS
    if (!this.#jwt || !isFresh) this.#jwt = await this.#parts.getJwt(signal)
    return this.#jwt.jwt
  }
}
