import { toPlatformDomain } from '../platform-domain.ts'
import type { FailureContext, NetworkError } from './failure.ts'
import { placeName, placeSetting, thePlatform, WHERE_DOMAIN_STANDS } from './place.ts'
import type { Finding } from './verdict.ts'

const ERROR_CODE = /^[A-Z][A-Z0-9_]{2,63}$/
const CODE_IN_MESSAGE = /\b(?:E[A-Z]{4,15}|EAI_AGAIN|UND_ERR_[A-Z_]{3,30}|[A-Z_]{0,40}CERT[A-Z_]{0,40})\b/
const OF_CERTIFICATE = /CERT|^UNABLE_TO_|^ERR_TLS_|^ERR_SSL_|^EPROTO$/

const REASONS: Record<string, string> = {
  ECONNREFUSED: 'nothing accepts connections there',
  ECONNRESET: 'the connection was cut',
  EPIPE: 'the connection was cut',
  UND_ERR_SOCKET: 'the connection was cut',
  ECONNABORTED: 'the connection was cut',
  ETIMEDOUT: 'it did not answer in time',
  UND_ERR_CONNECT_TIMEOUT: 'it could not be connected in time',
  UND_ERR_HEADERS_TIMEOUT: 'it did not answer in time',
  UND_ERR_BODY_TIMEOUT: 'its answer stopped half-way',
  DEADLINE: 'it did not answer in time',
  ANSWER_TOO_LARGE: 'its answer was longer than any answer of it should be',
  EHOSTUNREACH: 'there is no route to it',
  ENETUNREACH: 'there is no route to it',
  EAI_AGAIN: 'its name could not be resolved for now',
  ENOTFOUND: 'its name could not be resolved',
}

const CERTIFICATE_REASONS: Record<string, string> = {
  CERT_HAS_EXPIRED: 'it has expired',
  CERT_NOT_YET_VALID: 'it is not valid yet, or the clock of this host is slow',
  ERR_TLS_CERT_ALTNAME_INVALID: 'it is for another host name',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'it is signed by itself',
  SELF_SIGNED_CERT_IN_CHAIN: 'its chain ends in an authority this host does not know',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'its authority is not known to this host',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'its authority is not known to this host',
  ERR_SSL_WRONG_VERSION_NUMBER: 'the port does not speak TLS at all',
}

/** No answer came: the name, the certificate, or the line (platform-api.md §5.9, step 1). */
export function readNoAnswer(context: FailureContext, error: NetworkError): Finding {
  const code = networkCode(error)
  if (code && OF_CERTIFICATE.test(code)) return explainCertificate(context, code)
  if (code === 'ENOTFOUND') return explainUnknownName(context)
  return {
    cause: 'network',
    action: 'retry',
    detail: `${thePlatform(context)} could not be reached: ${(code && REASONS[code]) ?? 'the request failed on the way'}.`,
    fix: [
      'Nothing to do if it passes: Foyer tries again, and loses no message.',
      `If it stays so, check that ${placeSetting(context)} is right, and that Foyer's host can reach it through firewalls and proxies.`,
    ],
    retryable: true,
  }
}

/** The code to show, also where it only stands within the message. */
export function networkCode({ code, message }: NetworkError): string | undefined {
  if (typeof code === 'string' && ERROR_CODE.test(code)) return code
  return typeof message === 'string' ? CODE_IN_MESSAGE.exec(message.slice(0, 2000))?.[0] : undefined
}

function explainUnknownName(context: FailureContext): Finding {
  const region = toPlatformDomain(context.region ?? '')
  const isTypo = !region.ok && region.nearest !== undefined
  return isTypo
    ? {
        cause: 'network',
        action: 'check-region',
        detail: `There is no host for ${placeName(context) ?? 'the configured region'}, which is not a region of Genesys Cloud. The nearest one is ${region.nearest}.`,
        fix: [
          `Set FOYER_PLATFORM_DOMAIN=${region.nearest} if that is yours, and restart Foyer. ${WHERE_DOMAIN_STANDS}`,
        ],
      }
    : {
        cause: 'network',
        action: 'check-network',
        detail: `${thePlatform(context)} could not be reached: its host name could not be resolved.`,
        fix: [
          region.ok
            ? "The region is a known one, so check the name resolution (DNS) and the network of Foyer's host."
            : `Check the spelling of ${placeSetting(context)}.`,
          "Check that Foyer's host, or its container, can resolve that name: try `nslookup` there.",
        ],
        retryable: true,
      }
}

function explainCertificate(context: FailureContext, code: string): Finding {
  const isWrongProtocol = code === 'ERR_SSL_WRONG_VERSION_NUMBER' || code === 'EPROTO'
  return {
    cause: 'network',
    action: 'check-certificate',
    detail: `${thePlatform(context)} shows a certificate that is not to be trusted: ${CERTIFICATE_REASONS[code] ?? `check failed with ${code}`}. Trying again would not help.`,
    fix: [
      ...(isWrongProtocol
        ? ['Check FOYER_PLATFORM_URL: perhaps it says https:// where the port speaks plain http://.']
        : []),
      'If a company proxy inspects TLS, give Node its authority: NODE_EXTRA_CA_CERTS=/path/to/authority.pem. Never switch the check off.',
      "Check the clock of Foyer's host, and FOYER_PLATFORM_URL for a wrong host name.",
    ],
  }
}
