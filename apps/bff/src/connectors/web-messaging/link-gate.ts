import { silenceOf, type WebMessagingOperation } from './error-codes.ts'
import type { Link } from './link.ts'

/** Where commands wait for a line: open while there is one that they may use. */
export class LinkGate {
  #link: Link | undefined
  #waiting = newWait()

  open(link: Link): void {
    this.#link = link
    this.#waiting.resolve(link)
  }

  /** Those who come now wait; those who waited go on waiting. */
  shut(): void {
    if (this.#link) this.#waiting = newWait()
    this.#link = undefined
  }

  /** Those who wait wait in vain; later ones may have better luck. */
  fail(error: Error): void {
    this.#link = undefined
    this.#waiting.reject(error)
    this.#waiting = newWait()
  }

  /** Throws UpstreamError `network`, outcome `not-sent`, when the gate does not open in time; or the signal's reason. */
  async pass(operation: WebMessagingOperation, timeoutMs: number, signal?: AbortSignal): Promise<Link> {
    signal?.throwIfAborted()
    if (this.#link) return this.#link
    const { promise, reject } = Promise.withResolvers<never>()
    const timer = setTimeout(() => reject(silenceOf(operation, 'NOT_CONNECTED', 'not-sent')), timeoutMs)
    const abort = () => reject(signal?.reason as Error)
    signal?.addEventListener('abort', abort, { once: true })
    try {
      return await Promise.race([this.#waiting.promise, promise])
    } finally {
      clearTimeout(timer)
      signal?.removeEventListener('abort', abort)
    }
  }
}

function newWait() {
  const wait = Promise.withResolvers<Link>()
  // Nobody may be waiting when it fails.
  wait.promise.catch(() => undefined)
  return wait
}
