import { placeSetting } from './place.ts'
import type { Reading } from './read-failure.ts'
import { toLine } from './safe-words.ts'
import { weighScopes } from './scope-need.ts'
import type { Finding } from './verdict.ts'

const GATEWAYS =
  /cloudfront|nginx|envoy|cloudflare|akamai|apache|haproxy|varnish|squid|awselb|bigip|fastly|zscaler|iis/i
const PRODUCT = /^[A-Za-z][A-Za-z_-]{1,31}(?:\/[\d.]{1,15})?/

/** Whether something between Foyer and the platform answered in its place (platform-api.md §5.9, step 3). */
export function isFromIntermediary(reading: Reading): boolean {
  if (reading.kind === 'html' || reading.kind === 'xml' || reading.status === 407) return true
  if (reading.status >= 300 && reading.status < 400) return true
  return GATEWAYS.test(reading.header('server') ?? '') && !bearsMarksOfApi(reading)
}

/** A gateway's name is on genuine answers too: a correlation id, a code or a challenge shows that the API spoke. */
function bearsMarksOfApi(reading: Reading): boolean {
  if (reading.correlationId || reading.codes.size > 0 || reading.challenge.isPresent) return true
  const { granted, missing } = weighScopes(reading)
  return reading.status < 300 || (reading.status === 403 && granted !== undefined && missing.length > 0)
}

export function readIntermediary(reading: Reading): Finding {
  const { status, kind, quote, context } = reading
  const who = PRODUCT.exec(reading.header('server') ?? '')?.[0]
  const form = { html: ' with a web page', xml: ' with XML', json: '', text: '', empty: ' with nothing' }[kind]
  return {
    cause: 'intermediary',
    action: 'check-network',
    detail: `Not the platform's API but something in front of it${who ? ` (${toLine(who, 48)})` : ''} answered ${status}${form}${quote ? `: "${quote}"` : ''}.`,
    fix: [
      `Check ${placeSetting(context)}: scheme, host and port, and no path that leads to a web page.`,
      ...(kind === 'xml'
        ? [
            'If it was a file of a Messenger deployment: an unknown deployment id is answered like this. Copy it from Admin › Message › Messenger Deployments.',
          ]
        : []),
      ...(status === 407 ? ['The proxy asks for a sign-in: configure it for this host, or let it pass unasked.'] : []),
      ...(status >= 300 && status < 400
        ? ['It sends elsewhere: write the final address in FOYER_PLATFORM_URL. Foyer follows no redirect with a token.']
        : []),
      "Ask who runs the proxy, firewall or CDN whether it blocks Foyer's host, by address, country or rule.",
    ],
  }
}
