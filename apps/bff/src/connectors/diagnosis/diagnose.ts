import type { Failure } from './failure.ts'
import { readForbidden } from './forbidden.ts'
import { isFromIntermediary, readIntermediary } from './intermediary.ts'
import { networkCode, readNoAnswer } from './no-answer.ts'
import { readOAuth } from './oauth.ts'
import { isTokenRequest } from './operations.ts'
import { readFailure, type Reading } from './read-failure.ts'
import { readRefusedRequest } from './refused-request.ts'
import { toNames } from './safe-words.ts'
import { hasScopeSignal } from './scope-need.ts'
import { explainUnreadable, readTokenAnswer } from './token-answer.ts'
import { readOutage, readRateLimit } from './try-later.ts'
import { readUnauthorized } from './unauthorized.ts'
import type { Finding, Verdict } from './verdict.ts'

/**
 * From a failed answer, or none, to a sentence that says what is missing and steps that mend it (platform-api.md §5.9).
 * Pure, and total: whatever a platform sends, it never throws, and passes on nothing that is not of a strict form.
 */
export function diagnose({ operation, context, response, networkError }: Failure): Verdict {
  if (!response) {
    const error = networkError ?? {}
    return toVerdict(readNoAnswer(context, error), context, { operation, code: networkCode(error) })
  }
  const reading = readFailure(operation, context, response)
  const { code, correlationId } = reading
  const status = reading.status || undefined
  return toVerdict(read(reading), context, { operation, status, code, correlationId })
}

/** The order matters: who spoke, then OAuth's own words, then the status. */
function read(reading: Reading): Finding {
  const { status, operation } = reading
  if (status >= 500 || status === 408) return readOutage(reading)
  if (status === 429) return readRateLimit(reading)
  if (status >= 200 && isFromIntermediary(reading)) return readIntermediary(reading)
  if (status < 400) return isTokenRequest(operation) ? readTokenAnswer(reading) : explainUnreadable(reading)
  return readRefusal(reading)
}

function readRefusal(reading: Reading): Finding {
  const { status } = reading
  const isAuthorization = status === 400 || status === 401 || status === 403
  if (status === 403 || (isAuthorization && hasScopeSignal(reading)))
    return readOAuth(reading) ?? readForbidden(reading)
  const refusal = isAuthorization ? readOAuth(reading) : undefined
  return refusal ?? (status === 401 ? readUnauthorized(reading) : readRefusedRequest(reading))
}

function toVerdict(finding: Finding, context: Failure['context'], evidence: Verdict['evidence']): Verdict {
  return {
    required: [],
    granted: toNames(context.granted ?? []),
    missing: [],
    retryable: false,
    ...finding,
    requested: toNames(context.requested ?? []),
    detail: toSentence(finding.detail),
    fix: finding.fix.map(toSentence),
    evidence: Object.fromEntries(Object.entries(evidence).filter(([, value]) => value !== undefined)),
  }
}

const MAX_SENTENCE = 2000

/** The last gate: no control or invisible character, and an end. */
const toSentence = (text: string): string => text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, ' ').slice(0, MAX_SENTENCE)
