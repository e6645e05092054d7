import { expect, onlyConversation, test } from './fixtures.ts'

test('a guest writes, an agent answers in the console, the answer is on the screen without reload', async ({
  chat,
  console,
  simulator,
}) => {
  await expect(chat.composer).toBeEditable()
  await chat.send('Where is my order?')
  await expect(chat.bubble('Where is my order?')).toHaveAttribute('data-state', 'sent')

  await console
    .getByRole('navigation', { name: 'Conversations' })
    .getByRole('button', { name: /Where is my order/ })
    .click()
  await console.getByRole('textbox', { name: 'Your name' }).fill('Noor')
  await console.getByRole('button', { name: 'Join' }).click()
  await expect(console.getByText('Where is my order?').last()).toBeVisible()
  await console.getByRole('textbox', { name: 'Reply' }).pressSequentially('It leaves the')
  await expect(chat.typing('Noor')).toBeVisible()
  await console.getByRole('textbox', { name: 'Reply' }).fill('It leaves the depot today.')
  await console.getByRole('button', { name: 'Send' }).click()

  await expect(chat.bubble('It leaves the depot today.')).toBeVisible()
  await expect(chat.typing('Noor')).toBeHidden()
  expect(await chat.texts()).toEqual(['Where is my order?', 'It leaves the depot today.'])
  const { entities } = await simulator.control.conversation(await onlyConversation(simulator))
  expect(entities.filter(({ text }) => text === 'Where is my order?')).toHaveLength(1)
  expect(chat.complaints).toEqual([])
})

test('nothing is asked of the platform, and nothing stored, before the guest opens the chat', async ({
  chat,
  simulator,
}) => {
  await expect(chat.composer).toBeEditable()
  await chat.page.waitForLoadState('networkidle')
  expect(await simulator.control.requests()).toEqual([])
  expect(await chat.page.context().cookies()).toEqual([])
})

test('the guest ends the chat and starts a new one, with the keyboard alone', async ({ chat, simulator }) => {
  await chat.page.keyboard.press('Tab')
  while (!(await chat.composer.evaluate((element) => element === document.activeElement)))
    await chat.page.keyboard.press('Tab')
  await chat.page.keyboard.type('first line')
  await chat.page.keyboard.press('Shift+Enter')
  await chat.page.keyboard.type('second line')
  await chat.page.keyboard.press('Enter')
  await expect(chat.bubble('first line\nsecond line')).toHaveAttribute('data-state', 'sent')

  await chat.page.getByRole('button', { name: 'End chat' }).focus()
  await chat.page.keyboard.press('Enter')
  const dialog = chat.page.getByRole('dialog')
  await dialog.getByRole('button', { name: 'End chat' }).press('Enter')
  const startNew = chat.page.getByRole('button', { name: 'Start a new chat' })
  await expect(startNew).toBeVisible()
  await startNew.press('Enter')
  await chat.send('again')
  await expect(chat.bubble('again')).toHaveAttribute('data-state', 'sent')
  expect(await chat.texts()).toEqual(['again'])
  expect((await simulator.control.state()).conversations).toHaveLength(2)
})

test('the agent ends the chat: what was said stays, nothing more can be written', async ({ chat, simulator }) => {
  await chat.send('hello')
  await expect(chat.bubble('hello')).toHaveAttribute('data-state', 'sent')
  const id = await onlyConversation(simulator)
  await simulator.control.joinAgent(id, 'Noor')
  const status = chat.page.getByRole('status')
  await expect(status.filter({ hasText: 'Noor joined' })).toHaveCount(1)
  await simulator.control.disconnectConversation(id, { readOnly: true })
  await expect(status.filter({ hasText: 'The chat has ended' })).toHaveCount(1)
  await expect(chat.page.getByRole('button', { name: 'Start a new chat' })).toBeVisible()
  await expect(chat.bubble('hello')).toBeVisible()
  await expect(chat.composer).toBeHidden()
})

test('Enter while composing with an input method does not send', async ({ chat }) => {
  await chat.composer.fill('にほん')
  await chat.composer.dispatchEvent('keydown', { key: 'Enter', isComposing: true, bubbles: true, cancelable: true })
  await expect(chat.bubbles).toHaveCount(0)
  await chat.composer.press('Enter')
  await expect(chat.bubble('にほん')).toBeVisible()
})

test('hostile text is shown as text', async ({ chat, simulator }) => {
  await chat.send('hello')
  const id = await onlyConversation(simulator)
  await simulator.control.joinAgent(id, '<b>Noor</b>')
  const hostile = '<img src=x onerror="document.title=1"> javascript:alert(1) https://example.com/a?b=c \u202egnp.exe'
  await simulator.control.sendAgentMessage(id, hostile)
  await expect(chat.bubble('<img src=x')).toBeVisible()
  await expect(chat.log.locator('img, b')).toHaveCount(0)
  await expect(chat.log.getByRole('link')).toHaveCount(1)
  await expect(chat.log.getByRole('link')).toHaveAttribute('rel', /noopener.*noreferrer/)
  expect(chat.complaints).toEqual([])
})
