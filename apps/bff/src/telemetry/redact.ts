const REDACTED = '[redacted]'
/** Deeper, longer, or more than this nobody reads in a line. */
const MAX_DEPTH = 6
const MAX_ITEMS = 50
const MAX_CHARACTERS = 2_000

/** Keys whose values are never written, however their words are joined and in whatever letters. */
const SECRET_KEYS = new Set([
  ...['token', 'accesstoken', 'refreshtoken', 'idtoken', 'guesttoken', 'jwt', 'codeverifier'],
  ...['secret', 'secrets', 'clientsecret', 'password', 'credential', 'credentials', 'key', 'keys', 'apikey', 'handle'],
  ...[
    'authorization',
    'proxyauthorization',
    'cookie',
    'cookies',
    'setcookie',
    'headers',
    'body',
    'query',
    'url',
    'path',
    'search',
  ],
  ...['text', 'parts', 'guest', 'attributes', 'transcript'],
])

/** JSON Web Tokens, and credentials as they stand in a header. */
const TOKENS = /\beyJ[\w-]{4,}(\.[\w-]*){0,2}|\b(Bearer|Basic)\s+[\w.~+/=-]+/g

/**
 * The second net under every line of the log (S46): what its caller chose, without what no caller may have chosen. Only
 * plain objects, lists, and single values pass; of an error its name, code, place, and a message that can only be ours.
 */
export function redact(value: unknown, depth = 0): unknown {
  if (typeof value === 'string') return value.slice(0, MAX_CHARACTERS).replace(TOKENS, REDACTED)
  if (typeof value === 'function' || typeof value === 'symbol') return typeof value
  if (typeof value === 'bigint') return String(value)
  if (typeof value !== 'object' || value === null) return value
  if (value instanceof Error) return toLoggedError(value)
  if (depth >= MAX_DEPTH) return '[deeper]'
  if (Array.isArray(value)) return value.slice(0, MAX_ITEMS).map((item) => redact(item, depth + 1))
  return isPlain(value) ? redactMembers(value, depth) : `[${className(value)}]`
}

/** Name, code, and place: causes and properties of an HTTP error carry request headers. */
export function toLoggedError(error: unknown): object {
  if (!(error instanceof Error)) return { name: typeof error }
  const code = 'code' in error && typeof error.code === 'string' ? { code: toLine(error.code) } : {}
  const message = isOurs(error) ? { message: String(redact(toLine(error.message))) } : {}
  return { name: toLine(error.name), ...code, ...message, stack: framesOf(error).slice(0, 7) }
}

/** A stack begins with the message, which may itself look like frames. */
function framesOf({ stack = '', message }: Error): string[] {
  const frames = stack.slice(Math.max(0, stack.indexOf(message)) + message.length)
  return frames.split('\n').filter((line) => /^ {4}at /.test(line))
}

/** Errors whose message nobody else writes: our own classes, plain errors, and what the language says of a mistake. */
const OURS = new Set([
  ...['Error', 'TypeError', 'RangeError', 'ReferenceError', 'TimeoutError', 'AbortError'],
  ...[
    'UpstreamError',
    'RequestError',
    'ConversationError',
    'EventLogError',
    'SealingError',
    'StoreError',
    'NoAnswerError',
    'DeadlineError',
  ],
  ...['HandshakeRefused', 'ConfigError'],
])
/** The system's and Node's own errors (ERR_…) repeat what they were given; their code says enough. */
function isOurs(error: Error): boolean {
  return OURS.has(error.name) && !('code' in error && String(error.code).startsWith('ERR_'))
}

const toLine = (text: string) => text.slice(0, 300)

function isPlain(value: object): value is Record<string, unknown> {
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === Object.prototype || prototype === null
}

const className = (value: object) => (typeof value.constructor === 'function' ? value.constructor.name : 'object')

function redactMembers(members: Record<string, unknown>, depth: number): Record<string, unknown> {
  const entries = Object.entries(members).slice(0, MAX_ITEMS)
  return Object.fromEntries(
    entries.map(([key, value]) => {
      if (key === 'err') return [key, toLoggedError(value)]
      return [key, isSecret(key) ? REDACTED : redact(value, depth + 1)]
    }),
  )
}

const isSecret = (key: string) => SECRET_KEYS.has(key.toLowerCase().replace(/[^a-z]/g, ''))
