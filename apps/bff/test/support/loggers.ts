import type { Logger } from '../../src/logger.ts'

export type LoggedLine = Readonly<Record<string, unknown>> & { level: string }

/** A logger that keeps what it is told. */
export function createRecordingLogger(): { logger: Logger; lines: LoggedLine[]; events: () => unknown[] } {
  const lines: LoggedLine[] = []
  const at =
    (level: string) =>
    (fields: unknown): void =>
      void lines.push({ level, ...(typeof fields === 'object' ? fields : { message: fields }) })
  const logger = { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') } as Logger
  return { logger, lines, events: () => lines.map(({ event }) => event) }
}

export const silentLogger: Logger = createRecordingLogger().logger
