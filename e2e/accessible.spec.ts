import { AxeBuilder } from '@axe-core/playwright'
import type { Page } from '@playwright/test'
import { expect, onlyConversation, test } from './fixtures.ts'

const violations = async (page: Page) =>
  (await new AxeBuilder({ page }).analyze()).violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html}`)

for (const colorScheme of ['light', 'dark'] as const) {
  test.describe(colorScheme, () => {
    test.use({ colorScheme, contextOptions: { reducedMotion: 'reduce' } })

    test('empty, talking, failed and ended: no violation', async ({ chat, simulator }) => {
      expect(await violations(chat.page), 'empty').toEqual([])
      await chat.send('hello')
      const id = await onlyConversation(simulator)
      await simulator.control.joinAgent(id, 'Noor')
      await simulator.control.sendAgentMessage(id, 'see https://example.com')
      await expect(chat.bubble('see https')).toBeVisible()
      await simulator.control.showAgentTyping(id, true)
      await expect(chat.typing('Noor')).toBeVisible()
      expect(await violations(chat.page), 'talking').toEqual([])
      await simulator.control.addFault({ name: 'forbidden-scope', match: { operation: 'send-message' } })
      await chat.send('refused')
      await expect(chat.bubble('refused')).toHaveAttribute('data-state', 'failed')
      expect(await violations(chat.page), 'failed').toEqual([])
      await simulator.control.disconnectConversation(id, { readOnly: true })
      await expect(chat.page.getByRole('button', { name: 'Start a new chat' })).toBeVisible()
      expect(await violations(chat.page), 'ended').toEqual([])
    })

    test('the agent console: no violation', async ({ chat, console, simulator }) => {
      await chat.send('hello')
      await onlyConversation(simulator)
      await console.getByRole('navigation', { name: 'Conversations' }).getByRole('button').first().click()
      expect(await violations(console)).toEqual([])
    })
  })
}

for (const width of [320, 360, 768, 1280]) {
  test(`at ${width} px nothing is cut off or out of reach`, async ({ chat, simulator }) => {
    await chat.page.setViewportSize({ width, height: 640 })
    await chat.send(`https://example.com/${'long'.repeat(200)}`)
    const id = await onlyConversation(simulator)
    await simulator.control.joinAgent(id, 'N'.repeat(80))
    await simulator.control.sendAgentMessage(id, 'x'.repeat(4_000))
    await expect(chat.bubbles).toHaveCount(2)
    const overflow = await chat.page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth)
    expect(overflow).toBeLessThanOrEqual(0)
    await expect(chat.composer).toBeInViewport()
    await expect(chat.sendButton).toBeInViewport()
  })
}
