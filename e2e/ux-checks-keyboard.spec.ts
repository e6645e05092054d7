import { meetAgent, sayMany } from './conversation-stage.ts'
import { expect, test } from './fixtures.ts'
import { expectFocusInSight, focused, listen, stops, tabTo, withLinks } from './keyboard.ts'
import { WEB_MESSAGING } from './web-messaging.ts'

/* Checks of keyboard, focus and announcements, numbered as the list they come from (ux.md §5b). */

test.describe.configure({ timeout: 120_000 })
test.use({ contextOptions: { reducedMotion: 'reduce' }, environment: WEB_MESSAGING })

const quickReplies = ['An order', 'Opening hours'].map((text) => ({
  contentType: 'QuickReply',
  quickReply: { text, payload: text, action: 'Message' },
}))

test('21. the Tab key goes through header, pill, log, chips, composer, attach, send', async ({
  page,
  chat,
  simulator,
}) => {
  const id = await meetAgent(chat, simulator)
  await sayMany(chat, simulator, id, 20)
  await simulator.control.sendAgentContent(id, quickReplies, 'What is it about?')
  await expect(page.getByRole('button', { name: 'An order' })).toBeVisible()
  await expect(page.getByLabel('Attach files')).toBeVisible()
  await chat.composer.fill('so')
  const order = ['Send message', 'Attach files', 'Choose an emoji', 'Message', 'Opening hours', 'An order']

  await page.getByRole('button', { name: 'End chat' }).focus()
  expect(await stops(page)).toEqual(['More options', expect.stringMatching(/^message What is/), ...order.toReversed()])

  await chat.log.hover()
  await page.mouse.wheel(0, -400)
  await expect(page.getByRole('button', { name: 'Jump to the latest' })).toBeVisible()
  await page.getByRole('button', { name: 'More options' }).focus()
  const [pill, message, ...rest] = await stops(page)
  expect(pill).toBe('Jump to the latest')
  expect(message).toMatch(/^message message \d/) // One of those in sight: nothing has moved.
  expect(rest).toEqual(order.toReversed())

  await chat.sendButton.focus()
  for (const stop of order.slice(1)) {
    await page.keyboard.press('Shift+Tab')
    expect(await focused(page)).toBe(stop)
  }
  await page.keyboard.press('Shift+Tab')
  expect(await focused(page)).toMatch(/^message message/)
  await page.keyboard.press('Shift+Tab')
  expect(await focused(page)).toBe('Jump to the latest')
})

test('21. Escape closes what has popped up, and the focus is where it was opened', async ({
  page,
  chat,
  simulator,
}) => {
  await meetAgent(chat, simulator)
  for (const [name, shown] of [
    ['More options', page.getByRole('button', { name: 'Play the sound' })],
    ['Choose an emoji', page.getByRole('dialog', { name: 'Emoji' })],
    ['End chat', page.getByRole('dialog', { name: 'End' })],
  ] as const) {
    const opener = page.getByRole('button', { name, exact: true })
    await opener.focus()
    await page.keyboard.press('Enter')
    await expect(shown).toBeVisible()
    await page.keyboard.press('Escape')
    await expect(shown).toBeHidden()
    await expect(opener).toBeFocused()
  }
})

test('23. arrows, page keys, Home and End go from message to message; Escape leaves', async ({
  page,
  chat,
  simulator,
}) => {
  const id = await meetAgent(chat, simulator)
  await sayMany(chat, simulator, id, 30)
  const at = () =>
    page.evaluate(() => [...document.querySelectorAll('article')].indexOf(document.activeElement as never))
  await chat.composer.focus()
  await page.keyboard.press('Shift+Tab')
  expect(await at(), 'the last one').toBe(31)
  await page.keyboard.press('ArrowUp')
  await page.keyboard.press('ArrowUp')
  expect(await at()).toBe(29)
  await page.keyboard.press('ArrowDown')
  expect(await at()).toBe(30)
  await page.keyboard.press('PageUp')
  const aPageUp = await at()
  expect(aPageUp).toBeLessThan(28)
  expect(aPageUp).toBeGreaterThan(0)
  await expectFocusInSight(page)
  await page.keyboard.press('PageDown')
  expect(await at()).toBe(30)
  await page.keyboard.press('Home')
  expect(await at()).toBe(0)
  await expect(chat.bubble('Hello')).toBeInViewport()
  await page.keyboard.press('ArrowUp')
  expect(await at(), 'and no further').toBe(0)

  // One stop: the way out and back in leads to the same message.
  await page.keyboard.press('Tab')
  await expect(chat.composer).toBeFocused()
  await page.keyboard.press('Shift+Tab')
  expect(await at()).toBe(0)
  await page.keyboard.press('End')
  expect(await at()).toBe(31)
  await expect(page.getByRole('button', { name: 'Jump to the latest' })).toBeHidden()
  await page.keyboard.press('Escape')
  await expect(chat.composer).toBeFocused()
})

test('23. Enter goes into a message, whose keys are its own; Escape comes back', async ({ page, chat, simulator }) => {
  const id = await meetAgent(chat, simulator)
  await simulator.control.sendAgentMessage(id, 'nothing to press')
  const items = ['Paddle', 'Vest'].map((title) => ({ id: title, title }))
  const listPicker = {
    receivedMessage: { title: 'What shall we bring?', buttonLabel: 'Choose' },
    replyMessage: { title: 'Gear' },
    sections: [{ title: 'Gear', multipleSelection: false, items }],
  }
  await simulator.control.sendAgentContent(id, [{ contentType: 'ListPicker', listPicker }])
  const message = chat.bubble('What shall we bring?')
  await expect(message).toBeVisible()
  await chat.composer.press('Shift+Tab')
  while (!(await message.evaluate((element) => element === document.activeElement)))
    await page.keyboard.press('Shift+Tab')
  await page.keyboard.press('Enter')
  await expect(page.getByLabel('Paddle')).toBeFocused()
  await page.keyboard.press('ArrowDown')
  await expect(page.getByLabel('Vest')).toBeFocused()
  await expect(page.getByLabel('Vest')).toBeChecked()
  await page.keyboard.press('Escape')
  await expect(message).toBeFocused()
  await page.keyboard.press('ArrowUp')
  await expect(chat.bubble('nothing to press')).toBeFocused()
  await page.keyboard.press('Enter')
  await expect(chat.bubble('nothing to press')).toBeFocused()

  const parameters = { code: 4011, message: 'Not today' }
  await simulator.control.addFault({ name: 'frame-refused', parameters, match: { action: ['onMessage'] } })
  await chat.send('refused')
  await expect(chat.bubble('refused')).toHaveAttribute('data-state', 'failed')
  await expect(page.getByText(/^Request id/)).toBeVisible()
  await chat.composer.press('Shift+Tab')
  await page.keyboard.press('Escape')
  await expect(chat.bubble('refused'), 'from what belongs to it').toBeFocused()
  await expect(chat.bubble('refused')).toHaveAccessibleName(/^You, .*, Not sent$/)
  await page.keyboard.press('Enter')
  await expect(page.getByRole('button', { name: 'Retry' })).toBeFocused()
})

test('23. every message has a name, and its text is its description', async ({ page, chat, simulator }) => {
  const id = await meetAgent(chat, simulator)
  await simulator.control.sendAgentMessage(id, 'Good morning')
  const message = page.getByRole('log').getByRole('article').filter({ hasText: 'Good morning' })
  await expect(message).toHaveAccessibleName(/^Noor, .*\d:\d\d/)
  await expect(message).toHaveAccessibleDescription('Good morning')
  await expect(chat.bubble('Hello')).toHaveAccessibleName(/^You, /)
  await expect(chat.log).toHaveAccessibleDescription(/^Arrow keys/)
})

test('what comes in does not take from sight what has the focus', async ({ page, chat, simulator }) => {
  const id = await meetAgent(chat, simulator)
  await sayMany(chat, simulator, id, 20)
  await chat.composer.press('Shift+Tab')
  await expect(chat.bubble('message end')).toBeFocused()
  await sayMany(chat, simulator, id, 30, 'more')
  await expect(chat.bubble('message end')).toBeFocused()
  await expectFocusInSight(page)
  await expect(page.getByRole('button', { name: /\d+ new messages/ })).toBeVisible()
})

test('25. what has the focus is never behind anything', async ({ page, chat, simulator }) => {
  await page.setViewportSize({ width: 360, height: 500 })
  const id = await meetAgent(chat, simulator)
  for (const text of withLinks(45)) await simulator.control.sendAgentMessage(id, text)
  await expect(chat.bubble('line 44')).toBeVisible()
  await chat.log.hover()
  await page.mouse.wheel(0, -600)
  await expect(page.getByRole('button', { name: 'Jump to the latest' })).toBeVisible()
  await page.getByRole('button', { name: 'More options' }).focus()
  for (const key of ['Tab', 'Shift+Tab'] as const) {
    let links = 0
    for (let stop = 0; stop < 16; stop++) {
      await page.keyboard.press(key)
      await expectFocusInSight(page)
      if ((await focused(page)).includes('https://')) links++
      if ((await focused(page)) === 'Send message') break
    }
    expect(links, key).toBeGreaterThan(2)
  }
  for (const key of ['ArrowUp', 'ArrowUp', 'PageUp', 'ArrowDown', 'PageDown', 'ArrowDown']) {
    await page.keyboard.press(key)
    await expectFocusInSight(page)
  }
  await chat.composer.focus()
  await tabTo(page, page.getByRole('button', { name: 'Choose an emoji' }))
  await page.keyboard.press('Enter')
  await expect(page.getByRole('dialog', { name: 'Emoji' })).toBeVisible()
  for (const key of [...Array<string>(6).fill('PageDown'), ...Array<string>(12).fill('ArrowUp')]) {
    await page.keyboard.press(key)
    await expectFocusInSight(page)
  }
})

test('26. a dialog keeps the focus; nothing else does', async ({ page, chat, simulator }) => {
  await meetAgent(chat, simulator)
  await page.getByRole('button', { name: 'End chat' }).press('Enter')
  const dialog = page.getByRole('dialog')
  await expect(dialog).toBeVisible()
  for (const key of ['Tab', 'Tab', 'Tab', 'Tab', 'Shift+Tab', 'Shift+Tab', 'Shift+Tab']) {
    await page.keyboard.press(key)
    // Between its last control and its first the focus may be on the browser's own.
    const isOutside = () =>
      page.evaluate(() => !(document.activeElement?.closest('dialog') || document.activeElement === document.body))
    expect(await isOutside()).toBe(false)
  }
  await page.keyboard.press('Escape')

  const composer = () => expect(chat.composer).toBeFocused()
  await page.getByRole('button', { name: 'More options' }).press('Enter')
  await expect(page.getByRole('switch', { name: 'Sound for new messages' })).toBeVisible()
  await tabTo(page, chat.composer)
  await composer()
  await expect(page.getByRole('switch', { name: 'Sound for new messages' })).toBeHidden()
  await page.getByRole('button', { name: 'Choose an emoji' }).press('Enter')
  await expect(page.getByRole('dialog', { name: 'Emoji' })).toBeVisible()
  await tabTo(page, page.getByLabel('Attach files'))
  await expect(page.getByRole('dialog', { name: 'Emoji' })).toBeHidden()
  expect(await page.locator('[aria-modal], [inert]').count()).toBe(0)
})

test('31. no stop of the Tab key is out of order, and the page has a title', async ({ page, chat, simulator }) => {
  const positive = () => page.locator('[tabindex]:not([tabindex="0"], [tabindex="-1"])').count()
  await expect(page).toHaveTitle('Chat')
  expect(await positive()).toBe(0)
  const id = await meetAgent(chat, simulator)
  await simulator.control.sendAgentContent(id, quickReplies, 'What is it about?')
  await expect(page.getByRole('button', { name: 'An order' })).toBeVisible()
  await page.getByRole('button', { name: 'Choose an emoji' }).click()
  await expect(page.getByRole('dialog', { name: 'Emoji' })).toBeVisible()
  expect(await positive()).toBe(0)
  await expect(page.locator('html')).toHaveAttribute('lang', /^[a-z]{2}/)
})

test('in the composer Home, End and the page keys are for the text', async ({ page, chat, simulator }) => {
  const id = await meetAgent(chat, simulator)
  await sayMany(chat, simulator, id, 20)
  await chat.composer.fill(Array.from({ length: 12 }, (_, at) => `line ${at}`).join('\n'))
  const caret = () => chat.composer.evaluate((field: HTMLTextAreaElement) => field.selectionStart)
  const end = await caret()
  await page.keyboard.press('Home')
  expect(await caret()).toBe(end - 'line 11'.length)
  await page.keyboard.press('End')
  expect(await caret()).toBe(end)
  await page.keyboard.press('PageUp')
  const aPageUp = await caret()
  expect(aPageUp).toBeLessThan(end)
  await page.keyboard.press('PageDown')
  expect(await caret()).toBeGreaterThan(aPageUp)
  await expect(chat.composer).toBeFocused()
  await expect(chat.bubble('message end')).toBeInViewport()
})

test.describe('22. announcements', () => {
  // More at once than a guest may say: what is listened to is the page.
  test.use({ environment: { ...WEB_MESSAGING, FOYER_MESSAGES_PER_SECOND: '100' } })

  test('one for each message of others, in a burst too; “Sent” for each of one’s own', async ({
    page,
    chat,
    simulator,
  }) => {
    const heard = await listen(page)
    for (const text of ['one', 'two', 'three']) await chat.send(text)
    await expect(chat.bubbles.and(page.locator('[data-state=sent]'))).toHaveCount(3)
    await expect.poll(async () => (await heard()).filter((text) => text === 'Sent')).toHaveLength(3)
    await expect(chat.log).toHaveAttribute('aria-live', 'off')
    const [conversation] = (await simulator.control.state()).conversations
    const id = conversation?.id ?? ''
    await simulator.control.joinAgent(id, 'Mia')
    await sayMany(chat, simulator, id, 30, 'burst')
    const words = (await heard()).filter((text) => text.includes('burst'))
    const expected = [...Array.from({ length: 30 }, (_, at) => `burst ${at + 1}.`), 'burst end']
    expect(words.map((text) => text.replace(/^Mia, .*\d:\d\d.*?: /, '')).toSorted()).toEqual(expected.toSorted())
    expect((await heard()).filter((text) => text === 'Sent')).toHaveLength(3)
  })

  test('none for history, but how much of it has come; none twice after a reload or a lost line', async ({
    page,
    chat,
    simulator,
  }) => {
    const id = await meetAgent(chat, simulator, 'Mia')
    await sayMany(chat, simulator, id, 149, 'old')
    const heard = await listen(page)
    await page.reload()
    await expect(chat.bubble('old end')).toBeVisible()
    await expect.poll(heard).toContainEqual(expect.stringMatching(/^\d+ earlier messages loaded$/))
    await chat.log.hover()
    await chat.log.evaluate((log) => (log.scrollTop = 0))
    await expect(chat.bubbles).toHaveCount(151)
    const summaries = (await heard()).map((text) => Number(/^(\d+) earlier messages? loaded$/.exec(text)?.[1]))
    expect(summaries.reduce((all, count) => all + count, 0)).toBe(151)

    await page.context().setOffline(true)
    await expect(page.getByText('You are offline')).toBeVisible()
    await simulator.control.sendAgentMessage(id, 'while you were away')
    await page.context().setOffline(false)
    await expect(chat.bubble('while you were away')).toBeVisible({ timeout: 20_000 })
    const news = (await heard()).filter((text) => !text.includes('earlier message'))
    expect(news.filter((text) => text.includes('old '))).toEqual([])
    expect(news.filter((text) => /^Mia, .*: while you were away$/.test(text))).toHaveLength(1)
    expect(news.filter((text) => text.includes('You are offline'))).toHaveLength(1)
  })

  test('one for what was missed, when the history has to be read anew; then what was known is told only to who asks', async ({
    page,
    chat,
    simulator,
  }) => {
    const id = await meetAgent(chat, simulator, 'Mia')
    await sayMany(chat, simulator, id, 5, 'known')
    const heard = await listen(page)
    await page.context().setOffline(true)
    await expect(page.getByText('You are offline')).toBeVisible()
    await simulator.control.sendAgentMessage(id, 'missed')
    const reset = JSON.stringify({ type: 'reset', seq: 99, at: new Date().toISOString() })
    const answer = { contentType: 'text/event-stream', body: `data: ${reset}\n\n` }
    await page.route(/\/events\b/, (route) => route.fulfill(answer), { times: 1 })
    await page.context().setOffline(false)
    await expect(chat.bubble('missed')).toBeVisible({ timeout: 20_000 })
    const isNews = (text: string) => /^Mia, .*: missed$/.test(text)
    await expect.poll(async () => (await heard()).filter(isNews)).toHaveLength(1)
    const isSummary = (text: string) => text.includes('earlier message')
    expect((await heard()).filter(isSummary)).toEqual([])

    await page.getByRole('button', { name: 'Reload the history' }).click()
    await expect.poll(async () => (await heard()).filter(isSummary)).toEqual(['8 earlier messages loaded'])
    await expect(page.getByText('You may be missing messages.')).toBeHidden()
    expect((await heard()).filter(isNews)).toHaveLength(1)
    expect((await heard()).filter((text) => text.includes('known'))).toEqual([])
  })
})
