import type { IncomingMessage } from 'node:http'
import { badRequest, bodyTooLarge, Refusal, unsupportedMediaType } from './error-answers.ts'

/** Ceiling of a guest's request body (platform-api.md §5.5). */
const MAX_BYTES = 64 * 1024

/** The whole body as text. Throws a Refusal: 413 over the ceiling, 400 when the request breaks off. */
export function readBody(request: IncomingMessage): Promise<string> {
  if (Number(request.headers['content-length'] ?? 0) > MAX_BYTES) return Promise.reject(bodyTooLarge(MAX_BYTES))
  const { promise, resolve, reject } = Promise.withResolvers<string>()
  const chunks: Buffer[] = []
  let bytes = 0
  request.on('data', (chunk: Buffer) => {
    bytes += chunk.length
    if (bytes <= MAX_BYTES) return void chunks.push(chunk)
    request.pause()
    reject(bodyTooLarge(MAX_BYTES))
  })
  request.on('end', () => resolve(chunks.length === 1 ? String(chunks[0]) : Buffer.concat(chunks).toString()))
  // Before `end` the caller went away in the middle. An error is not made for nothing: its stack costs more than a message.
  request.on('close', () => {
    if (!request.readableEnded) reject(brokenOff())
  })
  request.on('error', () => reject(brokenOff()))
  return promise
}

const brokenOff = () => new Refusal(400, 'client.failed.request', 'The request stream broke off.')

/** Media type without parameters, lower case; empty when none is named. */
export function mediaTypeOf({ headers }: IncomingMessage): string {
  const contentType = headers['content-type'] ?? ''
  return (contentType.split(';', 1)[0] ?? '').trim().toLowerCase()
}

export type JsonObject = Readonly<Record<string, unknown>>

/** A body that must be a JSON object. Throws a Refusal: 415 for another type, 400 when it cannot be read as one. */
export function parseJsonBody(request: IncomingMessage, body: string): JsonObject {
  if (mediaTypeOf(request) !== 'application/json') throw unsupportedMediaType()
  const value = parseJson(body)
  if (!isJsonObject(value)) throw badRequest('The request body must be a JSON object.')
  return value
}

/** Undefined when it is not JSON; `undefined` is no JSON value, so the two cannot be confused. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    // Said by the caller, who knows what was expected.
    return undefined
  }
}

export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
