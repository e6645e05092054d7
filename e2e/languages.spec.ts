import { expect, onlyConversation, test } from './fixtures.ts'
import { WEB_MESSAGING } from './web-messaging.ts'

const GERMAN = /\/assets\/de-[^/]*\.js$/
const overflowOf = () => document.documentElement.scrollWidth - window.innerWidth

test.describe('a German browser', () => {
  test.use({ locale: 'de-AT' })

  test('gets the page in German from the first paint on; platform and transcript hear of it', async ({
    chat,
    simulator,
    browser,
    foyer,
  }) => {
    const { page } = chat
    await expect(page.locator('html')).toHaveAttribute('lang', 'de')
    await expect(page.getByRole('heading', { name: 'Wie können wir Ihnen helfen?' })).toBeVisible()
    const composer = page.getByRole('textbox', { name: 'Nachricht' })
    await composer.fill('Grüß Gott')
    await page.getByRole('button', { name: 'Nachricht senden' }).click()
    await expect(chat.bubble('Grüß Gott')).toHaveAttribute('data-state', 'sent')
    const id = await onlyConversation(simulator)
    expect((await simulator.control.conversation(id)).conversation.language).toBe('de-at')
    await simulator.control.joinAgent(id, 'Ingrid')
    await expect(page.getByText('Ingrid ist jetzt im Chat').first()).toBeVisible()

    await page.getByRole('button', { name: 'Weitere Optionen' }).click()
    const download = page.waitForEvent('download')
    await page.getByRole('button', { name: 'Chatverlauf herunterladen (Text)' }).click()
    const chunks = await (await (await download).createReadStream()).toArray()
    expect(Buffer.concat(chunks as Buffer[]).toString()).toContain('Ingrid ist jetzt im Chat')
    expect(chat.complaints).toEqual([])

    const scriptless = await browser.newContext({ locale: 'de-AT', javaScriptEnabled: false })
    const drawn = await scriptless.newPage()
    await drawn.goto(foyer.url)
    await expect(drawn.getByRole('heading', { name: 'Wie können wir Ihnen helfen?' })).toBeVisible()
    expect(await drawn.locator('noscript').innerText()).toContain('Für diesen Chat wird JavaScript benötigt.')
    await scriptless.close()
  })

  test('keeps what was typed before the script came, and shows nothing in English meanwhile', async ({
    page,
    foyer,
  }) => {
    const held = Promise.withResolvers<undefined>()
    await page.route(GERMAN, async (route) => {
      await held.promise
      await route.continue()
    })
    await page.goto(foyer.url, { waitUntil: 'commit' })
    await page.getByRole('textbox', { name: 'Nachricht' }).fill('schon getippt')
    await expect(page.getByText('How can we help?')).toHaveCount(0)
    await expect(page.locator('html')).toHaveAttribute('lang', 'de')
    held.resolve(undefined)
    // The script takes over: what is typed can be sent.
    await expect(page.getByRole('button', { name: 'Nachricht senden' })).toBeEnabled()
    await expect(page.getByRole('textbox', { name: 'Nachricht' })).toHaveValue('schon getippt')
    await expect(page.getByText('How can we help?')).toHaveCount(0)
  })

  test('whose words fail once reads German all the same', async ({ page, foyer }) => {
    // Without the preload, whose failure a browser may or may not take for that of the import.
    await page.route(foyer.url, async (route) => {
      const response = await route.fetch()
      const body = (await response.text()).replace(/<link rel="modulepreload"[^>]*\/de-[^>]*>/, '')
      await route.fulfill({ response, body })
    })
    let requests = 0
    await page.route(GERMAN, (route) => (requests++ === 0 ? route.abort() : route.continue()))
    await page.goto(foyer.url)
    await expect(page.getByRole('button', { name: 'Nachricht senden' })).toBeVisible()
    await page.getByRole('textbox', { name: 'Nachricht' }).fill('da')
    await expect(page.getByRole('button', { name: 'Nachricht senden' })).toBeEnabled()
    expect(requests).toBe(2)
  })

  test('whose words do not come reads English, and loses nothing', async ({ chat, page, foyer }) => {
    await page.route(GERMAN, (route) => route.abort())
    await page.goto(foyer.url)
    await expect(page.locator('html')).toHaveAttribute('lang', 'en')
    await expect(page.getByRole('heading')).toHaveText(['Chat with us', 'How can we help?'])
    await chat.send('hello')
    await expect(chat.bubble('hello')).toHaveAttribute('data-state', 'sent')
    expect(chat.complaints).toEqual([])
  })
})

test.describe('an Arabic browser', () => {
  test.use({ locale: 'ar-EG', contextOptions: { reducedMotion: 'reduce' } })

  for (const width of [360, 1280]) {
    test(`gets the page from right to left, at ${width} px`, async ({ chat, simulator }) => {
      const { page } = chat
      await page.setViewportSize({ width, height: 720 })
      await expect(page.locator('html')).toHaveAttribute('dir', 'rtl')
      const composer = page.getByRole('textbox', { name: 'الرسالة' })
      await composer.fill('مرحبا')
      const send = page.getByRole('button', { name: 'إرسال الرسالة' })
      await send.click()
      await expect(chat.bubble('مرحبا')).toHaveAttribute('data-state', 'sent')
      const id = await onlyConversation(simulator)
      await simulator.control.joinAgent(id, 'Noor')
      await simulator.control.sendAgentMessage(id, 'أهلا')
      await expect(chat.bubble('أهلا')).toBeVisible()

      const [own, agent, field, button, log] = await Promise.all(
        [chat.bubble('مرحبا'), chat.bubble('أهلا'), composer, send, page.getByRole('log')].map((part) =>
          part.boundingBox(),
        ),
      )
      if (!own || !agent || !field || !button || !log) throw new Error('not drawn')
      const middle = log.x + log.width / 2
      expect(own.x + own.width, 'the guest’s own on the left').toBeLessThan(middle)
      expect(agent.x, 'the agent’s on the right').toBeGreaterThan(middle)
      expect(button.x + button.width, 'to send is at the end, on the left').toBeLessThanOrEqual(field.x)
      expect(await page.evaluate(overflowOf)).toBeLessThanOrEqual(0)
      const turned = await send.locator('svg').evaluate((icon) => getComputedStyle(icon).transform)
      expect(turned, 'what points forward points left').toBe('matrix(-1, 0, 0, 1, 0, 0)')
    })
  }
})

test.describe('an Arabic browser whose words neither come nor fail', () => {
  test.use({ locale: 'ar-EG' })

  test('reads English after a while, writes on where it was, and is left to it when they come', async ({
    chat,
    page,
    foyer,
  }) => {
    const held = Promise.withResolvers<undefined>()
    const words = /\/assets\/ar-[^/]*\.js$/
    await page.route(words, async (route) => {
      await held.promise
      await route.continue()
    })
    await page.goto(foyer.url, { waitUntil: 'commit' })
    await page.getByRole('textbox', { name: 'الرسالة' }).fill('hello')
    await page.keyboard.press('Home')
    const html = page.locator('html')
    await expect(html).toHaveAttribute('lang', 'en', { timeout: 15_000 })
    await expect(html).toHaveAttribute('dir', 'ltr')
    await expect(page).toHaveTitle('Chat')
    await expect(chat.composer).toBeFocused()
    const isHere = page.waitForResponse(words)
    held.resolve(undefined)
    await (await isHere).finished()
    await page.keyboard.type('Oh, ')
    await page.keyboard.press('Enter')
    await expect(chat.bubbles).toHaveAttribute('data-state', 'sent')
    expect(await chat.texts()).toEqual(['Oh, hello'])
    await expect(page.getByText('Someone will be with you shortly')).toBeVisible()
    await expect(html).toHaveAttribute('lang', 'en')
    expect(chat.complaints).toEqual([])
  })
})

test.describe('a browser of another language', () => {
  test.use({ locale: 'tlh' })

  test('gets the page in English, and in what the address asks for', async ({ chat, page, foyer }) => {
    await expect(page.locator('html')).toHaveAttribute('lang', 'en')
    await expect(chat.composer).toBeVisible()
    await page.goto(`${foyer.url}/?lang=pl`)
    await expect(page.getByRole('textbox', { name: 'Wiadomość' })).toBeVisible()
    await expect(page).toHaveTitle('Czat')
  })
})

test.describe('a deployment that names its languages', () => {
  test.use({
    locale: 'fr-FR',
    environment: WEB_MESSAGING,
    platform: {
      deployments: [{ id: WEB_MESSAGING.FOYER_DEPLOYMENT_ID, languages: ['nl', 'en-us'], defaultLanguage: 'nl' }],
    },
  })

  test('is spoken to in those alone, its own first', async ({ page, foyer }) => {
    await page.goto(foyer.url)
    await expect(page.getByRole('textbox', { name: 'Bericht' })).toBeVisible()
    await page.goto(`${foyer.url}/?lang=en`)
    await expect(page.getByRole('textbox', { name: 'Message' })).toBeVisible()
    await page.goto(`${foyer.url}/?lang=fr`)
    await expect(page.locator('html')).toHaveAttribute('lang', 'nl')
  })
})
