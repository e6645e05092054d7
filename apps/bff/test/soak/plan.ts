import type { ControlClient } from '@foyer/simulator/control/client'
import { randomFrom } from '../support/random.ts'

type FaultOrder = Parameters<ControlClient['addFault']>[0]

/** What goes wrong once `at` messages of both sides have been said. */
export type Mishap = { readonly at: number } & (
  | { readonly what: 'kill' }
  | { readonly what: 'drop-sockets'; readonly code: number }
  | { readonly what: 'fault'; readonly fault: FaultOrder }
)

export type SoakConnector = 'guest-api' | 'web-messaging'

const send = { operation: 'send-message' }
const some = { times: 3 }

/**
 * All that passes by itself. What is refused for good (a scope, a session that is gone) is not a matter of losing; and where
 * the guest API tells the later of two first, the later is first: nothing in its events says otherwise in time.
 */
const FAULTS: Readonly<Record<SoakConnector, readonly FaultOrder[]>> = {
  'guest-api': [
    { name: 'lost-answer', match: send, ...some },
    { name: 'dropped-connection', match: send, ...some },
    { name: 'internal-error', match: send, ...some },
    { name: 'service-unavailable', ...some },
    { name: 'bad-gateway', ...some },
    { name: 'cut-body', ...some },
    { name: 'too-many-requests', parameters: { retryAfterSeconds: 1 }, ...some },
    // A second one on the same guest would be a refusal of the token that was just asked for.
    { name: 'expired-token', times: 1 },
    { name: 'revoked-token', times: 1 },
    { name: 'latency', parameters: { latencyMs: 300 }, times: 20 },
    { name: 'duplicate-event', times: 10 },
    { name: 'hang', match: send, times: 1 },
  ],
  'web-messaging': [
    { name: 'frames-delayed', parameters: { delayMs: 40 }, times: 20 },
    { name: 'frames-reordered', times: 10 },
    { name: 'frames-duplicated', times: 20 },
    { name: 'frames-mistyped', times: 20 },
    { name: 'frames-dropped', match: { class: ['SessionResponse', 'JwtResponse'] }, times: 2 },
    { name: 'socket-closed', parameters: { code: 1006 }, ...some },
    {
      name: 'frame-refused',
      parameters: { code: 429, retryAfterSeconds: 1 },
      match: { action: ['onMessage'] },
      ...some,
    },
    { name: 'frame-refused', parameters: { code: 5000 }, match: { action: ['onMessage'] }, ...some },
    { name: 'handshake-refused', parameters: { status: 503 }, ...some },
  ],
}

export interface PlanOptions {
  readonly seed: number
  readonly connector: SoakConnector
  /** Of both sides. */
  readonly messages: number
  readonly kills: number
}

/** The same mishaps for the same seed, spread over the talk: a fault about every twenty messages, and the kills. */
export function planMishaps({ seed, connector, messages, kills }: PlanOptions): Mishap[] {
  const random = randomFrom(seed)
  const killed = Array.from({ length: kills }, (_, index) => ({
    at: Math.floor(((index + random.next()) / kills) * messages),
    what: 'kill' as const,
  }))
  const others = Array.from({ length: Math.ceil(messages / 20) }, (): Mishap => {
    const at = random.below(messages)
    if (connector === 'web-messaging' && random.next() < 0.3) {
      return { at, what: 'drop-sockets', code: random.pick([1001, 1006]) }
    }
    return { at, what: 'fault', fault: random.pick(FAULTS[connector]) }
  })
  return [...killed, ...others].sort((one, other) => one.at - other.at)
}
