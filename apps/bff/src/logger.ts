import { pino, type DestinationStream, type Logger as Pino } from 'pino'

/**
 * One logger per room. Callers pass an event name and fields they chose; never a request, a body or an error's own
 * properties, which may hold tokens. `redact` is the second net.
 */
export type Logger = Pick<Pino, 'debug' | 'info' | 'warn' | 'error'>
export type LogLevel = 'debug' | 'info' | 'warn' | 'error' | 'silent'

/** As they are called on the wire, and in our own records. */
const SECRET_KEYS = [
  ...['access_token', 'refresh_token', 'client_secret', 'password', 'credential', 'text', 'handle'],
  ...[
    'accessToken',
    'refreshToken',
    'clientSecret',
    'authorization',
    'cookie',
    'set-cookie',
    'Authorization',
    'Cookie',
  ],
]
/** A key itself, and within one or two others. */
const pathsTo = (key: string) => ['', '*', '*.*'].map((within) => `${within}["${key}"]`)

export function createLogger(level: LogLevel, destination?: DestinationStream): (room: string) => Logger {
  const root = pino(
    {
      level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      redact: { paths: SECRET_KEYS.flatMap(pathsTo), censor: '[redacted]' },
      serializers: { err: toLoggedError },
    },
    destination ?? pino.destination({ dest: 1, sync: true }),
  )
  return (room) => root.child({ room })
}

/** Name, code and stack only: causes and properties of an HTTP error carry request headers (S46). */
export function toLoggedError(error: unknown): object {
  if (!(error instanceof Error)) return { name: typeof error }
  const code = 'code' in error && typeof error.code === 'string' ? { code: error.code } : {}
  return {
    name: error.name,
    ...code,
    message: error.message.slice(0, 300),
    stack: error.stack?.split('\n').slice(1, 8),
  }
}
