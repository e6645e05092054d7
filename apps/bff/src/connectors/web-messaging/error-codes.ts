import type { ServerFrame } from '@foyer/shared/platform/web-messaging/server-frames'
import type { Cause, Verdict } from '../diagnosis/verdict.ts'
import { MAX_WAIT_MS } from '../retry.ts'
import { UpstreamError } from '../upstream-error.ts'

/** What Foyer was doing, as a sentence begins with it. */
export type WebMessagingOperation = 'open' | 'configure' | 'send' | 'history' | 'file' | 'clear' | 'end' | 'deployment'

const doing: Record<WebMessagingOperation, string> = {
  open: 'Opening the socket',
  configure: 'Configuring the session',
  send: 'Sending a message',
  history: 'Reading the history',
  file: 'Handling a file',
  clear: 'Clearing the conversation',
  end: 'Closing the session',
  deployment: 'Reading the deployment',
}

type Meaning = Pick<Verdict, 'cause' | 'action' | 'fix'> & { readonly means: string; readonly retryable?: boolean }

const meaning = (cause: Cause, action: Verdict['action'], means: string, ...fix: string[]): Meaning => ({
  cause,
  action,
  means,
  fix,
})
const passing = (cause: Cause, action: Verdict['action'], means: string, ...fix: string[]): Meaning => ({
  ...meaning(cause, action, means, ...fix),
  retryable: true,
})

const LIMITS = 'See Admin > Message > Supported Content Profiles, and Attachments in the Messenger configuration.'
const file = (means: string) => meaning('file-refused', 'inspect', means, LIMITS)

const checkDeployment = meaning(
  'deployment-refused',
  'check-deployment',
  'the deployment is unknown, not active, or does not let this origin in',
  'Check FOYER_DEPLOYMENT_ID: Genesys Cloud shows it at Admin > Message > Messenger Deployments.',
  'See that the deployment is active, and of the region that FOYER_PLATFORM_DOMAIN names.',
  'If the deployment restricts domains, set FOYER_ORIGIN to one of them, or add the origin of Foyer to the list.',
)
/** As over REST (diagnosis/intermediary.ts): the platform itself sends nobody elsewhere. */
const elsewhere = meaning(
  'intermediary',
  'check-network',
  'something in front of the platform sent Foyer elsewhere',
  'Write the final address in FOYER_PLATFORM_URL, or check FOYER_PLATFORM_DOMAIN. Foyer follows no redirect with a token.',
  "Ask who runs the proxy, firewall or CDN whether it blocks Foyer's host, by address, country or rule.",
)
const ended = meaning('conversation-ended', 'start-new-conversation', 'the session has ended')
const limited = passing('rate-limited', 'wait', 'the platform asks for a pause')
const unexpected = passing(
  'platform-unavailable',
  'retry',
  'the platform failed unexpectedly',
  'Nothing to do if it passes: Foyer tries again, and loses no message.',
)

/** Every code of web-messaging.md §17: an HTTP status, or one of the platform's own. */
const meanings: Readonly<Record<number, Meaning>> = {
  400: meaning('request-invalid', 'inspect', 'the platform could not make sense of the request'),
  401: meaning(
    'unauthenticated-refused',
    'check-deployment',
    'the deployment wants guests to sign in',
    'Use a deployment that lets guests in without signing in.',
  ),
  403: meaning(
    'feature-off',
    'check-deployment',
    'the deployment does not offer that',
    'Switch the feature on in the Messenger configuration, and publish the deployment again.',
  ),
  404: meaning('request-invalid', 'inspect', 'the platform has no such thing'),
  408: passing('platform-unavailable', 'retry', 'the platform took too long'),
  409: meaning('conversation-ended', 'start-new-conversation', 'the session is read-only'),
  429: limited,
  4000: meaning('feature-off', 'check-deployment', 'the deployment takes no files', LIMITS),
  4001: file('files of this type are not taken'),
  4002: file('the file is too large'),
  4003: file('the content of the file is not what it says it is'),
  4004: file('the name of the file is not valid'),
  4005: file('the name of the file is too long'),
  4006: ended,
  4007: ended,
  4008: meaning('file-missing', 'none', 'the file is kept no longer'),
  4009: meaning('file-missing', 'none', 'there is no such file'),
  4010: file('the file was never uploaded'),
  4011: meaning('message-too-long', 'shorten', 'the message is too long'),
  4013: meaning(
    'body-too-large',
    'inspect',
    'the custom attributes are too large',
    'Send fewer attributes: together they may have 2048 bytes.',
  ),
  4017: meaning('session-expired', 'start-new-conversation', 'the guest has signed in elsewhere with this session'),
  4020: meaning('request-invalid', 'inspect', 'something is missing in the request'),
  4029: limited,
  4102: file('the file is empty'),
  5000: unexpected,
}

export interface RefusalDetails {
  readonly retryAfterMs?: number | undefined
  readonly outcome?: UpstreamError['outcome']
}

/** What the platform's code means, for the guest and for who runs Foyer. Its words are not passed on. */
export function refusalOf(
  operation: WebMessagingOperation,
  code: number,
  { retryAfterMs, outcome = 'refused' }: RefusalDetails = {},
): UpstreamError {
  const known = meanings[code] ?? ofItsClass(code)
  const isUnknownDeployment = operation === 'configure' && code === 400
  const found = isUnknownDeployment || isHandshakeRefusal(operation, code) ? checkDeployment : (known ?? unexpected)
  return new UpstreamError(toVerdict(operation, found, { code, retryAfterMs }), outcome)
}

function ofItsClass(status: number): Meaning | undefined {
  if (status >= 300 && status < 400) return elsewhere
  return status >= 500 && status < 600 ? unexpected : meanings[400]
}

/** Nothing was heard: the socket is down, an answer did not come in time. `code` is the system's, or one of ours. */
export function silenceOf(
  operation: WebMessagingOperation,
  code: string,
  outcome: UpstreamError['outcome'],
): UpstreamError {
  const means = 'the line to the platform is down, or it did not answer in time'
  const found = passing(
    'network',
    'retry',
    means,
    'Nothing to do if it passes: Foyer tries again, and loses no message.',
  )
  return new UpstreamError(toVerdict(operation, found, { words: code }), outcome)
}

/** A session that cannot be had any more, by name of the reason. */
export function lostSession(
  cause: Extract<Cause, 'conversation-ended' | 'conversation-not-found' | 'session-expired'>,
  means: string,
) {
  return new UpstreamError(toVerdict('configure', meaning(cause, 'start-new-conversation', means), {}), 'refused')
}

/** What a limit of the deployment forbids, before a byte goes up. */
export const forbiddenFile = (code: 4000 | 4001 | 4002 | 4004 | 4005 | 4102) => refusalOf('file', code)

/** The refusal a frame tells of, undefined where it tells of none. */
export function refusalIn(frame: ServerFrame, operation: WebMessagingOperation): UpstreamError | undefined {
  const code = codeIn(frame)
  if (code === undefined) return undefined
  if (isSignInWanted(frame, code)) return refusalOf(operation, 401)
  const isPause = frame.class === 'TooManyRequestsErrorMessage'
  return refusalOf(operation, code, { retryAfterMs: isPause ? frame.body.retryAfter * 1000 : undefined })
}

/** The platform's code for what a frame refuses, undefined where it refuses nothing. */
export function codeIn(frame: ServerFrame): number | undefined {
  switch (frame.class) {
    case 'string':
      return frame.code
    case 'TooManyRequestsErrorMessage':
      return 429
    case 'GenerateUrlError':
    case 'UploadFailureEvent':
      return frame.body.errorCode
    case 'Error':
    case 'ErrorMessage':
    case 'Unknown':
      return frame.body.errorCode ?? 5000
    default:
      return frame.code >= 400 ? frame.code : undefined
  }
}

/** Two refusals are told apart from a feature that is off by their words alone (§12). */
const SIGN_IN_WANTED = /^(Session authentication failed|Try to authenticate again)/i
const isSignInWanted = ({ body }: ServerFrame, code: number) =>
  code === 403 && typeof body === 'string' && SIGN_IN_WANTED.test(body)

const isHandshakeRefusal = (operation: WebMessagingOperation, code: number) =>
  (operation === 'open' || operation === 'deployment') && code >= 400 && code < 500 && code !== 429 && code !== 408

function toVerdict(
  operation: WebMessagingOperation,
  { means, retryable = false, ...found }: Meaning,
  { code, words, retryAfterMs }: { code?: number; words?: string; retryAfterMs?: number | undefined },
): Verdict {
  const shown = words ?? (code === undefined ? undefined : String(code))
  return {
    ...{ required: [], granted: [], missing: [], requested: [] },
    ...found,
    retryable,
    detail: `${doing[operation]} did not work: ${means}.`,
    evidence: {
      operation,
      ...(code !== undefined && code < 1000 ? { status: code } : {}),
      ...(shown === undefined ? {} : { code: shown }),
    },
    // A platform may say anything; an epoch time, say. As long as that we wait at most.
    ...(retryAfterMs === undefined ? {} : { retryAfterMs: Math.min(retryAfterMs, MAX_WAIT_MS) }),
  }
}
