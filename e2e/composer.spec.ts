import { meetAgent } from './conversation-stage.ts'
import { expect, test } from './fixtures.ts'
import { DOT, WEB_MESSAGING } from './web-messaging.ts'

test.use({ environment: WEB_MESSAGING, contextOptions: { reducedMotion: 'reduce' } })

test('emoji are found with the keyboard, and come where the caret is', async ({ page, chat }) => {
  const asked: string[] = []
  await chat.composer.fill('ab')
  await chat.composer.press('ArrowLeft')
  page.on('request', (request) => asked.push(new URL(request.url()).host))
  await page.keyboard.press('Tab')
  await page.keyboard.press('Enter')
  const picker = page.getByRole('dialog', { name: 'Emoji' })
  await expect(picker.getByRole('button', { name: '😀' })).toBeFocused()
  await page.keyboard.press('ArrowRight')
  await expect(picker.getByRole('button', { name: '😃' })).toBeFocused()
  await page.keyboard.press('ArrowDown')
  await page.keyboard.press('ArrowUp')
  await page.keyboard.press('Enter')
  await expect(chat.composer).toHaveValue('a😃b')
  await expect(chat.composer).toBeFocused()
  await expect(picker).toBeHidden()

  const opener = page.getByRole('button', { name: 'Choose an emoji' })
  await opener.click()
  await expect(picker).toBeVisible()
  await page.keyboard.press('Escape')
  await expect(picker).toBeHidden()
  await expect(opener).toBeFocused()
  expect(asked.filter((host) => host !== new URL(page.url()).host)).toEqual([])
})

test('near the limit the bytes that are left are counted, and too many are not sent', async ({ page, chat }) => {
  const counter = page.locator('.composer').getByText(/left$|too long$/)
  await chat.composer.fill('ä'.repeat(1_638)) // 3,276 of 4,096 bytes.
  await expect(counter).toBeHidden()
  await chat.composer.fill('ä'.repeat(1_639))
  await expect(counter).toHaveText('818 left')
  await expect(chat.composer).toHaveAccessibleDescription('818 left')
  await chat.composer.fill('😀'.repeat(1_025))
  await expect(counter).toHaveText('4 too long')
  await expect(page.getByText('This is too long for one message.')).toBeVisible()
  await expect(chat.sendButton).toBeDisabled()
})

test('files dropped on the page are taken, and a reload says which were lost', async ({ page, chat, simulator }) => {
  await meetAgent(chat, simulator)
  const files = await page.evaluateHandle(() => {
    const dropped = new DataTransfer()
    dropped.items.add(new File(['the lines'], 'notes.txt', { type: 'text/plain' }))
    return dropped
  })
  await chat.log.dispatchEvent('dragenter', { dataTransfer: files })
  await expect(page.getByText('Drop files to send them')).toBeVisible()
  await chat.log.dispatchEvent('drop', { dataTransfer: files })
  await expect(page.getByText('Drop files to send them')).toBeHidden()
  await expect(page.getByRole('list', { name: 'Files to send' }).getByText('notes.txt')).toBeVisible()

  await page.reload()
  const lost = page.getByText('Uploading was interrupted: notes.txt. Please attach it again.')
  await expect(lost).toBeVisible()
  await page.getByRole('button', { name: 'Dismiss' }).click()
  await page.reload()
  await expect(chat.bubble('Hello')).toBeVisible()
  await expect(lost).toBeHidden()
})

test('those who speak have their picture, asked for once, and a picture can be enlarged', async ({
  page,
  chat,
  simulator,
}) => {
  const { control } = simulator
  const id = await meetAgent(chat, simulator)
  await control.sendAgentFile(id, { name: 'boat.png', type: 'image/png', bytes: DOT })
  const { entities } = await control.conversation(id)
  const [file] = entities.flatMap(({ content }) => content ?? []) as unknown as [{ attachment: { url: string } }]
  const asked: string[] = []
  page.on('request', (request) => request.url().includes('/media?') && asked.push(request.url()))
  await control.joinAgent(id, 'Ingrid', { image: file.attachment.url })
  await control.sendAgentMessage(id, 'Good morning')
  await control.sendAgentMessage(id, 'How can I help?')
  await expect(chat.bubble('How can I help?')).toBeVisible()
  await expect.poll(() => page.locator('.run .pictured img, header .pictured img').count()).toBe(2)
  expect(asked).toHaveLength(1)

  await page.getByRole('button', { name: 'Enlarge boat.png' }).press('Enter')
  const large = page.getByRole('dialog', { name: 'boat.png' })
  await expect(large.getByRole('img')).toBeVisible()
  await page.keyboard.press('Escape')
  await expect(large).toBeHidden()
  await expect(page.getByRole('button', { name: 'Enlarge boat.png' })).toBeFocused()
  expect(chat.complaints).toEqual([])
})
