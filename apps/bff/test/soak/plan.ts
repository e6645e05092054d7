import type { ControlClient } from '@foyer/simulator/control/client'
import { randomFrom, type Random } from '../support/random.ts'

export type FaultOrder = Parameters<ControlClient['addFault']>[0]

/**
 * What goes wrong once `at` messages of both sides have been said. `cut-lines`: of every tab. `forbid-scope`: the next
 * message of a guest who waits for each answer is refused.
 */
export type Mishap = { readonly at: number } & Kind

type Kind =
  | { readonly what: 'kill' | 'cut-lines' | 'forbid-scope' }
  | { readonly what: 'drop-sockets'; readonly code: number }
  | { readonly what: 'fault'; readonly fault: FaultOrder }

export type SoakConnector = 'guest-api' | 'web-messaging'

const send = { operation: 'send-message' }
const some = { times: 3 }

/**
 * All that passes by itself. Left out, and tried elsewhere (FAULTS.md):
 * - `session-expired`: it ends the conversation, and with it what the records are held against.
 * - `reordered-events`: where the guest API tells the later of two first, the later is first; nothing in its events says
 *   otherwise in time. For the same reason no frame with a message is dropped: what is read from the history afterwards
 *   comes after what was told meanwhile.
 * - `upload-failure`: nobody sends files here. `clock-skew`: it spoils nothing that is said.
 */
const FAULTS: Readonly<Record<SoakConnector, readonly FaultOrder[]>> = {
  'guest-api': [
    { name: 'lost-answer', match: send, ...some },
    { name: 'dropped-connection', match: send, ...some },
    { name: 'internal-error', match: send, ...some },
    { name: 'service-unavailable', ...some },
    { name: 'bad-gateway', ...some },
    { name: 'cut-body', ...some },
    { name: 'slow-body', parameters: { bytesPerChunk: 200, intervalMs: 20 }, ...some },
    { name: 'too-many-requests', parameters: { retryAfterSeconds: 1 }, ...some },
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

/** The same mishaps for the same seed, spread over the talk: one about every fifteen messages, and the kills. */
export function planMishaps({ seed, connector, messages, kills }: PlanOptions): Mishap[] {
  const random = randomFrom(seed)
  const killed = Array.from({ length: kills }, (_, index) => ({
    at: Math.floor(((index + random.next()) / kills) * messages),
    what: 'kill' as const,
  }))
  const kinds = deal(kindsOver(connector), Math.ceil(messages / 15), random)
  const others = kinds.map((kind): Mishap => ({ at: random.below(messages), ...kind }))
  return [...killed, ...others].sort((one, other) => one.at - other.at)
}

function kindsOver(connector: SoakConnector): Kind[] {
  const own: readonly Kind[] =
    connector === 'guest-api'
      ? [{ what: 'forbid-scope' }]
      : [1001, 1006].map((code) => ({ what: 'drop-sockets', code }) as const)
  return [{ what: 'cut-lines' }, ...own, ...FAULTS[connector].map((fault) => ({ what: 'fault', fault }) as const)]
}

/** As cards are: none comes again before all have come. */
function deal<Card>(cards: readonly Card[], count: number, random: Random): Card[] {
  const rounds = Array.from({ length: Math.ceil(count / cards.length) }, () => {
    const left = [...cards]
    return cards.flatMap(() => left.splice(random.below(left.length), 1))
  })
  return rounds.flat().slice(0, count)
}
