import { scopes } from '@foyer/shared/platform/guest-api'
import { nearestOf } from '../nearest.ts'
import { isTokenRequest } from './operations.ts'
import { clientName, placeSetting, thePlatform, WHERE_DOMAIN_STANDS } from './place.ts'
import type { Reading } from './read-failure.ts'
import { listed, toCode, toNames } from './safe-words.ts'
import type { Finding } from './verdict.ts'

/** OAuth's own refusals (RFC 6749 §5.2; platform-api.md §1.3 and §5.9, step 4); undefined for whatever is none. */
export function readOAuth(reading: Reading): Finding | undefined {
  const { body, operation, status } = reading
  switch (toCode(body.error)) {
    case 'invalid_client':
      return isClientUnknown(reading) ? explainUnknownClient(reading) : explainWrongSecret(reading)
    case 'invalid_scope':
      return explainUnknownScope(reading)
    case 'unsupported_grant_type':
    case 'unauthorized_client':
      return explainUnsupportedGrant(reading)
    case 'invalid_grant':
      return operation === 'refresh' ? explainUsedRefreshToken() : undefined
    default:
      return isTokenRequest(operation) && status === 401 && !body.error && !reading.codes.has('ip.not.authorized')
        ? explainWrongSecret(reading)
        : undefined
  }
}

const isClientUnknown = ({ status, text }: Reading): boolean => status === 400 || /not found/i.test(text)

function explainUnknownClient({ context }: Reading): Finding {
  return {
    cause: 'client-unknown',
    action: 'check-region',
    detail: `${thePlatform(context)} does not know ${clientName(context)}. A client id lives in one region only.`,
    fix: [
      `Check the region first: ${placeSetting(context)} must be where the client was made. ${WHERE_DOMAIN_STANDS}`,
      'Then check FOYER_CLIENT_ID against the list under Admin › Integrations › OAuth: no blanks, no quotes, the id and not the name.',
      'See there that the client was not deleted.',
    ],
  }
}

function explainWrongSecret({ context }: Reading): Finding {
  return {
    cause: 'client-secret-wrong',
    action: 'fix-client',
    detail: `${thePlatform(context)} did not accept the client secret for ${clientName(context)}: it is wrong, or missing.`,
    fix: [
      'Check FOYER_CLIENT_SECRET (or the file in FOYER_CLIENT_SECRET_FILE): a blank, a line end or a quote too many counts. If in doubt, make a new secret under Admin › Integrations › OAuth.',
      `Check the region too: ${placeSetting(context)}. A client of another region can be refused in the same words.`,
      'See under Admin › Integrations › OAuth that the client is active.',
    ],
  }
}

function explainUnknownScope({ context, text }: Reading): Finding {
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

function explainUnsupportedGrant({ context }: Reading): Finding {
  return {
    cause: 'grant-unsupported',
    action: 'fix-client',
    detail: `${thePlatform(context)} does not let ${clientName(context)} ask for a token in this way (its grant type).`,
    fix: [
      'Make an OAuth client for it: for guest tokens where the platform or gateway registers guest clients; for Open Messaging with the grant type "Client Credentials" (Admin › Integrations › OAuth).',
      'Set FOYER_CLIENT_ID and FOYER_CLIENT_SECRET to the new client and restart Foyer.',
      'Check that FOYER_CONNECTOR names the door this client is for.',
    ],
  }
}

function explainUsedRefreshToken(): Finding {
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
