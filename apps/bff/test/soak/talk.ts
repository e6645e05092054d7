import type { ControlClient } from '@foyer/simulator/control/client'
import { randomUUID } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import type { StreamEvent } from '@foyer/shared/protocol/event'
import { eventually } from '../support/eventually.ts'
import { stateOf, type Guest } from '../support/guest.ts'
import type { Random } from '../support/random.ts'

/** How long one message may take to be acknowledged, over all that goes wrong meanwhile. */
const ACKNOWLEDGED_WITHIN_MS = 60_000
const SENT_WITHIN_MS = 180_000

/**
 * Says one thing as the page does: under one id, again and again until it is acknowledged, whatever comes between. Now and
 * then it is said once more although it was acknowledged, as after an answer that was lost. Resolves to its id.
 */
export async function say(guest: Guest, text: string, random: Random): Promise<string> {
  const messageId = randomUUID()
  const giveUpAtMs = performance.now() + ACKNOWLEDGED_WITHIN_MS
  for (let repeats = random.next() < 0.1 ? 1 : 0; repeats >= 0;) {
    const answer = await guest.send(text, messageId).catch(() => undefined)
    if (answer?.status === 202 || answer?.status === 200) repeats--
    else if (performance.now() > giveUpAtMs) throw new Error(`not acknowledged: ${text}, ${answer?.body.code}`)
    else await delay(Math.min(1_000, (answer?.body.retryAfterSeconds ?? 0.1) * 1_000))
  }
  return messageId
}

/**
 * Waits until it is sent; when the guest is told that it was refused, they press "try again". Only who waits for this before
 * the next thing is said can be refused without saying things out of order.
 */
export async function insist(guest: Guest, messageId: string, text: string, events: readonly StreamEvent[]) {
  const isSent = async () => {
    const state = stateOf(events, messageId)
    if (state === 'failed') await guest.send(text, messageId).catch(() => undefined)
    return state === 'sent'
  }
  await eventually(`sent: ${text}`, isSent, SENT_WITHIN_MS)
}

/** Says things as the agent, one after the other. */
export async function answer(
  control: ControlClient,
  conversation: string,
  texts: readonly string[],
  said: () => Promise<void>,
) {
  for (const text of texts) {
    await control.sendAgentMessage(conversation, text)
    await said()
  }
}
