import type { BrowserContext, Page } from '@playwright/test'
import { ChatPage } from './chat-page.ts'
import { meetAgent } from './conversation-stage.ts'
import { expect, test } from './fixtures.ts'
import { expectFocusInSight, listen, tabTo } from './keyboard.ts'
import { WEB_MESSAGING } from './web-messaging.ts'

/* Leaving for good, as on a computer that others use: the next person finds nothing of it (S13, S34). */

test.use({ contextOptions: { reducedMotion: 'reduce' } })

const LEAVE = 'Leave and erase from this device'
const confirm = (page: Page) =>
  page.getByRole('dialog', { name: `${LEAVE}?` }).getByRole('button', { name: 'Leave and erase' })
const failure = (page: Page) => page.getByRole('alert').filter({ hasText: 'nothing has been erased' })

async function openTab(context: BrowserContext, url: string): Promise<ChatPage> {
  const tab = new ChatPage(await context.newPage(), url)
  await tab.open()
  return tab
}

/** By keys alone, up to the question. */
async function askToLeave(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'More options' }).press('Enter')
  await tabTo(page, page.getByRole('button', { name: `${LEAVE}…` }))
  await page.keyboard.press('Enter')
  await tabTo(page, confirm(page))
}

/** Everything that the browser has of the chat, but for what is drawn. */
const keptBy = (page: Page) =>
  page.evaluate(async () => ({
    local: { ...localStorage },
    session: { ...sessionStorage },
    databases: (await indexedDB.databases()).length,
    caches: await caches.keys(),
    fields: [...document.querySelectorAll('textarea')].map(({ value }) => value),
    title: document.title,
  }))
const NOTHING = { local: {}, session: {}, databases: 0, caches: [], fields: [''], title: 'Chat' }

async function expectNothingOf(marker: string, tab: ChatPage): Promise<void> {
  await expect(tab.page.getByText('You have left the chat. This browser keeps nothing of it.')).toBeVisible()
  await expect(tab.page.getByRole('heading', { name: 'How can we help?' })).toBeVisible()
  expect(await tab.page.content()).not.toContain(marker)
  expect(await keptBy(tab.page)).toEqual(NOTHING)
}

test('S13, S34 who leaves leaves nothing: no cookie, no word in page or storage, in any tab, nor after a reload', async ({
  page,
  chat,
  foyer,
  simulator,
  request,
}) => {
  const context = page.context()
  const id = await meetAgent(chat, simulator, 'MARKER')
  await simulator.control.sendAgentMessage(id, 'MARKER of the agent')
  const second = await openTab(context, foyer.url)
  for (const tab of [chat, second]) {
    await expect(tab.bubble('MARKER of the agent')).toBeVisible()
    await tab.composer.fill('MARKER not sent')
  }
  const cookie = (await context.cookies()).map(({ name, value }) => `${name}=${value}`).join('; ')
  const [address] = await page.evaluate(() =>
    performance.getEntriesByType('resource').flatMap(({ name }) => /.*\/conversations\/[^/?]+/.exec(name) ?? []),
  )
  const headers = { cookie, 'x-csrf': '1', 'sec-fetch-site': 'same-origin', 'sec-fetch-mode': 'cors' }
  const statuses = async () =>
    Promise.all(
      [`${foyer.url}/api/session`, `${address}`].map(async (url) => (await request.get(url, { headers })).status()),
    )
  expect(await statuses()).toEqual([200, 200])

  await page.bringToFront()
  const heard = await listen(page)
  await askToLeave(page)
  await page.keyboard.press('Enter')
  for (const tab of [chat, second]) await expectNothingOf('MARKER', tab)
  await expect(page.getByRole('heading', { name: 'Chat with us' })).toBeFocused()
  await expectFocusInSight(page)
  expect(await heard()).toContain('You have left the chat. This browser keeps nothing of it.')

  expect(await context.cookies()).toEqual([])
  expect(await statuses()).toEqual([401, 401])
  expect(await simulator.control.requests({ operation: 'revoke-token' })).toHaveLength(1)
  expect((await simulator.control.state()).conversations).toMatchObject([{ id, state: 'disconnected' }])

  for (const tab of [chat, second]) {
    await tab.page.reload()
    await expect(tab.page.getByText('We are here to help')).toBeVisible()
    expect(await tab.page.content()).not.toContain('MARKER')
  }
  await chat.send('somebody else')
  await expect(chat.bubble('somebody else')).toHaveAttribute('data-state', 'sent')
  expect(await chat.texts()).toEqual(['somebody else'])
})

test('S34 what is still to be read after the end goes with one press, in every tab', async ({
  page,
  chat,
  foyer,
  simulator,
}) => {
  const id = await meetAgent(chat, simulator, 'MARKER')
  await simulator.control.disconnectConversation(id, { readOnly: true })
  const second = await openTab(page.context(), foyer.url)
  const leave = page.getByRole('button', { name: LEAVE, exact: true })
  for (const tab of [chat, second]) await expect(tab.page.getByRole('button', { name: LEAVE })).toBeVisible()
  await leave.press('Enter')
  for (const tab of [chat, second]) await expectNothingOf('MARKER', tab)
  expect(await page.context().cookies()).toEqual([])
})

test('S34 a notification of who wrote goes with the chat', async ({ page, foyer, simulator }) => {
  await page.addInitScript(() => {
    document.hasFocus = () => false
    localStorage.setItem('foyer.preferences', '{"sound":false,"notifications":true}')
    const shown: string[] = []
    class Noted {
      static permission = 'granted'
      constructor(_: string, { body }: { body: string }) {
        shown.push(body)
      }
      close() {
        shown.pop()
      }
    }
    Object.assign(window, { shown, Notification: Noted })
  })
  const shown = () => page.evaluate(() => (window as unknown as { shown: string[] }).shown)
  const chat = new ChatPage(page, foyer.url)
  await chat.open()
  const id = await meetAgent(chat, simulator, 'MARKER')
  await simulator.control.sendAgentMessage(id, 'news')
  await expect.poll(shown).toEqual(['New message from MARKER'])
  await askToLeave(page)
  await page.keyboard.press('Enter')
  await expect(page.getByText('You have left the chat.')).toBeVisible()
  expect(await shown()).toEqual([])
})

test('S13 where the session cannot be ended the page says so, erases nothing, and the guest can try again', async ({
  page,
  chat,
  foyer,
  simulator,
}) => {
  await meetAgent(chat, simulator)
  await chat.composer.fill('not sent')
  const second = await openTab(page.context(), foyer.url)
  await expect(second.bubble('Hello')).toBeVisible()
  const problem = { type: 'about:blank', title: '', status: 503, detail: '', code: 'store-unavailable' }
  await page.route('**/api/session', (route) =>
    route.request().method() === 'DELETE'
      ? route.fulfill({ status: 503, contentType: 'application/problem+json', json: problem })
      : route.continue(),
  )
  await page.bringToFront()
  const heard = await listen(page)
  await askToLeave(page)
  await page.keyboard.press('Enter')
  await expect(failure(page)).toBeVisible()
  expect((await heard()).join()).toContain('nothing has been erased')
  for (const tab of [chat, second]) await expect(tab.bubble('Hello')).toBeVisible()
  await expect(chat.composer).toHaveValue('not sent')
  expect(await page.context().cookies()).toHaveLength(1)

  await page.unroute('**/api/session')
  await page.context().setOffline(true)
  await page.keyboard.press('Enter')
  await expect(confirm(page)).toBeEnabled()
  await expect(failure(page)).toBeVisible()
  await expect(confirm(page), 'keeps the focus').toBeFocused()

  await page.context().setOffline(false)
  await page.keyboard.press('Enter')
  for (const tab of [chat, second]) await expectNothingOf('Hello', tab)
})

test.describe('over Web Messaging', () => {
  test.use({ environment: WEB_MESSAGING })

  test('S13 what was deleted stays in no session either; where that failed, the end offers to leave', async ({
    page,
    chat,
  }) => {
    await chat.send('MARKER')
    await expect(chat.bubble('MARKER')).toHaveAttribute('data-state', 'sent')
    await page.route('**/api/session', (route) =>
      route.request().method() === 'DELETE' ? route.abort() : route.continue(),
    )
    await page.getByRole('button', { name: 'More options' }).click()
    await page.getByRole('button', { name: 'Delete the conversation…' }).click()
    await page.getByRole('button', { name: 'Delete for good' }).click()
    await expect(page.getByText('The conversation was deleted.')).toBeVisible()
    await expect(page.getByRole('dialog')).toBeHidden()
    expect(await page.context().cookies()).toHaveLength(1)
    await page.unroute('**/api/session')
    await page.getByRole('button', { name: LEAVE }).click()
    await expectNothingOf('MARKER', chat)
    expect(await page.context().cookies()).toEqual([])
  })
})
