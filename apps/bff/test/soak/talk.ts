import type { ControlClient } from '@foyer/simulator/control/client'
import { randomUUID } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import type { Guest } from '../support/guest.ts'
import type { Random } from '../support/random.ts'

/** How long one message may take to be acknowledged, over all that goes wrong meanwhile. */
const ACKNOWLEDGED_WITHIN_MS = 60_000

/**
 * Says one thing as the page does: under one id, again and again until it is acknowledged, whatever comes between. Now and
 * then it is said once more although it was acknowledged, as after an answer that was lost.
 */
export async function say(guest: Guest, text: string, random: Random): Promise<void> {
  const messageId = randomUUID()
  const giveUpAtMs = performance.now() + ACKNOWLEDGED_WITHIN_MS
  for (let repeats = random.next() < 0.1 ? 1 : 0; repeats >= 0;) {
    const answer = await guest.send(text, messageId).catch(() => undefined)
    if (answer?.status === 202 || answer?.status === 200) repeats--
    else if (performance.now() > giveUpAtMs) throw new Error(`not acknowledged: ${text}, ${answer?.body.code}`)
    else await delay(Math.min(1_000, (answer?.body.retryAfterSeconds ?? 0.1) * 1_000))
  }
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
