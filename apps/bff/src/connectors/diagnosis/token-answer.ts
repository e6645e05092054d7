import { neededScopes, notGranted, operations } from './operations.ts'
import { placeSetting } from './place.ts'
import type { Reading } from './read-failure.ts'
import { splitNames, toNames } from './safe-words.ts'
import { explainMissingScope } from './scope-missing.ts'
import type { Finding } from './verdict.ts'

/** A token answer: good, short of a scope, or not to be read (platform-api.md §5.2 and §5.3). */
export function readTokenAnswer(reading: Reading): Finding {
  const answer = reading.json as { access_token?: unknown; scope?: unknown } | null | undefined
  if (reading.status !== 200 || typeof answer?.access_token !== 'string') return explainUnreadable(reading)
  const required = neededScopes(reading.operation, reading.context)
  // RFC 6749 §5.1: no scope in the answer means that all was granted as asked.
  const granted = scopesOf(answer.scope) ?? toNames(reading.context.requested ?? reading.context.granted ?? required)
  const missing = notGranted(required, granted)
  const need = { isSignalled: true, required, requiredAnyOf: [], granted, missing }
  if (missing.length > 0) return explainMissingScope(reading, need)
  const detail = 'Every scope that is needed was granted.'
  return { cause: 'ok', action: 'none', detail, fix: [], required, granted }
}

function scopesOf(scope: unknown): string[] | undefined {
  if (typeof scope === 'string') return splitNames(scope)
  return Array.isArray(scope) ? toNames(scope) : undefined
}

/** An answer that is no refusal, and not what was asked for either. */
export function explainUnreadable({ operation, status, quote, context }: Reading): Finding {
  return {
    cause: 'answer-unreadable',
    action: 'inspect',
    detail: `${operations[operation].doing} was answered with ${status === 0 ? 'no valid status' : `status ${status}`}, but not in the form Foyer can use${quote ? `: "${quote}"` : ''}.`,
    fix: [
      `Check ${placeSetting(context)}: most likely something else than the platform answers there.`,
      'Check that FOYER_CONNECTOR names what the platform at that address speaks.',
      'If both are right, compare the answer with the contract: a token answer has status 200, and access_token, token_type and scope as JSON text.',
    ],
  }
}
