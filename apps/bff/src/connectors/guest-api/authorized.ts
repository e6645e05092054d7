import { guestApiPaths, TokenInfo } from '@foyer/shared/platform/guest-api'
import * as v from 'valibot'
import type { Clock } from '../../clock.ts'
import { diagnose } from '../diagnosis/diagnose.ts'
import type { Operation } from '../diagnosis/failure.ts'
import { DeadlineError, unlessAborted, WHOLE_MS, within } from '../deadline.ts'
import { NoAnswerError, type HttpAnswer, type HttpClient, type HttpRequest, type StreamAnswer } from '../http.ts'
import { outcomeOfStatus, type PlatformCalls } from '../platform-calls.ts'
import { UpstreamError } from '../upstream-error.ts'
import type { GuestCredential, GuestToken } from './guest-token.ts'

/** Calls as one guest: with a valid token, renewed and replayed once after a 401, every refusal diagnosed. */
export interface AuthorizedClient {
  /** Throws UpstreamError for every answer but 2xx. */
  call(operation: Operation, request: HttpRequest): Promise<HttpAnswer>
  stream(operation: Operation, request: HttpRequest, idleTimeoutMs: number): Promise<StreamAnswer>
}

interface Parts {
  readonly http: HttpClient
  readonly calls: PlatformCalls
  readonly token: GuestToken
  readonly clock: Clock
  readonly clientId: string
  readonly region?: string | undefined
  /** For a guest's request as a whole: token, call, and a replay with a new token (R7). */
  readonly wholeMs?: number | undefined
}

export function createAuthorizedClient(parts: Parts): AuthorizedClient {
  const { http, calls, token, clock, clientId, region, wholeMs = WHOLE_MS } = parts

  async function withToken<Answer extends { status: number }>(
    { operation, signal, holdMs }: Pick<HttpRequest, 'signal' | 'holdMs'> & { operation: Operation },
    request: (accessToken: string) => Promise<Answer>,
    toAnswer: (answer: Answer) => Promise<HttpAnswer>,
  ): Promise<Answer> {
    const name = holdMs === undefined ? operation : 'waitMessages'
    const perform = ({ accessToken }: GuestCredential) =>
      calls.run(name, () => request(accessToken), { answered: outcomeOfStatus }).catch(throwDiagnosed(operation))
    const waitFor = (valid: Promise<GuestCredential>) => unlessAborted(valid, signal).catch(throwDiagnosed(operation))

    let credential = await waitFor(token.current())
    let answer = await perform(credential)
    let attempt = 1
    if (answer.status === 401) {
      await toAnswer(answer)
      credential = await waitFor(token.insteadOf(credential.accessToken))
      answer = await perform(credential)
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
      const verdict = calls.pace(diagnose({ operation, context, response: answer }))
      return new UpstreamError(verdict, outcomeOf(response.status))
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
      const read = () => http.request({ method: 'GET', path: guestApiPaths.tokenInfo, accessToken })
      const answer = await calls.run('tokenInfo', read, { answered: outcomeOfStatus })
      return answer.status === 200 ? v.parse(TokenInfo, JSON.parse(answer.body)).authorizedScope : undefined
    } catch {
      return undefined // only sharpens a diagnosis that stands without it
    }
  }

  const throwDiagnosed = (operation: Operation) => (thrown: unknown) => {
    // Only waiting for a token ends like this: nothing was sent.
    const error = thrown instanceof DeadlineError ? new NoAnswerError('DEADLINE', false, { cause: thrown }) : thrown
    if (!(error instanceof NoAnswerError)) throw error
    const { verdict, outcome, cause } = lostAnswer(operation, error)
    throw new UpstreamError(calls.pace(verdict), outcome, { cause })
  }

  return {
    call: (operation, request) =>
      within(wholeMs + (request.holdMs ?? 0), request.signal, (signal) =>
        withToken(
          { operation, ...request, signal },
          (accessToken) => http.request({ ...request, accessToken, signal }),
          async (answer) => answer,
        ),
      ),
    stream: (operation, request, idleTimeoutMs) =>
      withToken(
        { operation, ...request },
        (accessToken) => http.stream({ ...request, accessToken }, idleTimeoutMs),
        readWhole,
      ),
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
