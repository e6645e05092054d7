import type { IncomingMessage, ServerResponse } from 'node:http'
import type { ActiveFaults } from '../faults/active-faults.ts'
import type { Logger } from '../logger.ts'
import { createUuid } from '../world/identifiers.ts'
import type { World } from '../world/world.ts'
import { ABANDONED, withHeaders, type Answer, type Outcome } from './answer.ts'
import { internalError, Refusal } from './error-answers.ts'
import { openExchange, type Exchange } from './exchange.ts'
import type { Journal } from './journal.ts'
import { rateLimitHeaders, type RateLimits } from './rate-limits.ts'
import { writeAnswer } from './write-answer.ts'

export interface RestDoorParts {
  readonly world: World
  readonly faults: ActiveFaults
  readonly journal: Journal
  readonly rateLimits: RateLimits
  readonly logger: Logger
}

/** The operations behind one part of the platform's REST API. */
export interface RestApi {
  /** Names the operation and, as far as that is possible without refusing, the caller. Never throws. */
  recognise(exchange: Exchange): void
  /** Throws Refusal. */
  operate(exchange: Exchange): Promise<Answer>
}

/**
 * What every REST request goes through, whatever it asks: recognised, written into the journal, struck by faults before and
 * after the operation, and answered with a correlation id and the caller's rate. No failure leaves without an answer.
 */
export async function serveRest(
  parts: RestDoorParts,
  api: RestApi,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { world, journal } = parts
  const exchange = openExchange(request, response, createUuid(), world.clock.now())
  api.recognise(exchange)
  const entry = journal.open(exchange)
  response.once('close', () => {
    entry.durationMs = world.clock.now() - exchange.arrivedAtMs
  })
  const outcome = await findOutcome(parts, api, exchange)
  journal.note(entry, exchange, outcome === ABANDONED ? null : outcome.status)
  if (outcome !== ABANDONED) writeAnswer(response, outcome, world.clock)
}

async function findOutcome(parts: RestDoorParts, api: RestApi, exchange: Exchange): Promise<Outcome> {
  const instead = await parts.faults.before(exchange, parts.world)
  if (instead === ABANDONED) return ABANDONED
  const answer = instead ?? (await operateSafely(parts.logger, api, exchange))
  return parts.faults.after(exchange, answer.isForeign ? answer : withApiHeaders(parts, exchange, answer))
}

async function operateSafely(logger: Logger, api: RestApi, exchange: Exchange): Promise<Answer> {
  try {
    return await api.operate(exchange)
  } catch (error) {
    if (error instanceof Refusal) return error.toAnswer(exchange.correlationId)
    logger.error('operation_failed', error)
    return internalError().toAnswer(exchange.correlationId)
  }
}

/** platform-api.md §2.4: on every answer, the refusals included. */
function withApiHeaders({ world, rateLimits }: RestDoorParts, exchange: Exchange, answer: Answer): Answer {
  const nowMs = world.clock.now()
  exchange.rateWindow ??= countUnknownCaller(rateLimits, world, nowMs)
  return withHeaders(answer, {
    'inin-correlation-id': exchange.correlationId,
    ...rateLimitHeaders(exchange.rateWindow, nowMs),
  })
}

/** Whoever shows no valid token shares one window. */
export function countUnknownCaller(rateLimits: RateLimits, { behaviour }: World, nowMs: number) {
  return rateLimits.count('', 'org.app.user.rate.per.minute', behaviour.clientRateLimitPerMinute, nowMs)
}
