import { readSample, sampleNames } from '@foyer/shared/platform/samples'

interface Frame {
  type: string
  class: string
  code: number
  body: unknown
}

const samples = sampleNames('web-messaging')
  .filter((name) => name.startsWith('s2c-'))
  .map((name) => readSample('web-messaging', name) as Frame)

/** What strict decoders insist on (web-messaging.md §5.2), by class: path, and the type it must have. */
const required: Record<string, readonly (readonly [string, string])[]> = {
  SessionResponse: [['connected', 'boolean']],
  StructuredMessage: [
    ['id', 'string'],
    ['type', 'string'],
    ['direction', 'string'],
  ],
  PresignedUrlResponse: [
    ['attachmentId', 'string'],
    ['headers', 'object'],
    ['url', 'string'],
  ],
  UploadSuccessEvent: [
    ['attachmentId', 'string'],
    ['downloadUrl', 'string'],
    ['timestamp', 'string'],
  ],
  UploadFailureEvent: [
    ['attachmentId', 'string'],
    ['errorCode', 'integer'],
    ['errorMessage', 'string'],
    ['timestamp', 'string'],
  ],
  GenerateUrlError: [
    ['attachmentId', 'string'],
    ['errorCode', 'integer'],
    ['errorMessage', 'string'],
  ],
  TooManyRequestsErrorMessage: [
    ['retryAfter', 'integer'],
    ['errorCode', 'integer'],
    ['errorMessage', 'string'],
  ],
  JwtResponse: [['exp', 'integer']],
}
const integers = [
  'maxCustomDataBytes',
  'durationSeconds',
  'expirationDate',
  'fileSize',
  'duration',
  'exp',
  'retryAfter',
]

/**
 * How a frame differs in kind from every sample of its class: fields no sample has, or of another type; what a strict
 * decoder would miss. Empty when there is nothing.
 */
export function resembles(frame: Frame): string[] {
  const family = samples.filter((sample) => sample.class === frame.class)
  const faults: string[] = family.length === 0 ? [`no sample of class ${frame.class}`] : []
  for (const name of ['type', 'class', 'code', 'body']) if (!(name in frame)) faults.push(`${name} is missing`)
  for (const [path, type] of required[frame.class] ?? []) {
    const value = (frame.body as Record<string, unknown> | null)?.[path]
    const isRight = type === 'integer' ? Number.isInteger(value) : typeof value === type
    if (!isRight) faults.push(`body.${path} must be ${type}`)
  }
  const known = new Map(family.flatMap((sample) => [...shapeOf(sample)]))
  for (const [path, type] of shapeOf(frame)) {
    if (isFree(path)) continue
    if (!known.has(path)) faults.push(`${path} is in no sample`)
    else if (known.get(path) !== type) faults.push(`${path} is ${type}, not ${known.get(path)}`)
    if (integers.includes(path.split('.').at(-1) ?? '') && type !== 'integer' && type !== 'string') {
      faults.push(`${path} must be an integer`)
    }
  }
  return faults
}

/** Maps whose keys the client chooses, content as it was sent, and what stands on any answer (§3.2). */
const isFree = (path: string) =>
  /^(tracingId$|body\.(metadata|content|channel\.metadata\.customAttributes|headers)\b)/.test(path)

/** Every path in a value with the JSON type found there; places in a list are one path. */
export function shapeOf(value: unknown, path = ''): Map<string, string> {
  const shape = new Map<string, string>()
  if (path !== '') shape.set(path, Array.isArray(value) ? 'array' : Number.isInteger(value) ? 'integer' : typeof value)
  if (typeof value !== 'object' || value === null) return shape
  for (const [name, inner] of Object.entries(value)) {
    const innerPath = Array.isArray(value) ? `${path}[]` : path === '' ? name : `${path}.${name}`
    for (const [found, type] of shapeOf(inner, innerPath)) shape.set(found, type)
  }
  return shape
}
