import { once } from 'node:events'
import { request, type ClientRequest, type IncomingMessage } from 'node:http'
import { onTestFinished } from 'vitest'
import type { Guest } from './guest.ts'

export interface Tab {
  readonly status: number
  readonly incoming: IncomingMessage
  /** All it was sent. */
  text(): string
  /** How its stream ended: with a clean end, or by being cut off. */
  ending(): 'none' | 'clean' | 'cut'
  leave(): void
}

/** One stream on a connection of its own, read as it comes until the test is over or `leave`. */
export async function openTab(
  url: string,
  guest: Guest,
  query = '',
  headers: Readonly<Record<string, string>> = {},
): Promise<Tab> {
  const outgoing = request(`${url}${guest.path}/events${query}`, {
    agent: false,
    headers: { Origin: url, 'X-CSRF': '1', Cookie: guest.cookie ?? '', ...headers },
  })
  outgoing.on('error', () => undefined).end()
  leaveInTheEnd(new WeakRef(outgoing))
  const [incoming] = (await once(outgoing, 'response')) as [IncomingMessage]
  let text = ''
  let ending: ReturnType<Tab['ending']> = 'none'
  incoming.setEncoding('utf8').on('data', (chunk: string) => (text += chunk))
  incoming.on('end', () => (ending = 'clean')).on('error', () => (ending = 'cut'))
  return {
    status: incoming.statusCode ?? 0,
    incoming,
    text: () => text,
    ending: () => ending,
    leave: () => void outgoing.destroy(),
  }
}

/** Without keeping it alive until then: tests look at what is left in memory. */
function leaveInTheEnd(outgoing: WeakRef<ClientRequest>): void {
  onTestFinished(() => void outgoing.deref()?.destroy())
}
