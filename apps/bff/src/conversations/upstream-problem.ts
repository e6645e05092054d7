import type { FileRefusal, Problem, ProblemCode } from '@foyer/shared/protocol/problem'
import { toDiagnosis, type Cause, type Verdict } from '../connectors/diagnosis/verdict.ts'
import type { UpstreamError } from '../connectors/upstream-error.ts'
import type { Logger } from '../logger.ts'

/** What a guest can be told of a refusal; the rest is for the person who runs Foyer and stands in the diagnosis. */
interface Telling {
  readonly code: ProblemCode
  readonly status: number
  readonly title: string
  readonly detail: string
  readonly fileRefusal?: FileRefusal
}

const unavailable: Telling = {
  code: 'platform-unavailable',
  status: 503,
  title: 'The chat service cannot be reached',
  detail: 'The chat service does not answer at the moment. Please try again shortly.',
}
const refused: Telling = {
  code: 'platform-refused',
  status: 502,
  title: 'The chat service refused the request',
  detail: 'The chat is not set up correctly. The people who run it have been told what to mend.',
}
const notAccepted: Telling = {
  code: 'message-refused',
  status: 422,
  title: 'The message was not accepted',
  detail: 'The chat service did not accept this message.',
}

const ended: Telling = {
  code: 'conversation-ended',
  status: 409,
  title: 'The conversation has ended',
  detail: 'This conversation has ended. You can start a new one.',
}

const gap: Telling = {
  code: 'messages-missing',
  status: 502,
  title: 'Messages may be missing',
  detail: 'Messages of the last while may be missing here, or appear late.',
}

const tellings: Partial<Record<Cause, Telling>> = {
  network: unavailable,
  'platform-unavailable': unavailable,
  'answer-unreadable': unavailable,
  'rate-limited': {
    code: 'rate-limited',
    status: 429,
    title: 'Too many messages at once',
    detail: 'The chat service asks for a short pause. Please try again in a moment.',
  },
  'scope-missing': {
    code: 'guest-scope-missing',
    status: 502,
    title: 'The chat lacks a permission',
    detail: 'Messages cannot be sent because the chat is not set up completely. The people who run it have been told.',
  },
  'message-too-long': { ...notAccepted, detail: 'This message is too long for the chat service. Please shorten it.' },
  'body-too-large': { ...notAccepted, detail: 'This message is too long for the chat service. Please shorten it.' },
  'file-refused': {
    code: 'attachment-refused',
    status: 422,
    title: 'The file was not accepted',
    detail: 'The chat service does not accept this file.',
  },
  'file-missing': {
    code: 'attachment-not-found',
    status: 404,
    title: 'No such file',
    detail: 'This file is not available any more.',
  },
  'feature-off': {
    code: 'not-supported',
    status: 501,
    title: 'Not possible here',
    detail: 'The chat service of this site cannot do that.',
  },
  'request-invalid': notAccepted,
  conflict: notAccepted,
  'conversation-ended': ended,
  'session-expired': ended,
  'not-party': ended,
  'conversation-not-found': {
    code: 'conversation-not-found',
    status: 404,
    title: 'The conversation is not there any more',
    detail: 'This conversation is no longer available. You can start a new one.',
  },
}

/** What is wrong with a file, by the platform's code (web-messaging.md §17): the guest can choose another. */
const fileTellings: Readonly<Record<string, Pick<Telling, 'detail' | 'fileRefusal'>>> = {
  4001: {
    fileRefusal: 'type',
    detail: 'Files of this type are not accepted here. Please choose another kind of file.',
  },
  4002: { fileRefusal: 'too-large', detail: 'This file is too large. Please choose a smaller one.' },
  4003: {
    fileRefusal: 'content',
    detail: 'The content of this file does not match its type. Please choose another file.',
  },
  4004: {
    fileRefusal: 'no-extension',
    detail: 'The name of this file is not accepted. Please rename it; it needs an ending such as .pdf.',
  },
  4005: { fileRefusal: 'name-too-long', detail: 'The name of this file is too long. Please give it a shorter one.' },
  // The same file may arrive the next time.
  4010: { detail: 'The file did not arrive. Please try to attach it again.' },
  4102: { fileRefusal: 'empty', detail: 'This file is empty. Please choose another one.' },
}

function tellingOf({ cause, evidence }: Verdict): Telling {
  const telling = tellings[cause] ?? refused
  return cause === 'file-refused' ? { ...telling, ...fileTellings[evidence.code ?? ''] } : telling
}

/** An address for each code; what it means stands in docs/problems. */
export const problemType = (code: ProblemCode): string => `urn:foyer:problem:${code}`

/** The problem a guest sees, with the diagnosis where it may be shown. */
export function toUpstreamProblem({ verdict }: UpstreamError, showDiagnosis: boolean): Problem {
  return toProblem(tellingOf(verdict), verdict, showDiagnosis)
}

/** A message that was not sent by a fault of our own, which stands in the log. */
export const internalProblem: Problem = {
  type: problemType('internal-error'),
  code: 'internal-error',
  status: 500,
  title: 'Something went wrong',
  detail: 'The server made a mistake, so the message was not sent. It has been logged.',
}

/** A message that was still to be sent when the guest's session came to its last end. */
export const sessionOverProblem: Problem = {
  type: problemType('conversation-ended'),
  code: 'conversation-ended',
  status: 409,
  title: 'The conversation has ended',
  detail: 'The time of this chat was over before the message could be sent.',
}

/** The same where what others said meanwhile cannot be read. */
export function toGapProblem({ verdict }: UpstreamError, showDiagnosis: boolean): Problem {
  return toProblem(gap, verdict, showDiagnosis)
}

function toProblem(telling: Telling, verdict: Verdict, showDiagnosis: boolean): Problem {
  return {
    type: problemType(telling.code),
    ...telling,
    ...(verdict.retryAfterMs === undefined ? {} : { retryAfterSeconds: Math.ceil(verdict.retryAfterMs / 1000) }),
    ...(showDiagnosis ? { diagnosis: toDiagnosis(verdict) } : {}),
  }
}

/** Told to the person who runs Foyer, whole. */
export function logRefusal(logger: Logger, { verdict }: UpstreamError): void {
  const { cause, detail, requested, granted, missing, evidence, fix } = verdict
  const event = cause === 'scope-missing' ? 'guest-scope-missing' : 'platform-refused'
  logger.error({ event, cause, detail, requested, granted, missing, evidence, fix })
}
