import { scopes } from '@foyer/shared/platform/guest-api'
import { nearestOf } from '../nearest.ts'
import { toHost } from '../platform-domain.ts'
import type { FailureContext } from './failure.ts'
import { clientName, isTokenRequest } from './operations.ts'
import type { Reading } from './read-failure.ts'
import { listed, toCode, toName, toNames } from './safe-words.ts'
import type { Finding } from './verdict.ts'

/** OAuth's own refusals (RFC 6749 §5.2; platform-api.md §1.3 and §5.9, step 4); undefined for whatever is none. */
export function readOAuth(reading: Reading): Finding | undefined {
  const { body, operation, status } = reading
  switch (toCode(body.error)) {
    case 'invalid_client':
      return isClientUnknown(reading) ? isUnknownClient(reading) : hasWrongSecret(reading)
    case 'invalid_scope':
      return hasUnknownScope(reading)
    case 'unsupported_grant_type':
    case 'unauthorized_client':
      return isGrantUnsupported(reading)
    case 'invalid_grant':
      return operation === 'refresh' ? hasUsedRefreshToken() : undefined
    default:
      return isTokenRequest(operation) && status === 401 && !body.error && !reading.codes.has('ip.not.authorized')
        ? hasWrongSecret(reading)
        : undefined
  }
}

const isClientUnknown = ({ status, text }: Reading): boolean => status === 400 || /not found/i.test(text)

function isUnknownClient({ context }: Reading): Finding {
  return {
    cause: 'client-unknown',
    action: 'check-region',
    detail: `${place(context)} does not know ${clientName(context)}. A client id lives in one region only.`,
    fix: [
      `Check the region first: FOYER_PLATFORM_DOMAIN ${used(context)}. Yours stands in the address bar of Genesys Cloud, after "apps.".`,
      'Then check FOYER_CLIENT_ID against the list under Admin › Integrations › OAuth: no blanks, no quotes, the id and not the name.',
      'See there that the client was not deleted.',
    ],
  }
}

function hasWrongSecret({ context }: Reading): Finding {
  return {
    cause: 'client-secret-wrong',
    action: 'fix-client',
    detail: `${place(context)} did not accept the client secret for ${clientName(context)}: it is wrong, or missing.`,
    fix: [
      'Check FOYER_CLIENT_SECRET (or the file in FOYER_CLIENT_SECRET_FILE): a blank, a line end or a quote too many counts. If in doubt, make a new secret under Admin › Integrations › OAuth.',
      `Check the region too: FOYER_PLATFORM_DOMAIN ${used(context)}, and a client of another region can be refused in the same words.`,
      'See under Admin › Integrations › OAuth that the client is active.',
    ],
  }
}

function hasUnknownScope({ context, text }: Reading): Finding {
  const requested = toNames(context.requested ?? [])
  const named = toNames(text.split(/[\s,"'[\]]+/).map((word) => word.replace(/[.:;]+$/, ''))).filter(isScopeName)
  const known: readonly string[] = Object.values(scopes)
  const asked = requested.filter((scope) => named.includes(scope))
  const strangers = requested.filter((scope) => !known.includes(scope))
  const unknown = [asked, named, strangers].find((names) => names.length > 0) ?? []
  return {
    cause: 'scope-unknown',
    action: 'fix-scopes',
    detail:
      unknown.length > 0
        ? `The platform does not know, or does not offer to this client, the scope ${listed(unknown)}.`
        : 'The platform refused the scopes that were asked for, and does not say which of them.',
    fix: [
      ...unknown.flatMap((scope) => suggestion(scope, known)),
      'Correct FOYER_SCOPES (names parted by blanks) and restart Foyer.',
      `If the name is right, an administrator must offer it to ${clientName(context)}, in Genesys Cloud under Admin › Integrations › OAuth, else where the platform or gateway registers its clients.`,
    ],
  }
}

const isScopeName = (word: string): boolean => /^[a-z][a-z-]*:[a-z][a-z:-]*$/.test(word)

function suggestion(scope: string, known: readonly string[]): string[] {
  const nearest = nearestOf(scope, known)
  return nearest && nearest !== scope ? [`Did you mean ${nearest} instead of ${scope}?`] : []
}

function isGrantUnsupported({ context }: Reading): Finding {
  return {
    cause: 'grant-unsupported',
    action: 'fix-client',
    detail: `${place(context)} does not let ${clientName(context)} ask for a token in this way (its grant type).`,
    fix: [
      'Use an OAuth client made for it: for guest tokens one the platform or gateway registered for guests; for Open Messaging one with the grant type "Client Credentials" (Admin › Integrations › OAuth).',
      'The grant type of a client cannot be relied upon to change: make a new client and set FOYER_CLIENT_ID and FOYER_CLIENT_SECRET to it.',
      'Check that FOYER_CONNECTOR names the door this client is for.',
    ],
  }
}

function hasUsedRefreshToken(): Finding {
  return {
    cause: 'refresh-invalid',
    action: 'new-token',
    detail: 'The refresh token is unknown, expired or was used before, so the platform will not renew this token.',
    fix: [
      'Foyer asks for a new token, once. On a platform that ties conversations to tokens the guest then begins a new one.',
      'If it happens often, see that all processes of Foyer share one store (FOYER_STORE): a refresh token can be used only once.',
    ],
    retryable: true,
  }
}

const place = (context: FailureContext): string => {
  const region = regionName(context)
  return region ? `The platform at ${region}` : 'The platform'
}

const used = (context: FailureContext): string => {
  const region = regionName(context)
  return region ? `is in use as ${region}` : 'must be the region the client was made in'
}

/** The host in use, if it is fit to be shown. */
export const regionName = ({ region }: FailureContext): string | undefined => toName(toHost(region ?? ''))
