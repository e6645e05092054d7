import { isGuestOperation, isTokenRequest, operations } from './operations.ts'
import { findParam, type Reading } from './read-failure.ts'
import { listed, toNames } from './safe-words.ts'
import type { Finding } from './verdict.ts'

const DEFAULT_MAX_TEXT = 4096

/** 400, 404, 409, 413, 415 and what is left of 4xx (platform-api.md §5.9, steps 7 and 8). */
export function readRefusedRequest(reading: Reading): Finding {
  const { status, codes } = reading
  if (codes.has('max.length.exceeded')) return explainTooLong(reading)
  if (codes.has('not.a.user')) return userNeeded
  if (codes.has('not.a.client')) return clientNeeded
  if (codes.has('session.expired') || codes.has('session.not.found')) return sessionEnded
  if (status === 404 || status === 405 || status === 410)
    return isConversation(reading) ? conversationUnknown : explainNoEndpoint(reading)
  if (status === 409) return isConversationOver(reading) ? conversationEnded : explainConflict(reading)
  if (status === 413) return explainTooLarge(reading)
  return explainInvalid(reading)
}

function explainTooLong(reading: Reading): Finding {
  const max = wholeNumber(findParam(reading, 'max')) ?? DEFAULT_MAX_TEXT
  return {
    cause: 'message-too-long',
    action: 'shorten',
    detail: `The text is longer than the ${max} characters the platform takes in one message.`,
    fix: [`Shorten the text, or send it in parts of at most ${max} characters.`],
  }
}

const userNeeded: Finding = {
  cause: 'user-context-required',
  action: 'use-user-token',
  detail: 'This call is made by a user, and a client-credentials token stands for no user.',
  fix: [
    'Make the call with the token of a user: an OAuth client with the grant type "Code Authorization" (Admin › Integrations › OAuth), and a sign-in.',
  ],
}

const clientNeeded: Finding = {
  cause: 'client-context-required',
  action: 'use-client-token',
  detail: 'This call is made by a client, and the token belongs to a user.',
  fix: [
    'Set FOYER_CLIENT_ID and FOYER_CLIENT_SECRET to an OAuth client with the grant type "Client Credentials" (Admin › Integrations › OAuth).',
    'Give that client a role with the permission the call needs; for Open Messaging conversation:message:receive.',
  ],
}

const sessionEnded: Finding = {
  cause: 'session-expired',
  action: 'start-new-conversation',
  detail: "The guest's session at the platform has ended, so its messages can no longer be read or sent.",
  fix: [
    'Start a new conversation. Foyer offers this to the guest; what was said stays in its own log until that is trimmed.',
  ],
}

const conversationUnknown: Finding = {
  cause: 'conversation-not-found',
  action: 'start-new-conversation',
  detail: 'The platform has no such conversation for this guest: it was deleted, or belongs to another guest.',
  fix: [
    'Start a new conversation. Foyer offers this to the guest.',
    'If it happens after every token renewal, the platform takes each new token for a new guest: let it issue refresh tokens, so that a guest stays the same one.',
  ],
}

const conversationEnded: Finding = {
  cause: 'conversation-ended',
  action: 'start-new-conversation',
  detail: 'The conversation has ended, so the platform takes no more messages for it.',
  fix: ['Start a new conversation. Foyer offers this to the guest and keeps the unsent text.'],
}

const isConversation = ({ codes, text }: Reading): boolean =>
  [...codes].some((code) => code.startsWith('conversation.error.')) ||
  /\bconversation\b.{0,80}\bnot found\b/i.test(text)

const isConversationOver = ({ codes, text }: Reading): boolean =>
  codes.has('conversation.disconnected') || /\bread-?only\b|\bdisconnected\b/i.test(text)

function explainNoEndpoint({ operation }: Reading): Finding {
  const { doing } = operations[operation]
  return isGuestOperation(operation)
    ? {
        cause: 'endpoint-not-found',
        action: 'change-connector',
        detail: isTokenRequest(operation)
          ? 'The platform has no endpoint for guest tokens. Genesys Cloud itself has none: its guests come in by Web Messaging or Open Messaging.'
          : `${doing} failed because the platform has no such endpoint, or no longer has what was asked for. It may not offer the guest REST contract; Genesys Cloud itself does not.`,
        fix: [
          'Genesys Cloud itself has no guest tokens; it admits guests by Web Messaging: set FOYER_CONNECTOR=web-messaging and FOYER_DEPLOYMENT_ID.',
          'Against a gateway or the simulator that does offer guest tokens, check FOYER_PLATFORM_URL: its origin alone, with no path behind it.',
        ],
      }
    : {
        cause: 'endpoint-not-found',
        action: 'inspect',
        detail: 'The platform has no such resource: the path is wrong, or the id does not exist in this organisation.',
        fix: [
          'Check the ids in the configuration (a deployment, an integration) against Genesys Cloud Admin.',
          'Check FOYER_PLATFORM_DOMAIN: what was made in one region does not exist in another.',
        ],
      }
}

function explainConflict({ codes }: Reading): Finding {
  const isReused = codes.has('idempotency.mismatch')
  return {
    cause: 'conflict',
    action: 'inspect',
    detail: isReused
      ? 'This message id was used before for a message with another text, so the platform took the first and refused this one.'
      : 'The request contradicts what the platform already has; someone else may have changed it first.',
    fix: isReused
      ? ['Give each message an id of its own (a new UUID), and repeat a message only unchanged.']
      : [
          'Read the conversation again and repeat only what is still wanted.',
          'If it stays so, look the correlation id up with the support of the platform.',
        ],
  }
}

function explainTooLarge({ text }: Reading): Finding {
  const max = wholeNumber(/maximum bytes: (\d{1,12})/i.exec(text)?.[1])
  return {
    cause: 'body-too-large',
    action: 'shorten',
    detail: `The request is larger than the platform takes${max === undefined ? '' : `: at most ${max} bytes`}.`,
    fix: ['Send less at once: a shorter text, a smaller file, fewer or shorter custom attributes.'],
  }
}

function explainInvalid({ operation, status, codes, body, quote }: Reading): Finding {
  const fields = toNames((body.details ?? []).map(({ fieldName }) => fieldName))
  const where = fields.length > 0 ? ` It points at ${listed(fields)}.` : ''
  const isMediaType = status === 415 || codes.has('unsupported.media.type')
  return {
    cause: 'request-invalid',
    action: 'inspect',
    detail: isMediaType
      ? 'The platform does not take the content type of this request.'
      : `${operations[operation].doing} failed: the platform found the request invalid (status ${status})${quote ? `: "${quote}"` : '.'}${where}`,
    fix: isMediaType
      ? [
          'Check that no proxy changes the Content-Type header: the contract speaks application/json, and the token endpoint also form encoding.',
        ]
      : [
          ...(fields.length > 0 ? [`Correct ${listed(fields)}: look at what was configured or sent for it.`] : []),
          'Check that the platform speaks the contract of FOYER_CONNECTOR, in the version Foyer knows.',
          'Repeating the same request will fail the same way; with the correlation id the support of the platform can say why.',
        ],
  }
}

const wholeNumber = (digits: string | undefined): number | undefined =>
  digits !== undefined && /^\d{1,12}$/.test(digits) ? Number(digits) : undefined
