import type { MiddlewareHandler } from 'hono'

/** What is not used is switched off, for the page and for whatever it might frame. */
const UNUSED = ['camera', 'display-capture', 'geolocation', 'microphone', 'midi', 'payment', 'serial', 'usb']

/** On every answer, whatever it is (S31); a document adds its own policy, a cacheable file its own lifetime (S32). */
const HEADERS: Readonly<Record<string, string>> = {
  'Cache-Control': 'no-store',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Cross-Origin-Opener-Policy': 'same-origin-allow-popups',
  'Permissions-Policy': UNUSED.map((feature) => `${feature}=()`).join(', '),
  'Referrer-Policy': 'no-referrer',
  'Strict-Transport-Security': 'max-age=31536000',
  'X-Content-Type-Options': 'nosniff',
}

/** `frameAncestors` is the directive. No `X-Frame-Options` beside it: that cannot express a list (S29). */
export const securityHeadersOf = (frameAncestors: string): Readonly<Record<string, string>> => ({
  ...HEADERS,
  'Content-Security-Policy': `default-src 'none'; ${frameAncestors}`,
})

export function createSecurityHeaders(headers: Readonly<Record<string, string>>): MiddlewareHandler {
  const fields = Object.entries(headers)
  return function setSecurityHeaders(c, next) {
    for (const [name, value] of fields) c.header(name, value)
    return next()
  }
}

/** The directive that names who may frame an answer: exactly the configured origins, or nobody (S29). */
export const frameAncestorsOf = (embedOrigins: readonly string[]): string =>
  `frame-ancestors ${embedOrigins.join(' ') || "'none'"}`
