import { scopes } from '@foyer/shared/platform/guest-api'
import { attemptOf, type FailureContext } from './failure.ts'
import { isGuestOperation, isTokenRequest, operations } from './operations.ts'
import { clientName, isGenesysDomain, placeName } from './place.ts'
import type { Reading } from './read-failure.ts'
import { listed, toNames } from './safe-words.ts'
import type { ScopeNeed } from './scope-need.ts'
import type { Finding } from './verdict.ts'

const ISSUED_AFTER = 'Then start a new chat: tokens issued before the change keep the scopes they had.'

/** The token lacks a scope: which, and who can give it. */
export function explainMissingScope(reading: Reading, need: ScopeNeed): Finding {
  return {
    cause: 'scope-missing',
    action: 'request-scopes',
    detail: `${needSentence(reading, need)} ${grantSentence(need)}`,
    fix: isGuestOperation(reading.operation) ? guestSteps(reading.context, need) : platformSteps(reading.context, need),
    required: need.required,
    ...(need.requiredAnyOf.length > 0 ? { requiredAnyOf: need.requiredAnyOf } : {}),
    granted: need.granted ?? [],
    missing: need.missing,
  }
}

/** The platform speaks of a scope, yet the token was granted each of them: the token is older than the change. */
export function explainOldToken({ context }: Reading, need: ScopeNeed): Finding {
  const isAgain = attemptOf(context) > 1
  return {
    cause: 'scope-missing',
    action: isAgain ? 'inspect' : 'new-token',
    detail: `The platform says a scope is missing, though this token was granted every scope needed: ${listed([...need.required, ...need.requiredAnyOf])}. ${
      isAgain
        ? 'A new token was refused in the same way.'
        : 'Most likely the token is older than a change to its OAuth client.'
    }`,
    fix: isAgain
      ? [
          `Compare the scopes of ${clientName(context)} with FOYER_SCOPES where the platform registers its clients.`,
          'If they agree, give the correlation id to the support of the platform: it contradicts its own token answer.',
        ]
      : ['Ask for a new token, once. Foyer does so by itself; starting a new chat does the same.'],
    required: need.required,
    granted: need.granted ?? [],
    retryable: !isAgain,
  }
}

function needSentence({ operation }: Reading, { required, requiredAnyOf, missing }: ScopeNeed): string {
  const { doing } = operations[operation]
  if (requiredAnyOf.length > 0) return `${doing} needs one of the scopes ${listed(requiredAnyOf, 'or')}.`
  if (missing.length === 0) return `${doing} needs a scope the token lacks, and the platform does not say which.`
  if (isTokenRequest(operation)) return `The new token lacks ${listed(missing)}; Foyer needs ${listed(required)}.`
  if (missing.length < required.length)
    return `${doing} needs ${listed(required)}, but the token lacks ${listed(missing)}.`
  return required.length === 1
    ? `${doing} needs ${listed(required)}, which the token lacks.`
    : `${doing} needs ${listed(required)}, and the token has none of them.`
}

function grantSentence({ granted }: ScopeNeed): string {
  if (!granted) return 'What was granted is not known.'
  return granted.length > 0 ? `Granted: ${listed(granted)}.` : 'It was granted no scope at all.'
}

function guestSteps(context: FailureContext, need: ScopeNeed): string[] {
  if (need.missing.length === 0)
    return [`As it is not named, try all that the platform offers: ${allowStep(context, 'them')}`, ISSUED_AFTER]
  const requested = context.requested ? toNames(context.requested) : undefined
  const isAsked = (scope: string) => requested?.includes(scope) ?? false
  const notAsked = need.missing.filter((scope) => !isAsked(scope))
  const refused = need.missing.filter(isAsked)
  return [
    ...(notAsked.length > 0 ? [askStep(context, scopesToAsk(need, requested ?? []))] : []),
    ...(refused.length > 0 ? [`${listed(refused)} was asked for and not granted: ${allowStep(context, 'it')}`] : []),
    ...(notAsked.length > 0 && refused.length === 0
      ? [`If that is not enough, ${allowStep(context, listed(notAsked))}`]
      : []),
    ISSUED_AFTER,
    ...notOfGenesys(context),
  ]
}

/** All that a conversation will need, so that the next call does not fail for the next scope. */
function scopesToAsk({ required, missing }: ScopeNeed, requested: string[]): string[] {
  const whole = operations.token.needs
  const isOfContract = missing.every((scope) => Object.values<string>(scopes).includes(scope))
  return toNames([...requested, ...required, ...missing, ...(isOfContract ? whole : [])])
}

function askStep({ defaultScopesHint }: FailureContext, wanted: string[]): string {
  const fallback = toNames(defaultScopesHint ?? [])
  const why = fallback.length > 0 ? `; a client that asks for nothing gets only ${listed(fallback)}` : ''
  return `Ask for every scope by name: set FOYER_SCOPES="${wanted.join(' ')}" and restart Foyer${why}.`
}

const allowStep = (context: FailureContext, what: string): string =>
  `an administrator must allow ${what} for ${clientName(context)}, in Genesys Cloud under Admin › Integrations › OAuth, else where the platform or gateway registers its clients.`

function platformSteps(context: FailureContext, need: ScopeNeed): string[] {
  const wanted =
    need.missing.length > 0 ? listed(need.missing, need.requiredAnyOf.length > 0 ? 'or' : 'and') : 'the scope'
  const least =
    need.requiredAnyOf.length > 1 ? ' One of them is enough; the one that ends in :readonly allows the least.' : ''
  return [
    `In Genesys Cloud, open Admin › Integrations › OAuth, the client that issued this token, and add ${wanted} to its scopes.${least}`,
    'Sign in again: tokens issued before the change keep the scopes they had.',
    `If ${clientName(context)} uses client credentials, scopes do not apply to it: give its role the permission instead (Admin › People & Permissions › Roles).`,
  ]
}

/** Scopes of the guest contract cannot be granted by Genesys Cloud itself, where no such names exist (platform-api.md §1.4). */
function notOfGenesys(context: FailureContext): string[] {
  if (!isGenesysDomain(context)) return []
  return [
    `If no such scope is on offer at ${placeName(context)}: Genesys Cloud itself has no scopes for guests. Set FOYER_CONNECTOR=web-messaging and FOYER_DEPLOYMENT_ID, which need none, or point FOYER_PLATFORM_URL at the gateway that has them.`,
  ]
}
