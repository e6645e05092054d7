import type { Page } from '@playwright/test'
import { meetAgent } from './conversation-stage.ts'
import { expect, onlyConversation, test, type ChatPage, type Simulator } from './fixtures.ts'
import { WEB_MESSAGING } from './web-messaging.ts'

/* Check 32 of the list (ux.md §5b), at both lines: the guest's to us, and ours to the platform. */

test.describe.configure({ timeout: 120_000 })
test.use({ contextOptions: { reducedMotion: 'reduce' }, trace: 'off' })

const numbered = (count: number) => Array.from({ length: count }, (_, at) => `message ${at}.`)

async function expectAll(chat: ChatPage, simulator: Simulator, said: readonly string[]) {
  const sent = chat.bubbles.and(chat.page.locator('[data-state=sent]'))
  await expect(sent).toHaveCount(said.length, { timeout: 60_000 })
  expect(await chat.texts()).toEqual(said)
  const { entities } = await simulator.control.conversation(await onlyConversation(simulator))
  expect(entities.flatMap(({ text, direction }) => (direction === 'inbound' && text ? [text] : []))).toEqual(said)
}

/** Breaks the line under the first attempt of every message: by turns before it has arrived, and before its answer has. */
async function killFirstAttempts(page: Page): Promise<ReadonlySet<string>> {
  const killed = new Set<string>()
  await page.route('**/messages', async (route) => {
    const { messageId } = (route.request().postDataJSON() ?? {}) as { messageId?: string }
    if (messageId === undefined || killed.has(messageId)) return route.fallback()
    killed.add(messageId)
    if (killed.size % 2 === 0) await route.fetch()
    await route.abort('connectionreset')
  })
  return killed
}

test.describe('at the speed of the keys', () => {
  // More at once than a guest may say: what counts is that it arrives.
  test.use({ environment: { FOYER_MESSAGES_PER_SECOND: '1000' } })

  test('32. the line is killed under each of a hundred messages: none is lost, none is doubled', async ({
    page,
    chat,
    simulator,
  }) => {
    // The wait before another attempt is drawn by lot; a hundred short ones are enough.
    await page.addInitScript(() => (Math.random = () => 0.05))
    const killed = await killFirstAttempts(page)
    await chat.open()
    await meetAgent(chat, simulator)
    const said = numbered(100)
    for (const text of said) await chat.send(text)
    await expectAll(chat, simulator, ['Hello', ...said])
    expect(killed.size).toBe(101) // "Hello" as well.
  })
})

test.describe('over Web Messaging', () => {
  test.use({ environment: WEB_MESSAGING })

  test('32. the platform’s socket is killed under five messages: none is lost, none is doubled', async ({
    chat,
    simulator,
  }) => {
    await meetAgent(chat, simulator)
    // After each the record is read, which the platform allows ten times a minute.
    const said = numbered(5)
    for (const text of said) {
      await chat.send(text)
      await expect.poll(() => simulator.control.dropSockets()).toBe(1)
    }
    await expectAll(chat, simulator, ['Hello', ...said])
  })
})
