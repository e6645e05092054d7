import type { Clock } from '../clock.ts'
import { diagnose } from '../connectors/diagnosis/diagnose.ts'
import { toQuote } from '../connectors/diagnosis/safe-words.ts'
import { createConnector } from '../connectors/create-connector.ts'
import { createHttpClient, NoAnswerError } from '../connectors/http.ts'
import { UpstreamError } from '../connectors/upstream-error.ts'
import type { Logger } from '../logger.ts'
import { createMetrics } from '../telemetry/metrics.ts'
import { webMessagingChecks } from './web-messaging-checks.ts'
import { checks, toFailure, type Check, type CheckedConfig, type Finding, type Visit } from './checks.ts'

/** A step and how it ended. */
export interface StepReport extends Finding {
  readonly name: string
  readonly tookMs: number
}

export interface RunOptions {
  readonly config: CheckedConfig
  readonly clock: Clock
  readonly logger: Logger
  /** Whether a message may be sent. */
  readonly send: boolean
  /** Ends the run early; what was opened is still cleaned up. */
  readonly signal: AbortSignal
  /** How long one step may take. */
  readonly stepMs?: number
}

const STEP_MS = 15_000

/** Checks one step after the other and tells of each as it ends. A step whose needs are not met is skipped. */
export async function* runChecks(options: RunOptions): AsyncGenerator<StepReport> {
  const { config, clock, logger, send: wantsMessage, signal, stepMs = STEP_MS } = options
  const http = createHttpClient(config.platformOrigin)
  const connector = createConnector(config, { clock, logger, metrics: createMetrics().metrics })
  const visit: Visit = { config, clock, http, connector, wantsMessage }
  const unmet = new Map<string, string>()
  try {
    for (const check of config.connector === 'web-messaging' ? webMessagingChecks : checks) {
      const startedMs = clock.monotonic()
      const cause = check.needs.map((need) => unmet.get(need)).find((name) => name !== undefined)
      const limit = AbortSignal.timeout(stepMs)
      const finding = await runCheck(check, visit, {
        blockedBy: signal.aborted && !check.always ? 'the end of the run' : cause,
        signal: check.always ? limit : AbortSignal.any([limit, signal]),
      })
      if (finding.outcome === 'failed') unmet.set(check.name, check.name)
      else if (cause !== undefined) unmet.set(check.name, cause)
      yield { name: check.name, tookMs: Math.round(clock.monotonic() - startedMs), ...finding }
    }
  } finally {
    await Promise.all([http.close(), connector.close()])
  }
}

interface Limits {
  readonly blockedBy: string | undefined
  readonly signal: AbortSignal
}

async function runCheck(check: Check, visit: Visit, { blockedBy, signal }: Limits): Promise<Finding> {
  if (blockedBy !== undefined) return { outcome: 'skipped', detail: `Not tried, because of ${blockedBy}.` }
  try {
    return await within(signal, async () => check.run(visit, signal))
  } catch (error) {
    if (error instanceof UpstreamError) return toFailure(error.verdict)
    if (error instanceof NoAnswerError) return toNoAnswer(check, visit, error.code)
    if (!signal.aborted) return toMistake(error)
    const isTime = signal.reason instanceof DOMException && signal.reason.name === 'TimeoutError'
    return isTime ? toNoAnswer(check, visit, 'ETIMEDOUT') : { outcome: 'failed', detail: 'The run was interrupted.' }
  }
}

/** Not everything a step waits for listens to its signal. */
async function within<Result>(signal: AbortSignal, work: () => Promise<Result>): Promise<Result> {
  const { promise: aborted, reject } = Promise.withResolvers<never>()
  const abort = () => reject(signal.reason as Error)
  signal.addEventListener('abort', abort, { once: true })
  try {
    return await Promise.race([work(), aborted])
  } finally {
    signal.removeEventListener('abort', abort)
  }
}

function toNoAnswer({ operation }: Check, { config }: Visit, code: string): Finding {
  return toFailure(diagnose({ operation, context: { region: config.region }, networkError: { code } }))
}

/** A bug of ours. Its words are quoted only where they cannot hold a secret. */
function toMistake(error: unknown): Finding {
  const { name, message } = error instanceof Error ? error : { name: typeof error, message: '' }
  const words = toQuote(message)
  return {
    outcome: 'failed',
    detail: `Foyer itself made a mistake here: ${name}${words === undefined ? '' : ` (${words})`}.`,
    fix: ['Please report it, with this output: there is no secret in it.'],
  }
}
