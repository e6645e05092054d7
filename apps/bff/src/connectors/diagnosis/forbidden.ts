import { isGuestOperation, operations } from './operations.ts'
import { clientName, placeSetting } from './place.ts'
import { findParam, namesInMessage, type Reading } from './read-failure.ts'
import { listed, splitNames, toIdentifier, toNames, uuidsIn } from './safe-words.ts'
import { explainMissingScope, explainOldToken } from './scope-missing.ts'
import { weighScopes } from './scope-need.ts'
import type { Finding } from './verdict.ts'

/** 403: a scope, a permission, a place in the conversation, or a policy is missing (platform-api.md §5.9, step 6). */
export function readForbidden(reading: Reading): Finding {
  const need = weighScopes(reading)
  const isKnownShort = need.granted !== undefined && need.missing.length > 0
  const isNothingNamed = need.required.length === 0 && need.requiredAnyOf.length === 0
  if (need.isSignalled && (need.missing.length > 0 || isNothingNamed)) return explainMissingScope(reading, need)
  if (need.isSignalled) return explainOldToken(reading, need)
  if (isKnownShort) return explainMissingScope(reading, need)
  return { granted: need.granted ?? [], ...readOtherGate(reading) }
}

function readOtherGate(reading: Reading): Finding {
  const has = (code: string) => reading.codes.has(code)
  if ([...reading.codes].some((code) => /^missing\..*permission/.test(code))) return explainMissingPermission(reading)
  if (has('not.authorized') || has('conversation.error.forbidden.not.active.participant')) return explainNoPart(reading)
  if (has('authz.policy.denied')) return explainPolicy(reading)
  return explainSilence(reading)
}

function explainMissingPermission(reading: Reading): Finding {
  const named = [...namesInMessage(reading), ...splitNames(findParam(reading, 'permissions')?.replace(/[[\]]/g, ''))]
  const permissions = toNames(named).filter((name) => name.includes(':'))
  const isAny = [...reading.codes].some((code) => code.includes('.any.'))
  const isDivision = [...reading.codes].some((code) => code.includes('division'))
  const wanted = permissions.length > 0 ? listed(permissions, isAny ? 'or' : 'and') : 'a permission it does not name'
  const choice = isAny && permissions.length > 1 ? 'one of these permissions' : 'permission'
  return {
    cause: 'permission-missing',
    action: 'grant-permission',
    detail: `The platform asks for ${choice}: ${wanted}. No role of this user or OAuth client has it${isDivision ? ' in the division concerned' : ''}.`,
    fix: [
      `In Genesys Cloud, open Admin › People & Permissions › Roles and add ${wanted} to a role.`,
      `Give that role to the user, or, for client credentials, to ${clientName(reading.context)} on the Roles tab under Admin › Integrations › OAuth.`,
      'Choose a division there that holds the queue, flow or deployment of the conversation: a role counts only within its divisions.',
      'With client credentials there is no need to look at scopes: they do not apply there, only roles do.',
    ],
    requiredPermissions: permissions,
  }
}

function explainNoPart(reading: Reading): Finding {
  const id = toIdentifier(findParam(reading, 'id')) ?? uuidsIn(reading.text)[0]
  const what = id ? `conversation ${id}` : 'this conversation'
  return isGuestOperation(reading.operation)
    ? {
        cause: 'not-party',
        action: 'start-new-conversation',
        detail: `The token is good, but this guest has no part in ${what}: it belongs to another guest, or has gone.`,
        fix: [
          'Start a new conversation. Foyer offers this to the guest.',
          'If it happens after every token renewal, the platform takes each new token for a new guest: let it issue refresh tokens, so that a guest stays the same one.',
        ],
      }
    : {
        cause: 'not-party',
        action: 'use-user-token',
        detail: `The token is good, but its owner takes no part in ${what}, or the conversation is no longer active.`,
        fix: [
          'Make the call with the token of a user who takes part in the conversation (authorization code grant). A client-credentials token is nobody and takes part in nothing.',
          'Check that the conversation is still active, and send only those properties you mean to change: each one is an action of its own.',
        ],
      }
}

function explainPolicy(reading: Reading): Finding {
  const ids = uuidsIn(reading.text)
  const named = ids.length > 0 ? ` It names ${listed(ids)}.` : ''
  return {
    cause: 'policy-denied',
    action: 'change-policy',
    detail: `An access policy of the organisation forbids this call, whatever scopes and roles allow.${named}`,
    fix: [
      'Ask an administrator of the Genesys Cloud organisation to look the policy up under its access control policies, by the ids in this answer.',
      `Have ${clientName(reading.context)} or its user exempted, or the policy changed; nothing in Foyer can go around it.`,
    ],
  }
}

function explainSilence({ operation, quote, context }: Reading): Finding {
  const { needs } = operations[operation]
  const known = context.granted && needs.length > 0 ? ' The token has every scope that is needed.' : ''
  return {
    cause: 'forbidden-unexplained',
    action: 'inspect',
    detail: `The platform answered 403 and gave no reason Foyer can read${quote ? `: "${quote}"` : ''}.${known}`,
    fix: [
      `First gate, the token: check that it was issued where it is used, ${placeSetting(context)}.`,
      needs.length > 0
        ? `Second gate, scopes: check that FOYER_SCOPES and ${clientName(context)} both have ${listed(needs)}.`
        : `Second gate, scopes: check those of ${clientName(context)} under Admin › Integrations › OAuth.`,
      "Third gate, permissions: check the role and its divisions under Admin › People & Permissions › Roles, and that the conversation is the guest's or user's own.",
      'If all three are in order, give the correlation id to the support of the platform.',
    ],
  }
}
