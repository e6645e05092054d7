import { readFile } from 'node:fs/promises'
import type { BrowserContext, Page } from '@playwright/test'
import { ChatPage } from './chat-page.ts'
import { expect, onlyConversation, test } from './fixtures.ts'
import { WEB_MESSAGING } from './web-messaging.ts'

/** The checks of the life of a chat, by their numbers in the list of forty. */

/** Streams that are open now. */
function watchStreams(context: BrowserContext): { open: number; opened: number } {
  const streams = { open: 0, opened: 0 }
  const isStream = (url: string) => new URL(url).pathname.endsWith('/events')
  context.on('request', (request) => {
    if (!isStream(request.url())) return
    streams.open++
    streams.opened++
  })
  const over = (request: { url(): string }) => void (isStream(request.url()) && streams.open--)
  context.on('requestfinished', over).on('requestfailed', over)
  return streams
}

async function openTab(context: BrowserContext, url: string): Promise<ChatPage> {
  const tab = new ChatPage(await context.newPage(), url)
  await tab.open()
  return tab
}

async function talk(chat: ChatPage, simulator: Parameters<typeof onlyConversation>[0]): Promise<string> {
  await chat.send('hello')
  await expect(chat.bubble('hello')).toHaveAttribute('data-state', 'sent')
  const id = await onlyConversation(simulator)
  await simulator.control.joinAgent(id, 'Noor')
  return id
}

/** As if the guest were at another window; sounds and notifications are noted instead of made. */
async function lookAway(page: Page): Promise<void> {
  await page.addInitScript(() => {
    document.hasFocus = () => false
    const noted: string[] = []
    Object.assign(window, { noted })
    const Noted = function (title: string, { body }: { body: string }) {
      noted.push(`notice ${title}: ${body}`)
    }
    Object.assign(Noted, { permission: 'granted', requestPermission: () => Promise.resolve('granted') })
    Object.assign(window, { Notification: Noted })
    const start = Reflect.get(OscillatorNode.prototype, 'start') as (...args: unknown[]) => void
    OscillatorNode.prototype.start = function (...args: unknown[]) {
      noted.push('sound')
      return start.apply(this, args)
    }
  })
}
const notedIn = (page: Page) => page.evaluate(() => (window as unknown as { noted: string[] }).noted)

test('24: focus never moves by itself', async ({ chat, simulator }) => {
  const id = await talk(chat, simulator)
  await chat.page.getByRole('button', { name: 'More options' }).focus()
  await simulator.control.sendAgentMessage(id, 'one')
  await expect(chat.bubble('one')).toBeVisible()
  await simulator.control.leaveAgent(id)
  await simulator.control.disconnectConversation(id, { readOnly: true })
  await expect(chat.page.getByRole('button', { name: 'Start a new chat' })).toBeVisible()
  await expect(chat.page.getByRole('button', { name: 'More options' })).toBeFocused()
})

test('33: a credential that expires while the guest writes costs nothing', async ({ chat, simulator }) => {
  await talk(chat, simulator)
  await simulator.control.expireTokens()
  await chat.send('after the expiry')
  await expect(chat.bubble('after the expiry')).toHaveAttribute('data-state', 'sent')
  expect(await chat.texts()).toEqual(['hello', 'after the expiry'])
  await expect(chat.page.getByRole('button', { name: 'Start a new chat' })).toBeHidden()
})

test('35: where storage is blocked the chat works, and says what it cannot keep', async ({ page, foyer }) => {
  await page.addInitScript(() => {
    for (const name of ['localStorage', 'sessionStorage'])
      Object.defineProperty(window, name, {
        get() {
          throw new DOMException('blocked', 'SecurityError')
        },
      })
  })
  const chat = new ChatPage(page, foyer.url)
  await chat.open()
  await chat.send('hello')
  await expect(chat.bubble('hello')).toHaveAttribute('data-state', 'sent')
  const notice = page.getByText('Your browser keeps nothing for this page')
  await expect(notice).toBeVisible()
  await page.getByRole('button', { name: 'OK' }).click()
  await expect(notice).toBeHidden()
})

test('35: where cookies are blocked the guest is told, and shown the way out', async ({ page, foyer }) => {
  await page.route('**/api/session', async (route) => {
    const response = await route.fetch()
    const headers = response.headers()
    delete headers['set-cookie']
    await page.context().clearCookies()
    await route.fulfill({ response, headers })
  })
  const chat = new ChatPage(page, foyer.url)
  await chat.open()
  await chat.send('kept')
  await expect(page.getByRole('link', { name: 'Open in its own tab' })).toBeVisible()
  await expect(chat.composer).toHaveValue('kept')
})

test('36: eight tabs share one stream, and the next takes over without a gap', async ({ chat, foyer, simulator }) => {
  const context = chat.page.context()
  const streams = watchStreams(context)
  const id = await talk(chat, simulator)
  const tabs = await Promise.all(Array.from({ length: 7 }, () => openTab(context, foyer.url)))
  for (const tab of tabs) await expect(tab.bubble('hello')).toBeVisible()
  await simulator.control.sendAgentMessage(id, 'to all')
  for (const tab of [chat, ...tabs]) await expect(tab.bubble('to all')).toBeVisible()
  expect(streams).toEqual({ open: 1, opened: 1 })

  await chat.page.close()
  await simulator.control.sendAgentMessage(id, 'while one left')
  for (const tab of tabs) {
    await expect(tab.bubble('while one left')).toBeVisible()
    expect(await tab.texts()).toEqual(['hello', 'to all', 'while one left'])
  }
  expect(streams.opened).toBe(2)
})

test('36: of two tabs one sounds and one notifies, once', async ({ page, foyer, simulator }) => {
  const context = page.context()
  await context.addInitScript(() => localStorage.setItem('foyer.preferences', '{"sound":true,"notifications":true}'))
  const second = await context.newPage()
  await lookAway(page)
  await lookAway(second)
  const chat = new ChatPage(page, foyer.url)
  await chat.open()
  const id = await talk(chat, simulator)
  const other = new ChatPage(second, foyer.url)
  await other.open()
  await expect(other.bubble('hello')).toBeVisible()
  await other.composer.click()
  await simulator.control.sendAgentMessage(id, 'news')
  for (const tab of [chat, other]) {
    await expect(tab.bubble('news')).toBeVisible()
    await expect(tab.page).toHaveTitle(/^\(1\) /)
  }
  const noted = async () => (await Promise.all([page, second].map(notedIn))).flat().toSorted()
  await expect.poll(noted).toEqual(['notice Chat: New message from Noor', 'sound', 'sound'])
})

test('a message is unread in the title until the guest looks', async ({ page, foyer, simulator }) => {
  await page.addInitScript(() => {
    const state = { isHere: true }
    Object.assign(window, { state })
    document.hasFocus = () => state.isHere
  })
  const setHere = (isHere: boolean) =>
    page.evaluate((here) => {
      Object.assign((window as unknown as { state: object }).state, { isHere: here })
      window.dispatchEvent(new Event(here ? 'focus' : 'blur'))
    }, isHere)
  const chat = new ChatPage(page, foyer.url)
  await chat.open()
  const id = await talk(chat, simulator)
  await setHere(false)
  await simulator.control.sendAgentMessage(id, 'one')
  await simulator.control.sendAgentMessage(id, 'two')
  await expect(page).toHaveTitle('(2) Chat')
  await setHere(true)
  await expect(page).toHaveTitle('Chat')
})

test('the guest is warned before the end, and stays with one click', async ({ chat, simulator }) => {
  const expiresAt = new Date(Date.now() + 240_000).toISOString()
  const event = {
    seq: 0,
    at: new Date().toISOString(),
    type: 'session',
    state: 'expiring',
    expiresAt,
    extendable: true,
  }
  await chat.page.route('**/events?*', (route) =>
    route.fulfill({ contentType: 'text/event-stream', body: `event: session\ndata: ${JSON.stringify(event)}\n\n` }),
  )
  await chat.send('hello')
  await onlyConversation(simulator)
  const stay = chat.page.getByRole('button', { name: 'Stay in the chat' })
  await expect(chat.page.getByText('This chat closes at')).toBeVisible()
  const asked = chat.page.waitForRequest((request) => request.method() === 'POST' && request.url().endsWith('/session'))
  await stay.click()
  expect((await (await asked).response())?.status()).toBe(200)
})

test.describe('the menu', () => {
  const open = async (chat: ChatPage) => {
    const opener = chat.page.getByRole('button', { name: 'More options' })
    await opener.focus()
    await opener.press('Enter')
    await expect(opener).toHaveAttribute('aria-expanded', 'true')
    return opener
  }

  test('opens, is walked through and closes by keyboard; the focus comes back', async ({ chat, simulator }) => {
    await talk(chat, simulator)
    const opener = await open(chat)
    await chat.page.keyboard.press('Tab')
    await expect(chat.page.getByRole('switch', { name: 'Sound for new messages' })).toBeFocused()
    await chat.page.keyboard.press('Space')
    await expect(chat.page.getByRole('switch', { name: 'Sound for new messages' })).not.toBeChecked()
    await chat.page.keyboard.press('Escape')
    await expect(opener).toBeFocused()
    await expect(opener).toHaveAttribute('aria-expanded', 'false')
    await chat.page.reload()
    await open(chat)
    await expect(chat.page.getByRole('switch', { name: 'Sound for new messages' })).not.toBeChecked()
  })

  for (const [name, ending, content] of [
    ['text', 'txt', /You: hello/],
    ['web page', 'html', /<p dir="auto">hello<\/p>/],
    ['JSON', 'json', /"text":"hello"/],
  ] as const) {
    test(`downloads the transcript as ${name}, also after the end`, async ({ chat, simulator }) => {
      const id = await talk(chat, simulator)
      await simulator.control.disconnectConversation(id, { readOnly: true })
      await expect(chat.page.getByRole('button', { name: 'Start a new chat' })).toBeVisible()
      await open(chat)
      const downloaded = chat.page.waitForEvent('download')
      await chat.page.getByRole('button', { name: `Download transcript (${name})` }).press('Enter')
      const download = await downloaded
      expect(download.suggestedFilename()).toBe(`chat.${ending}`)
      expect(await readFile(await download.path(), 'utf8')).toMatch(content)
    })
  }

  test('copies the transcript, and says so', async ({ chat, simulator }) => {
    await chat.page.context().grantPermissions(['clipboard-read', 'clipboard-write'])
    await talk(chat, simulator)
    await open(chat)
    await chat.page.getByRole('button', { name: 'Copy transcript' }).press('Enter')
    await expect(chat.page.getByText('The transcript is on the clipboard.')).toBeVisible()
    expect(await chat.page.evaluate(() => navigator.clipboard.readText())).toMatch(/You: hello/)
  })

  test('prints the transcript, and nothing else', async ({ page, foyer, simulator }) => {
    await page.addInitScript(() => (window.print = () => Object.assign(window, { printed: document.body.innerText })))
    const chat = new ChatPage(page, foyer.url)
    await chat.open()
    await talk(chat, simulator)
    await page.emulateMedia({ media: 'print' })
    await page.evaluate(() => document.querySelector<HTMLElement>('[aria-expanded]')?.click())
    await page.evaluate(() =>
      [...document.querySelectorAll('button')].find(({ textContent }) => textContent === 'Print transcript')?.click(),
    )
    const printed = () => page.evaluate(() => (window as unknown as { printed?: string }).printed)
    await expect.poll(printed).toMatch(/^Chat transcript, .*\n[^]*You: hello/)
    expect(await printed()).not.toContain('Write a message')
  })
})

test.describe('over Web Messaging', () => {
  test.use({ environment: WEB_MESSAGING })

  test('ending keeps what was said; deleting is another matter, asks, and is for good', async ({ chat }) => {
    await chat.send('hello')
    await expect(chat.bubble('hello')).toHaveAttribute('data-state', 'sent')
    await chat.page.getByRole('button', { name: 'More options' }).click()
    await chat.page.getByRole('button', { name: 'Delete the conversation…' }).click()
    const dialog = chat.page.getByRole('dialog', { name: 'Delete this conversation?' })
    await dialog.getByRole('button', { name: 'Keep it' }).click()
    await expect(chat.bubble('hello')).toBeVisible()

    await chat.page.getByRole('button', { name: 'More options' }).click()
    await chat.page.getByRole('button', { name: 'Delete the conversation…' }).click()
    await dialog.getByRole('button', { name: 'Delete for good' }).click()
    await expect(chat.page.getByText('The conversation was deleted.')).toBeVisible()
    await expect(chat.bubble('hello')).toBeHidden()
  })
})

test('the ended chat stays to be read, with a summary', async ({ chat, simulator }) => {
  const id = await talk(chat, simulator)
  await simulator.control.sendAgentMessage(id, 'bye')
  await expect(chat.bubble('bye')).toBeVisible()
  await chat.page.getByRole('button', { name: 'End chat' }).click()
  await chat.page.getByRole('dialog').getByRole('button', { name: 'End chat' }).click()
  await expect(chat.page.getByText('You talked to')).toBeVisible()
  await expect(chat.page.getByRole('definition').filter({ hasText: 'Noor' })).toBeVisible()
  expect(await chat.texts()).toEqual(['hello', 'bye'])
  await expect(chat.composer).toBeHidden()
})
