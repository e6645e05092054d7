import type { Context } from 'hono'
import * as v from 'valibot'
import { RequestError } from '../problems.ts'

/** Most bytes of a body: a message of 4096 characters, each escaped at its longest, fits into the larger. */
export const MESSAGE_BYTES = 64 * 1024
export const BODY_BYTES = 8 * 1024
const MAX_DEPTH = 8
/** How long a body may take to come. */
const BODY_MS = 20_000

export interface JsonBody {
  readonly maxBytes?: number
  /** The media types it may have. */
  readonly types?: readonly string[]
}

/**
 * The body of a request, parsed: bounded before it is read, strict UTF-8, bounded depth, and exactly the schema (S36, S37).
 * Throws RequestError 408, 413, 415, or 400 with what was wrong and where.
 */
export async function readJson<Schema extends v.GenericSchema>(
  c: Context,
  schema: Schema,
  { maxBytes = BODY_BYTES, types = ['application/json'] }: JsonBody = {},
): Promise<v.InferOutput<Schema>> {
  requireType(c, types)
  const text = decode(await inTime(readBounded(c, maxBytes)))
  if (depthOf(text) > MAX_DEPTH) throw invalid('', `must not be nested deeper than ${MAX_DEPTH}`)
  const value = parseJson(text)
  // The bytes were UTF-8: what is no Unicode, and NUL, can only come as an escape.
  if (text.includes('\\u')) requireWellFormed(value)
  return parse(schema, value)
}

/** A value from outside, parsed. Throws RequestError `invalid-request` that names each wrong member. */
export function parse<Schema extends v.GenericSchema>(schema: Schema, value: unknown): v.InferOutput<Schema> {
  const result = v.safeParse(schema, value)
  if (result.success) return result.output
  const errors = result.issues
    .slice(0, 10)
    .map((issue) => ({ path: v.getDotPath(issue) ?? '', message: wordsOf(issue) }))
  throw new RequestError('invalid-request', undefined, { errors })
}

const invalid = (path: string, message: string) =>
  new RequestError('invalid-request', undefined, { errors: [{ path, message }] })

/** Without the value itself: what came in is not echoed. */
function wordsOf(issue: v.BaseIssue<unknown>): string {
  if (issue.type === 'strict_object')
    return issue.expected === 'never' ? 'is not known here' : `must be ${issue.expected}`
  return issue.kind === 'schema' ? `must be ${issue.expected ?? 'something else'}` : issue.message
}

function requireType(c: Context, types: readonly string[]): void {
  const [type = '', ...parameters] = (c.req.header('Content-Type') ?? '').toLowerCase().split(';')
  const isUtf8 = parameters.length === 0 || /^\s*charset=("utf-8"|utf-8)\s*$/.test(parameters.join(';'))
  if (types.includes(type.trim()) && isUtf8 && c.req.header('Content-Encoding') === undefined) return
  throw new RequestError('unsupported-media-type', `The body must be ${types.join(' or ')}.`)
}

async function inTime(body: Promise<Uint8Array>): Promise<Uint8Array> {
  const { promise: late, reject } = Promise.withResolvers<never>()
  const timer = setTimeout(() => {
    reject(new RequestError('request-timeout', undefined, { headers: { Connection: 'close' } }))
  }, BODY_MS)
  body.catch(() => undefined)
  try {
    return await Promise.race([body, late])
  } finally {
    clearTimeout(timer)
  }
}

async function readBounded(c: Context, maxBytes: number): Promise<Uint8Array> {
  const tooLarge = () =>
    new RequestError('payload-too-large', `The body must have at most ${maxBytes} bytes.`, {
      headers: { Connection: 'close' },
    })
  if (Number(c.req.header('Content-Length') ?? 0) > maxBytes) throw tooLarge()
  // With a stated length the body cannot be longer; without one it is counted as it comes.
  if (c.req.header('Content-Length') !== undefined) return new Uint8Array(await c.req.arrayBuffer())
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of c.req.raw.body ?? []) {
    size += chunk.length
    if (size > maxBytes) throw tooLarge()
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}

const utf8 = new TextDecoder('utf-8', { fatal: true })

function decode(bytes: Uint8Array): string {
  try {
    return utf8.decode(bytes)
  } catch {
    throw invalid('', 'must be UTF-8')
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw invalid('', 'must be JSON')
  }
}

/** Of every text in a value, names included, whatever the schema says of it. */
function requireWellFormed(value: unknown, path: readonly string[] = []): void {
  const isText = (text: string) => text.isWellFormed() && !text.includes('\0')
  if (typeof value === 'string' && !isText(value)) {
    throw invalid(path.join('.'), 'must be well-formed Unicode without NUL')
  }
  if (typeof value !== 'object' || value === null) return
  for (const [name, member] of Object.entries(value)) {
    if (!isText(name)) throw invalid(path.join('.'), 'must have names of well-formed Unicode without NUL')
    requireWellFormed(member, [...path, name])
  }
}

/**
 * Deepest nesting of a JSON text, before it is parsed: parsing itself must not be made to recurse. One step per character,
 * whatever it is: a pattern that looks for the end of a string can be made to look again from every quote.
 */
function depthOf(text: string): number {
  let depth = 0
  let deepest = 0
  let inString = false
  for (let at = 0; at < text.length; at++) {
    const character = text.charAt(at)
    if (inString && character === '\\') at++
    else if (character === '"') inString = !inString
    else if (inString) continue
    else if (character === '[' || character === '{') deepest = Math.max(deepest, ++depth)
    else if (character === ']' || character === '}') depth--
  }
  return deepest
}
