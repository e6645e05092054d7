/**
 * Names a request, so that whoever looks for what became of it finds the server's and the platform's part in one trace
 * (W3C Trace Context §3.2). The page tells no spans of its own, and asks for nothing to be kept.
 */
export const newTraceparent = (): string => `00-${randomHex(16)}-${randomHex(8)}-00`

function randomHex(bytes: number): string {
  const random = crypto.getRandomValues(new Uint8Array(bytes))
  return Array.from(random, (byte) => byte.toString(16).padStart(2, '0')).join('')
}
