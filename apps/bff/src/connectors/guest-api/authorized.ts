import { guestApiPaths, TokenInfo } from '@foyer/shared/platform/guest-api'
import * as v from 'valibot'
import type { Clock } from '../../clock.ts'
import { diagnose } from '../diagnosis/diagnose.ts'
import type { Operation } from '../diagnosis/failure.ts'
import { UpstreamError } from '../upstream-error.ts'
import type { GuestCredential, GuestToken } from './guest-token.ts'
import { NoAnswerError, type HttpAnswer, type HttpClient, type HttpRequest, type StreamAnswer } from '../http.ts'

/** Calls as one guest: with a valid token, renewed and replayed once after a 401, every refusal diagnosed. */
export interface AuthorizedClient {
  /** Throws UpstreamError for every answer but 2xx. */
  call(operation: Operation, request: HttpRequest): Promise<HttpAnswer>
  stream(operation: Operation, request: HttpRequest, idleTimeoutMs: number): Promise<StreamAnswer>
}

interface Parts {
  readonly http: HttpClient
  readonly token: GuestToken
  readonly clock: Clock
  readonly clientId: string
  readonly region?: string | undefined
}

export function createAuthorizedClient({ http, token, clock, clientId, region }: Parts): AuthorizedClient {
  async function withToken<Answer extends { status: number }>(
    operation: Operation,
    perform: (accessToken: string) => Promise<Answer>,
    toAnswer: (answer: Answer) => Promise<HttpAnswer>,
  ): Promise<Answer> {
    let credential = await token.current()
    let answer = await perform(credential.accessToken).catch(throwDiagnosed(operation))
    let attempt = 1
    if (answer.status === 401) {
      await toAnswer(answer)
      credential = await token.insteadOf(credential.accessToken)
      answer = await perform(credential.accessToken).catch(throwDiagnosed(operation))
      attempt = 2
    }
    if (answer.status < 200 || answer.status >= 300)
      throw await refusal(operation, credential, await toAnswer(answer), attempt)
    return answer
  }

  async function refusal(operation: Operation, credential: GuestCredential, response: HttpAnswer, attempt: number) {
    const context = {
      requested: credential.requested,
      granted: credential.granted,
      clientId,
      region,
      attempt,
      tokenExpiresAt: credential.expiresAtMs,
      now: clock.now(),
    }
    const answer = { ...response, headers: { ...response.headers } }
    if (response.status !== 403) {
      return new UpstreamError(diagnose({ operation, context, response: answer }), outcomeOf(response.status))
    }
    // The grant may have been cut since the token was issued: look at what is left of it, and check before the next use.
    token.distrust()
    const granted = (await readGrantedScopes(credential.accessToken)) ?? credential.granted
    const verdict = diagnose({ operation, context: { ...context, granted }, response: answer })
    // Never repeated by itself, not even where a new token might help: whoever asks again gets the new token.
    return new UpstreamError({ ...verdict, retryable: false }, 'refused')
  }

  async function readGrantedScopes(accessToken: string): Promise<string[] | undefined> {
    try {
      const answer = await http.request({ method: 'GET', path: guestApiPaths.tokenInfo, accessToken })
      return answer.status === 200 ? v.parse(TokenInfo, JSON.parse(answer.body)).authorizedScope : undefined
    } catch {
      return undefined // only sharpens a diagnosis that stands without it
    }
  }

  const throwDiagnosed = (operation: Operation) => (error: unknown) => {
    if (!(error instanceof NoAnswerError)) throw error
    throw lostAnswer(operation, error)
  }

  return {
    call: (operation, request) =>
      withToken(
        operation,
        (accessToken) => http.request({ ...request, accessToken }),
        async (answer) => answer,
      ),
    stream: (operation, request, idleTimeoutMs) =>
      withToken(operation, (accessToken) => http.stream({ ...request, accessToken }, idleTimeoutMs), readWhole),
  }
}

/** No answer was had: what may have become of the request stands in `outcome`. */
export function lostAnswer(operation: Operation, error: NoAnswerError): UpstreamError {
  const verdict = diagnose({ operation, context: {}, networkError: { code: error.code } })
  return new UpstreamError(verdict, error.sent ? 'unknown' : 'not-sent', { cause: error })
}

/** A request the platform failed at, or gave up waiting for, may have been carried out. */
const outcomeOf = (status: number) => (status >= 500 || status === 408 ? 'unknown' : 'refused')

/** Most characters of a refusal that are read. */
const MAX_REFUSAL = 65_536

/** A refusal, as far as it comes; its status says enough where it breaks off. */
async function readWhole({ status, headers, lines, close }: StreamAnswer): Promise<HttpAnswer> {
  let body = ''
  try {
    for await (const line of lines) {
      body += `${line}\n`
      if (body.length > MAX_REFUSAL) break
    }
  } catch (error) {
    if (!(error instanceof NoAnswerError)) throw error
  } finally {
    close()
  }
  return { status, headers, body }
}
