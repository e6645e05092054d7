/** Where the simulator says what only its developer needs. Never a token, a secret or a body. */
export interface Logger {
  error(event: string, error: unknown): void
}

export const silentLogger: Logger = { error: () => undefined }

export const standardErrorLogger: Logger = {
  error(event, error) {
    const stack = error instanceof Error ? error.stack : String(error)
    process.stderr.write(`${JSON.stringify({ level: 'error', event, stack })}\n`)
  },
}
