import type { MiddlewareHandler } from 'hono'

/** On every answer, whatever it is (S31); a document adds its own policy. */
export const securityHeaders: Readonly<Record<string, string>> = {
  'Content-Security-Policy': "default-src 'none'; frame-ancestors 'none'",
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Cross-Origin-Opener-Policy': 'same-origin-allow-popups',
  'Permissions-Policy': 'camera=(), geolocation=(), microphone=(), payment=(), usb=()',
  'Referrer-Policy': 'no-referrer',
  'Strict-Transport-Security': 'max-age=31536000',
  'X-Content-Type-Options': 'nosniff',
}

export function createSecurityHeaders(): MiddlewareHandler {
  return async function setSecurityHeaders(c, next) {
    for (const [name, value] of Object.entries(securityHeaders)) c.header(name, value)
    await next()
  }
}
