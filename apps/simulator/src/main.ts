import { ConfigError, parseConfig } from './config.ts'
import { standardErrorLogger } from './logger.ts'
import { startSimulator, type Simulator } from './start-simulator.ts'

/** A mistake of the person who starts it gets one line; anything else is a bug and keeps its stack. */
function explain(error: unknown): string {
  if (error instanceof ConfigError) return error.message
  const { code, message, stack } = error as NodeJS.ErrnoException
  if (code === 'EADDRINUSE') return 'SIMULATOR_PORT: this port is in use. Stop what listens there, or set another port.'
  if (code === 'EACCES' || code === 'EADDRNOTAVAIL') return `HOST or SIMULATOR_PORT cannot be listened on: ${message}`
  return stack ?? message
}

function stopOnSignal(simulator: Simulator): void {
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void simulator.close())
}

try {
  const simulator = await startSimulator(parseConfig(process.env), { logger: standardErrorLogger })
  stopOnSignal(simulator)
  process.stdout.write(`Simulator listens on ${simulator.url}, agent console at ${simulator.url}/agent\n`)
} catch (error) {
  process.stderr.write(`${explain(error)}\n`)
  process.exitCode = 1
}
