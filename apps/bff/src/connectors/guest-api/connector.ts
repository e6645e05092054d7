import { GuestConversation, GuestMessage, guestApiPaths } from '@foyer/shared/platform/guest-api'
import { randomUUID } from 'node:crypto'
import * as v from 'valibot'
import type { Clock } from '../../clock.ts'
import type { Logger } from '../../logger.ts'
import type { Tracing } from '../../telemetry/tracing.ts'
import type {
  Attention,
  Connector,
  CredentialSlot,
  OpenConversationOptions,
  UpstreamGuest,
  UpstreamSession,
} from '../connector.ts'
import type { BreakerLimits } from '../breaker.ts'
import { WHOLE_MS, within } from '../deadline.ts'
import { diagnose } from '../diagnosis/diagnose.ts'
import type { Operation } from '../diagnosis/failure.ts'
import { createHttpClient, type HttpAnswer, type HttpLimits } from '../http.ts'
import { createIgnored, type IgnoredMetrics } from '../ignored.ts'
import { createPlatformCalls, outcomeOfStatus, type CallMetrics } from '../platform-calls.ts'
import { UpstreamError } from '../upstream-error.ts'
import { createAuthorizedClient } from './authorized.ts'
import { GuestCredential, GuestToken, toCredential } from './guest-token.ts'
import { readList, receive, type ReceiverParts } from './receive.ts'
import { createTokenRequests, type TokenClient, type TokenMetrics } from './request-token.ts'

export interface GuestApiOptions extends TokenClient {
  readonly clock: Clock
  readonly logger: Logger
  readonly metrics: CallMetrics & TokenMetrics & IgnoredMetrics
  readonly tracing?: Tracing | undefined
  readonly limits?: GuestApiLimits | undefined
}

/** What a test wants shorter than it is. `wholeMs`: for a guest's request as a whole; `silenceMs`: for a stream. */
export interface GuestApiLimits {
  readonly http?: Partial<HttpLimits>
  readonly breaker?: Partial<BreakerLimits>
  readonly wholeMs?: number
  readonly silenceMs?: number
}

/** The guest REST API (platform-api.md §5): tokens with explicit scopes, messages by POST, events by stream or list. */
export function createGuestApiConnector(options: GuestApiOptions): Connector {
  const { clock, logger, metrics, tracing, limits = {}, ...client } = options
  const { wholeMs = WHOLE_MS, silenceMs } = limits
  const http = createHttpClient(client.origin, { tracing, ...limits.http })
  // Connections of their own: where messages pile up, tokens still get through, and the other way round (R10).
  const tokenHttp = createHttpClient(client.origin, { tracing, connections: 32, ...limits.http })
  const calls = createPlatformCalls({ connector: 'guest-api', clock, metrics, limits: limits.breaker })
  const ignored = createIgnored('guest-api', { metrics, logger })
  const requests = createTokenRequests({ client, http: tokenHttp, calls, metrics })

  function guest(slot: CredentialSlot): UpstreamGuest {
    const token = new GuestToken({ slot, requests, clock, logger })
    const { clientId, region } = client
    const authorized = createAuthorizedClient({ http, calls, token, clock, clientId, region, wholeMs })
    return {
      async startConversation(profile, signal) {
        const body = {
          name: profile.name,
          language: profile.locale?.toLowerCase(),
          customAttributes: profile.attributes,
        }
        const answer = await authorized.call('createConversation', {
          method: 'POST',
          path: guestApiPaths.conversations,
          body,
          signal,
        })
        return readAnswer('createConversation', answer, StartedConversation).id
      },
      openConversation: (options) => openConversation({ client: authorized, clock, ignored, silenceMs }, options),
      async revoke(signal) {
        const credential = v.safeParse(GuestCredential, await slot.read())
        if (!credential.success) return
        const { accessToken } = credential.output
        const request = { method: 'DELETE', path: guestApiPaths.tokenInfo, accessToken, signal } as const
        const { status } = await calls.run('revoke', () => http.request(request), { answered: outcomeOfStatus })
        if (status >= 300) logger.warn({ event: 'revocation-refused', status })
      },
    }
  }

  return {
    name: 'guest-api',
    capabilities: {
      typing: true,
      attachments: false,
      structuredContent: false,
      clear: false,
      end: true,
      history: true,
      readReceipts: false,
      presence: true,
    },

    async admit(signal) {
      const issuedAtMs = clock.now()
      const guestHint = randomUUID()
      const token = await within(wholeMs, signal, (limit) => requests.ask(guestHint, limit))
      return toCredential(token, { guestHint, requested: [...client.scopes], refreshCount: 0 }, issuedAtMs)
    },

    describe(credential) {
      const { requested, granted, issuedAtMs, expiresAtMs, refreshCount } = v.parse(GuestCredential, credential)
      const missing = requested.filter((scope) => !granted.includes(scope))
      const [issuedAt, expiresAt] = [issuedAtMs, expiresAtMs].map((ms) => new Date(ms).toISOString()) as [
        string,
        string,
      ]
      return { requested, granted, missing, issuedAt, expiresAt, refreshCount }
    },

    guest,
    close: async () => void (await Promise.all([http.close(), tokenHttp.close()])),
  }
}

function openConversation(
  parts: Omit<ReceiverParts, 'conversationId' | 'attention'>,
  { upstreamConversationId: id, cursor, signal }: OpenConversationOptions,
): UpstreamSession {
  const { client } = parts
  let attention: Attention = 'active'
  const receiver: ReceiverParts = { ...parts, conversationId: id, attention: () => attention }
  const position = { cursor }

  return {
    [Symbol.asyncIterator]: () => receive(receiver, position, signal),

    async send({ messageId, text }, abort) {
      // Not handed on: what has left is waited for, which has an end of its own.
      abort?.throwIfAborted()
      const body = { text, clientMessageId: messageId }
      const answer = await client.call('sendMessage', {
        method: 'POST',
        path: guestApiPaths.messages(id),
        body,
      })
      // 202 without a body is an answer too; the message's id then comes with its echo.
      return { upstreamId: answer.body === '' ? undefined : readAnswer('sendMessage', answer, SentMessage).id }
    },

    readRecord: (from, abort) => Array.fromAsync(readList(receiver, { cursor: from }, abort)),

    async typing(typing, abort) {
      // The contract has no word for typing no more; its indicator goes by itself (platform-api.md §5.5).
      if (!typing) return
      const body = { typing: { type: 'On' } }
      await client.call('typing', { method: 'POST', path: guestApiPaths.typing(id), body, signal: abort })
    },

    async end(abort) {
      const body = { state: 'disconnected' }
      await client.call('endConversation', {
        method: 'PATCH',
        path: guestApiPaths.conversation(id),
        body,
        signal: abort,
      })
    },

    attend: (wanted) => (attention = wanted),
  }
}

const StartedConversation = v.pipe(v.string(), v.parseJson(), GuestConversation)
/** Only its name is of use: what was said stands in the log. */
const SentMessage = v.pipe(v.string(), v.parseJson(), v.pick(GuestMessage, ['id']))

function readAnswer<Schema extends v.GenericSchema>(
  operation: Operation,
  answer: HttpAnswer,
  schema: Schema,
): v.InferOutput<Schema> {
  const parsed = v.safeParse(schema, answer.body)
  if (parsed.success) return parsed.output
  const response = { status: answer.status, headers: { ...answer.headers }, body: answer.body }
  throw new UpstreamError(diagnose({ operation, context: {}, response }), 'unknown')
}
