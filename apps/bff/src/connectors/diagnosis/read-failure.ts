import { ErrorBody } from '@foyer/shared/platform/error-body'
import * as v from 'valibot'
import type { FailureContext, Operation, PlatformResponse } from './failure.ts'
import { bracketedNames, toCode, toIdentifier, toQuote } from './safe-words.ts'

/** An answer as far as it could be read. `body` holds upstream text: its words go through safe-words before they are shown. */
export type Reading = {
  operation: Operation
  context: FailureContext
  /** 0 where the status is none of HTTP's. */
  status: number
  kind: 'json' | 'html' | 'xml' | 'text' | 'empty'
  json: unknown
  body: ErrorBody
  challenge: Challenge
  /** Every error code in the answer, whichever way it was told. */
  codes: ReadonlySet<string>
  /** The one code to show: the platform's own, else OAuth's. */
  code: string | undefined
  /** All that the platform says in words, for patterns to search. */
  text: string
  header: (name: string) => string | undefined
  correlationId: string | undefined
  /** Plain text that came instead of JSON, if it is fit to be shown. */
  quote: string | undefined
}

/** The parameters of a `WWW-Authenticate: Bearer` header (RFC 6750 §3). */
export type Challenge = { error?: string; error_description?: string; scope?: string; isPresent: boolean }

const MAX_BODY = 65_536
const MAX_HEADER = 4096
const MAX_TEXT = 8192
const MAX_ERRORS = 20

export function readFailure(operation: Operation, context: FailureContext, response: PlatformResponse): Reading {
  const header = (name: string) => readHeader(response.headers, name)
  const content = String(response.body).trimStart()
  const json = readJson(content)
  const body = readErrorBody(json)
  const challenge = readChallenge(header('www-authenticate') ?? '')
  const kind = kindOf(content, json, header('content-type') ?? '')
  return {
    operation,
    context,
    status: Number.isInteger(response.status) && response.status >= 100 && response.status < 600 ? response.status : 0,
    kind,
    json,
    body,
    challenge,
    codes: codesOf(body, challenge),
    code: toCode(body.code) ?? toCode(body.error) ?? toCode(challenge.error),
    text: textOf(body, challenge),
    header,
    correlationId: toIdentifier(header('inin-correlation-id')) ?? toIdentifier(body.contextId),
    quote: kind === 'text' ? toQuote(content) : undefined,
  }
}

/** The value of a parameter the platform filled its message with, wherever it stands. */
export function findParam({ body }: Reading, name: string): string | undefined {
  const nested = (body.errors ?? []).flatMap((error) => (typeof error === 'string' ? [] : [error.messageParams]))
  return [...nested, body.messageParams].map((params) => params?.[name]).find((value) => value !== undefined)
}

/** Scopes or permissions the platform lists in the brackets of its message. */
export const namesInMessage = ({ body }: Reading): string[] => bracketedNames(body.message?.slice(0, MAX_TEXT))

function readHeader(headers: Record<string, unknown>, name: string): string | undefined {
  const value = Object.hasOwn(headers, name) ? headers[name] : undefined
  return typeof value === 'string' ? value.slice(0, MAX_HEADER) : undefined
}

function readJson(content: string): unknown {
  if (content.length > MAX_BODY) return undefined
  try {
    return JSON.parse(content)
  } catch {
    // Not JSON, whatever its header says: kindOf tells what else it is.
    return undefined
  }
}

function kindOf(content: string, json: unknown, contentType: string): Reading['kind'] {
  if (content === '') return 'empty'
  if (json !== undefined || /^[[{]/.test(content)) return 'json'
  if (/^<\?xml/i.test(content)) return 'xml'
  if (content.startsWith('<')) return /\bxml\b/i.test(contentType) ? 'xml' : 'html'
  return 'text'
}

function readErrorBody(json: unknown): ErrorBody {
  if (!isRecord(json)) return {}
  const softened = { ...json, messageParams: softenParams(json.messageParams) }
  const { output, success } = v.safeParse(ErrorBody, softened)
  if (!success) return {}
  return { ...output, errors: readEach(json.errors, 'errors'), details: readEach(json.details, 'details') }
}

/** Entries one by one: a list is not lost for one entry that cannot be read. */
function readEach<Key extends 'errors' | 'details'>(list: unknown, key: Key): NonNullable<ErrorBody[Key]> {
  const entries = Array.isArray(list) ? list.slice(0, MAX_ERRORS) : [list]
  const read = entries.map(softenEntry).map((entry) => v.parse(ErrorBody, { [key]: [entry] })[key] ?? [])
  // The schema gave each list its own kind of entry; flat() cannot know which of the two.
  return read.flat() as NonNullable<ErrorBody[Key]>
}

const softenEntry = (entry: unknown): unknown =>
  isRecord(entry) ? { ...entry, messageParams: softenParams(entry.messageParams) } : entry

/** Numbers among the parameters are taken as text, anything else is left out. */
function softenParams(params: unknown): Record<string, string> | undefined {
  if (!isRecord(params)) return undefined
  const readable = Object.entries(params).filter(([, value]) => typeof value === 'string' || typeof value === 'number')
  return Object.fromEntries(readable.map(([name, value]) => [name, String(value).slice(0, MAX_TEXT)]))
}

/** RFC 9110 §11.6.1: the header may hold several challenges; ours begins at the word Bearer. */
function readChallenge(header: string): Challenge {
  const start = header.search(/\bbearer\b/i)
  if (start < 0) return { isPresent: false }
  const pairs = [...header.slice(start).matchAll(/\b([a-z_]{1,32})\s*=\s*(?:"([^"]*)"|([^\s",]+))/gi)]
  const params = new Map(pairs.map(([, name, quoted, bare]) => [name?.toLowerCase(), quoted ?? bare ?? '']))
  const pick = <Name extends string>(name: Name) => {
    const value = params.get(name)
    return value === undefined ? {} : ({ [name]: value } as Record<Name, string>)
  }
  return { isPresent: true, ...pick('error'), ...pick('error_description'), ...pick('scope') }
}

function codesOf(body: ErrorBody, challenge: Challenge): ReadonlySet<string> {
  const nested = (body.errors ?? []).flatMap((error) =>
    typeof error === 'string' ? [error] : [error.code, error.errorCode, error.message],
  )
  const details = (body.details ?? []).map(({ errorCode }) => errorCode)
  const words = [body.code, body.error, challenge.error, ...nested, ...details, body.message]
  return new Set(words.flatMap((word) => toCode(word) ?? []))
}

function textOf(body: ErrorBody, challenge: Challenge): string {
  const { message, error_description, description } = body
  const texts = [message, error_description, description, challenge.error_description]
  return texts
    .filter((text) => text !== undefined)
    .join('\n')
    .slice(0, MAX_TEXT)
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
