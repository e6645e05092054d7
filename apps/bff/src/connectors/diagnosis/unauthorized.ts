import { attemptOf, type Instant } from './failure.ts'
import { operations } from './operations.ts'
import { placeSetting } from './place.ts'
import type { Reading } from './read-failure.ts'
import { bracketedAddress } from './safe-words.ts'
import type { Cause, Finding } from './verdict.ts'

const NOTICEABLE_SKEW_MS = 30_000

/** 401: the token is missing, expired or unknown here (platform-api.md §5.9, step 5). */
export function readUnauthorized(reading: Reading): Finding {
  if (reading.codes.has('ip.not.authorized')) return explainBlockedAddress(reading)
  const finding = readToken(reading)
  return attemptOf(reading.context) > 1 ? explainSecondRefusal(finding.cause, reading) : finding
}

function readToken(reading: Reading): Finding {
  const { doing } = operations[reading.operation]
  if (isTokenMissing(reading)) {
    return {
      cause: 'token-missing',
      action: 'new-token',
      detail: `${doing} was refused because the request carried no token.`,
      fix: [
        'Foyer asks for a token and tries once more.',
        'If it stays so, a proxy between Foyer and the platform removes the Authorization header: let it pass.',
      ],
      retryable: true,
    }
  }
  if (isTokenExpired(reading)) {
    return {
      cause: 'token-expired',
      action: 'refresh-token',
      detail: `${doing} was refused because the token has expired.`,
      fix: [
        'Nothing to do: Foyer refreshes the token and repeats the request once.',
        'If it happens often, let tokens live longer: the token duration of the OAuth client, and the idle timeout of the organisation.',
      ],
      retryable: true,
    }
  }
  return {
    cause: 'token-invalid',
    action: 'new-token',
    detail: `${doing} was refused because the platform does not know the token: it was revoked, or issued elsewhere.`,
    fix: [
      'Foyer asks for a new token and repeats the request once.',
      `If it stays so, check that tokens are issued and used at the same platform: ${placeSetting(reading.context)}.`,
    ],
    retryable: true,
  }
}

/** RFC 6750 §3.1: a challenge without an error code answers a request without a token. */
function isTokenMissing({ codes, challenge }: Reading): boolean {
  return codes.has('authentication.required') || (challenge.isPresent && !challenge.error && codes.size === 0)
}

function isTokenExpired({ codes, challenge, body, context }: Reading): boolean {
  const words = `${challenge.error_description ?? ''} ${body.error_description ?? ''}`
  return codes.has('credentials.expired') || /\bexpired\b/i.test(words) || isPast(context.tokenExpiresAt, context.now)
}

function isPast(end: Instant | undefined, now: Instant | undefined): boolean {
  const endMs = toMs(end)
  const nowMs = toMs(now)
  return endMs !== undefined && nowMs !== undefined && nowMs >= endMs
}

/** A fresh token was refused too: asking for a third would be a loop. */
function explainSecondRefusal(cause: Cause, reading: Reading): Finding {
  const skew = skewSeconds(reading)
  return {
    cause,
    action: 'inspect',
    detail: `${operations[reading.operation].doing} was refused twice in a row, the second time with a fresh token, so a third would not help.${
      skew === undefined
        ? ''
        : ` The platform's clock is ${Math.abs(skew)} seconds ${skew > 0 ? 'ahead of' : 'behind'} Foyer's.`
    }`,
    fix: [
      `Check ${placeSetting(reading.context)}: a token is good only in the region, and at the platform, that issued it.`,
      skew === undefined
        ? "Compare the clock of Foyer's host with the platform's; let NTP set it."
        : "Set the clock of Foyer's host right (NTP): with clocks apart, a new token can look expired or not yet valid.",
      'Check that no proxy on the way changes or removes the Authorization header.',
    ],
  }
}

/** How far the platform's clock is ahead of ours, if that is worth a word. */
function skewSeconds({ header, context }: Reading): number | undefined {
  const theirs = toMs(header('date'))
  const ours = toMs(context.now)
  if (theirs === undefined || ours === undefined || Math.abs(theirs - ours) < NOTICEABLE_SKEW_MS) return undefined
  return Math.round((theirs - ours) / 1000)
}

export function toMs(instant: Instant | undefined): number | undefined {
  const ms = typeof instant === 'string' ? Date.parse(instant) : instant
  return ms !== undefined && Number.isFinite(ms) ? ms : undefined
}

function explainBlockedAddress({ body }: Reading): Finding {
  const address = bracketedAddress(body.message)
  const from = address ? `the address ${address}` : "the address of Foyer's host"
  return {
    cause: 'ip-blocked',
    action: 'allow-address',
    detail: `The organisation accepts calls only from listed internet addresses, and ${from} is not among them.`,
    fix: [
      `In Genesys Cloud, have an administrator add ${from} to the organisation's list of allowed addresses.`,
      'If Foyer leaves its network through several addresses, list each of them, or give it a fixed one.',
    ],
  }
}
