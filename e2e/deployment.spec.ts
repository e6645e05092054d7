import { AxeBuilder } from '@axe-core/playwright'
import type { Locator } from '@playwright/test'
import { expect, onlyConversation, test } from './fixtures.ts'
import { WEB_MESSAGING } from './web-messaging.ts'

const paint = (element: Locator) =>
  element.evaluate((shown) => [getComputedStyle(shown).backgroundColor, getComputedStyle(shown).color])

test.use({
  environment: WEB_MESSAGING,
  contextOptions: { reducedMotion: 'reduce' },
  platform: { deployments: [{ id: WEB_MESSAGING.FOYER_DEPLOYMENT_ID, primaryColor: '#FFD400' }] },
})

for (const colorScheme of ['light', 'dark'] as const) {
  test.describe(colorScheme, () => {
    test.use({ colorScheme })

    test('the page wears the deployment’s colour, and can be read in it', async ({ page, chat, simulator }) => {
      await chat.send('Hello')
      const id = await onlyConversation(simulator)
      await simulator.control.joinAgent(id, 'Ingrid')
      const reply = { contentType: 'QuickReply', quickReply: { text: 'An order', payload: 'order', action: 'Message' } }
      await simulator.control.sendAgentContent(id, [reply], 'What is it about?')
      await expect(page.getByRole('button', { name: 'An order' })).toBeVisible()
      const own = chat.bubbles.filter({ hasText: /^Hello$/ })
      await expect.poll(() => paint(own)).toEqual(['rgb(255, 212, 0)', 'rgb(0, 0, 0)'])
      expect((await new AxeBuilder({ page }).analyze()).violations).toEqual([])
      expect(chat.complaints).toEqual([])
    })
  })
}

test('who only looks causes no refusal; a second tab finds the session', async ({ page, foyer, chat, context }) => {
  const asked: string[] = []
  const errors: string[] = []
  page.on('request', (request) => asked.push(new URL(request.url()).pathname))
  page.on('console', (message) => message.type() === 'error' && errors.push(message.text()))
  await page.reload()
  await page.waitForLoadState('networkidle')
  const questions = new Set(asked.filter((path) => path.startsWith('/api/')))
  expect([...questions].toSorted()).toEqual(['/api/config', '/api/forms'])
  expect(errors).toEqual([])

  await chat.send('Hello')
  await expect(chat.bubble('Hello')).toHaveAttribute('data-state', 'sent')
  const other = await context.newPage()
  await other.goto(foyer.url)
  await expect(other.locator('[data-message-id]').filter({ hasText: 'Hello' })).toBeVisible()
})

test('the guest can delete what was said, which ends the chat and the session', async ({ page, chat, simulator }) => {
  await chat.send('My number is 12 34')
  await onlyConversation(simulator)
  await expect(chat.bubble('My number')).toHaveAttribute('data-state', 'sent')
  await page.getByRole('button', { name: 'More options' }).click()
  await page.getByRole('button', { name: 'Delete the conversation…' }).click()
  await page.getByRole('button', { name: 'Delete for good' }).click()
  await expect(page.getByText('The conversation was deleted. You have left the chat.')).toBeVisible()
  await expect(chat.bubbles).toHaveCount(0)
  expect(await page.context().cookies()).toEqual([])
  await page.reload()
  await expect(page.getByText('We are here to help')).toBeVisible()
  await expect(chat.bubbles).toHaveCount(0)
})
