import { pino, type DestinationStream } from 'pino'
import { redact } from './telemetry/redact.ts'

/** A line says what happened, by a fixed name, and fields its caller chose; never a request, a body or an error's own. */
export type LogLine = { readonly event: string } & Readonly<Record<string, unknown>>
type Log = (line: LogLine) => void

/** One per room. */
export interface Logger {
  readonly debug: Log
  readonly info: Log
  readonly warn: Log
  readonly error: Log
}
export type LogLevel = 'debug' | 'info' | 'warn' | 'error' | 'silent'

export interface LoggerOptions {
  /** What the work under way is called; in every line. */
  readonly workNames?: (() => object) | undefined
  /** Is told every line, also those below the level. */
  readonly noticed?: ((line: LogLine) => void) | undefined
  /** Hears of each line that could not be written. */
  readonly dropped?: (() => void) | undefined
}

export function createLogger(
  level: LogLevel,
  destination?: DestinationStream,
  { workNames, noticed, dropped }: LoggerOptions = {},
): (room: string) => Logger {
  const root = pino(
    {
      level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      ...(workNames ? { mixin: workNames } : {}),
    },
    destination ?? standardOutput(dropped),
  )
  return (room) => {
    const lines = root.child({ room })
    const at = (name: keyof Logger) => (line: LogLine) => {
      noticed?.(line)
      if (lines.isLevelEnabled(name)) lines[name](redact(line) as object)
    }
    return { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') }
  }
}

/** A line that cannot be written, as on a full disk, is dropped: nothing else may fail because the log does. */
function standardOutput(dropped?: () => void): DestinationStream {
  // After an error the old one would keep the line, and all that come after it, in memory.
  const open = () =>
    pino.destination({ dest: 1, sync: true }).once('error', () => {
      dropped?.()
      output = open()
    })
  let output = open()
  return { write: (line) => void output.write(line) }
}
