import { meetAgent } from './conversation-stage.ts'
import { expect, test } from './fixtures.ts'
import { tabTo } from './keyboard.ts'
import { DOT, WEB_MESSAGING } from './web-messaging.ts'

/* From one end to the other by keys alone: what is pressed was reached by Tab, an arrow, or Enter. */

test.use({
  contextOptions: { reducedMotion: 'reduce' },
  environment: WEB_MESSAGING,
  viewport: { width: 480, height: 720 },
})

const card = (title: string) => ({ title, actions: [{ type: 'Postback', text: `Book the ${title}`, payload: title }] })

test('a card of a carousel, a day, an hour, a reply', async ({ page, chat, simulator }) => {
  const { control } = simulator
  const id = await meetAgent(chat, simulator)
  const cards = ['Blue kayak', 'Red canoe', 'Old ferry', 'Paper boat'].map(card)
  await control.sendAgentContent(id, [{ contentType: 'Carousel', carousel: { cards } }])
  const availableTimes = [1, 2, 3, 4].map((day) => ({ dateTime: `2027-01-0${day}T12:00:00.000Z`, duration: 3600 }))
  await control.sendAgentContent(id, [{ contentType: 'DatePicker', datePicker: { title: 'When?', availableTimes } }])
  const reply = { text: 'That is all', payload: 'all', action: 'Message' }
  await control.sendAgentContent(id, [{ contentType: 'QuickReply', quickReply: reply }], 'Anything else?')
  await expect(page.getByRole('button', { name: 'That is all' })).toBeVisible()

  await chat.composer.press('Shift+Tab') // The chips.
  await page.keyboard.press('Shift+Tab') // The last message.
  await expect(chat.bubble('Anything else?')).toBeFocused()
  await page.keyboard.press('ArrowUp')
  await page.keyboard.press('ArrowUp')
  await page.keyboard.press('Enter')
  await expect(page.getByRole('button', { name: 'Book the Blue kayak' })).toBeFocused()
  const further = page.getByRole('button', { name: 'Further cards' })
  await tabTo(page, further)
  for (let turn = 0; turn < 5; turn++) await page.keyboard.press('Enter')
  await expect(further, 'stays though there is no further to go').toBeFocused()
  await tabTo(page, page.getByRole('button', { name: 'Book the Red canoe' }), 'Shift+Tab')
  await page.keyboard.press('Enter')
  await expect(page.getByRole('button', { name: 'Book the Red canoe' })).toHaveAttribute('aria-pressed', 'true')
  await expect(chat.bubbles.filter({ hasText: /^Book the Red canoe$/ })).toHaveAttribute('data-state', 'sent')

  await page.keyboard.press('Escape')
  await page.keyboard.press('ArrowDown')
  await expect(chat.bubble('When?')).toBeFocused()
  await tabTo(page, page.getByRole('button', { name: 'Show more days' }))
  await page.keyboard.press('Enter')
  await expect(page.getByRole('button', { name: /January 4, 2027/ })).toBeFocused()
  await page.keyboard.press('Enter')
  await expect(chat.bubbles.filter({ hasText: /^January 4, 2027/ })).toHaveAttribute('data-state', 'sent')
  await page.keyboard.press('Escape')
  await page.keyboard.press('Escape')
  await expect(chat.composer).toBeFocused()
})

test('files: chosen, one taken away, one sent, enlarged and closed again', async ({ page, chat, simulator }) => {
  const choosing = page.waitForEvent('filechooser') // long before: the browser is to hand it over from then on
  await meetAgent(chat, simulator)
  await chat.composer.focus()
  await tabTo(page, page.getByLabel('Attach files'))
  await page.keyboard.press('Space')
  const file = (name: string) => ({ name, mimeType: 'image/png', buffer: DOT })
  await (await choosing).setFiles([file('one.png'), file('two.png')])
  await expect(page.getByText('Ready to send')).toHaveCount(2)
  await expect(chat.composer).toBeFocused()
  await tabTo(page, page.getByRole('button', { name: 'Remove one.png' }), 'Shift+Tab')
  await page.keyboard.press('Enter')
  await expect(page.getByRole('button', { name: 'Remove two.png' })).toBeFocused()
  await tabTo(page, chat.composer)
  await page.keyboard.press('Enter')
  await expect(chat.bubble('two.png')).toHaveAttribute('data-state', 'sent')

  await expect(page.getByRole('img', { name: 'two.png' })).toBeVisible()
  await tabTo(page, page.getByRole('button', { name: 'Enlarge two.png' }), 'Shift+Tab')
  await page.keyboard.press('Enter')
  const large = page.getByRole('dialog', { name: 'two.png' })
  await expect(large.getByRole('button')).toBeFocused()
  await page.keyboard.press('Escape')
  await expect(large).toBeHidden()
  await expect(page.getByRole('button', { name: 'Enlarge two.png' })).toBeFocused()
})
