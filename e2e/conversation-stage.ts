import type { Page } from '@playwright/test'
import { expect, onlyConversation, type ChatPage, type Simulator } from './fixtures.ts'

/** A conversation with an agent in it. Resolves to the platform's id of it. */
export async function meetAgent(chat: ChatPage, simulator: Simulator, name = 'Noor'): Promise<string> {
  await chat.send('Hello')
  await expect(chat.bubble('Hello')).toHaveAttribute('data-state', 'sent')
  const id = await onlyConversation(simulator)
  await simulator.control.joinAgent(id, name)
  return id
}

/** The agent says so many things, ten at a time; resolves when the page has the last of them. */
export async function sayMany(chat: ChatPage, { control }: Simulator, id: string, count: number, word = 'message') {
  for (let at = 0; at < count; at += 10) {
    const texts = Array.from({ length: Math.min(10, count - at) }, (_, more) => `${word} ${at + more + 1}.`)
    await Promise.all(texts.map((text) => control.sendAgentMessage(id, text)))
  }
  await control.sendAgentMessage(id, `${word} end`)
  await expect(chat.bubble(`${word} end`)).toBeAttached({ timeout: 60_000 })
}

/** How far the log is from its end, in pixels, after a frame has been drawn. */
export const fromEnd = (page: Page): Promise<number> =>
  page.getByRole('log').evaluate(async (log) => {
    await new Promise((drawn) => requestAnimationFrame(() => setTimeout(drawn)))
    return log.scrollHeight - log.clientHeight - log.scrollTop
  })

/** What the main thread of the page has worked, in ms of its own time: other work on the machine does not count. */
export async function workOf(page: Page, action: () => Promise<unknown>): Promise<number> {
  const browser = await page.context().newCDPSession(page)
  await browser.send('Performance.enable', { timeDomain: 'threadTicks' })
  const worked = async () => {
    const { metrics } = await browser.send('Performance.getMetrics')
    return 1000 * (metrics.find(({ name }) => name === 'TaskDuration')?.value ?? 0)
  }
  const before = await worked()
  await action()
  await page.evaluate(() => new Promise((drawn) => requestAnimationFrame(() => setTimeout(drawn))))
  const after = await worked()
  await browser.detach()
  return after - before
}

/** Reloads into a conversation of so many messages, told as the BFF would tell them. */
export async function haveHistory(page: Page, count: number): Promise<void> {
  await page.route(/\/conversations\/[^/]+$/, async (route) => {
    const answer = await route.fetch()
    await route.fulfill({ response: answer, json: { ...((await answer.json()) as object), lastSeq: count } })
  })
  await page.route(/\/messages\?(?!.*before)/, async (route) => {
    const answer = await route.fetch()
    const { lastSeq } = (await answer.json()) as { lastSeq: number }
    const events = Array.from({ length: count }, (_, at) => ({
      ...{ seq: at + 1, at: new Date(Date.UTC(2026, 0, 1, 0, at)).toISOString(), type: 'message' },
      ...{ messageId: crypto.randomUUID(), state: 'sent', parts: [{ type: 'text', text: `message ${at + 1}.` }] },
      from:
        at % 3 ? { participantId: 'agent:Noor', role: 'agent', name: 'Noor' } : { participantId: 'g', role: 'guest' },
    }))
    await route.fulfill({ response: answer, json: { events, earlier: false, lastSeq } })
  })
  await page.reload()
}
