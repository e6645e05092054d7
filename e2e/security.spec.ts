import type { Page } from '@playwright/test'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, onlyConversation, test as base } from './fixtures.ts'
import config from './playwright.config.ts'
import { DOT, WEB_MESSAGING } from './web-messaging.ts'

interface Fixtures {
  /** A page of another site that frames the chat, and may. */
  portal: string
  /** One that may not. */
  stranger: string
}

const test = base.extend<Fixtures>({
  portal: async ({ platform: _ }, use) => serve(use),
  stranger: async ({ platform: _ }, use) => serve(use),
  environment: async ({ portal }, use) => use({ ...WEB_MESSAGING, FOYER_EMBED_ORIGINS: portal }),
})

// What browsers are about to do by themselves: no cookie of a site that is only framed, unless it is partitioned.
const { launchOptions } = config.use ?? {}
test.use({
  launchOptions: { ...launchOptions, args: [...(launchOptions?.args ?? []), '--test-third-party-cookie-phaseout'] },
})

/** Serves a page that frames whatever its query names. */
async function serve(use: (origin: string) => Promise<void>): Promise<void> {
  const server = createServer((request, response) => {
    const framed = new URL(request.url ?? '', 'http://x').searchParams.get('frame') ?? ''
    response.setHeader('Content-Type', 'text/html')
    response.end(`<!doctype html><title>Portal</title><iframe width="400" height="600" src="${framed}"></iframe>`)
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  await use(`http://127.0.0.1:${(server.address() as AddressInfo).port}`)
  server.close()
  server.closeAllConnections()
}

/** What would run, were it markup; each says so by setting `ran`. */
const CORPUS = [
  '<script>top.ran=1</script>',
  '<img src=x onerror="top.ran=1">',
  '<svg onload=top.ran=1>',
  '<iframe srcdoc="<script>top.ran=1</script>"></iframe>',
  '<a href="javascript:top.ran=1">click</a>',
  '</textarea></style></script><script>top.ran=1</script>',
  '"><body onpageshow=top.ran=1>',
  "' onfocus=top.ran=1 autofocus x='",
  '<math><mtext><table><mglyph><style><img src=x onerror=top.ran=1>',
  '<details open ontoggle=top.ran=1>',
  '{{constructor.constructor("top.ran=1")()}}',
  '${top.ran=1}',
  'javascript:top.ran=1',
  'JaVaScRiPt:top.ran=1',
  'java\tscript:top.ran=1',
  'data:text/html,<script>top.ran=1</script>',
  'vbscript:top.ran=1',
  '[click](javascript:top.ran=1)',
  '![x](x" onerror="top.ran=1)',
  'https://harborlane.example/"onmouseover="top.ran=1',
  '\u202Egnp.exe\u202C and \u2066isolated\u2069',
]
/** More than an agent may write in one message: only what comes with content has no limit. */
const EMOJI = '😀'.repeat(4_096)
const LINKS = ['https://harborlane.example/tours?id=1', 'mailto:help@harborlane.example', 'tel:+4930123456']
const HOSTILE_TITLE = '<b onmouseover=top.ran=1>Boat</b>'
const CONTENT = [
  {
    contentType: 'Carousel',
    carousel: {
      cards: [
        {
          title: HOSTILE_TITLE,
          description: '<img src=x onerror=top.ran=1>',
          actions: [
            { type: 'Link', text: 'Danger', url: 'javascript:top.ran=1' },
            { type: 'Link', text: 'Data', url: 'data:text/html,<script>top.ran=1</script>' },
            { type: 'Postback', text: 'Book', payload: '<script>top.ran=1</script>' },
          ],
        },
      ],
    },
  },
]
const QUICK = [
  { contentType: 'QuickReply', quickReply: { text: '<u>Yes</u>', payload: '<script>', action: 'Message' } },
]

/** Notes each violation of the policy, from the first moment of every page on. */
async function noteViolations(page: Page): Promise<() => Promise<string[]>> {
  await page.addInitScript(() => {
    const violations: string[] = []
    Object.assign(window, { violations })
    document.addEventListener('securitypolicyviolation', (event) =>
      violations.push(`${event.effectiveDirective} ${event.blockedURI} ${event.sample}`),
    )
  })
  return () => page.evaluate(() => (window as unknown as { violations: string[] }).violations)
}

const hasRun = (page: Page) => page.evaluate(() => 'ran' in window)

test('S28, S30 whatever an agent sends is text: nothing runs, nothing breaks the policy, nothing leaves the origin', async ({
  page,
  chat,
  foyer,
  simulator,
}) => {
  const { control } = simulator
  const readViolations = await noteViolations(page)
  const origins = new Set<string>()
  page.on('request', (request) => origins.add(new URL(request.url()).origin))
  await page.reload()
  await chat.send('<script>top.ran=1</script>')
  const id = await onlyConversation(simulator)
  await control.joinAgent(id, '<img src=x onerror=top.ran=1>')
  for (const text of CORPUS) await control.sendAgentMessage(id, text)
  await control.sendAgentMessage(id, `Read ${LINKS.join(' or ')}`)
  await control.sendAgentContent(id, CONTENT, EMOJI)
  await control.sendAgentContent(id, QUICK, 'Well?')
  await control.sendAgentFile(id, { name: '<svg onload=top.ran=1>.png', type: 'image/png', bytes: DOT })
  await expect(page.getByRole('img', { name: '<svg onload=top.ran=1>.png' })).toBeVisible()
  await expect(chat.bubbles.filter({ hasText: HOSTILE_TITLE })).toHaveCount(1)

  await page.getByRole('button', { name: '<u>Yes</u>' }).click()
  await expect(chat.bubbles.filter({ hasText: /^<u>Yes<\/u>$/ })).toHaveAttribute('data-state', 'sent')
  const texts = (await chat.texts()).join('\n')
  for (const text of CORPUS.filter((one) => one.startsWith('<'))) expect(texts).toContain(text)

  expect(texts).toContain(EMOJI)

  for (const address of LINKS) {
    const link = page.getByRole('link', { name: address })
    await expect(link).toHaveAttribute('href', address)
    await expect(link).toHaveAttribute('target', '_blank')
  }
  const links = await page
    .getByRole('link')
    .evaluateAll((all) =>
      all.map((link) => ({ href: (link as HTMLAnchorElement).protocol, rel: link.getAttribute('rel') })),
    )
  for (const { href, rel } of links) {
    expect(['http:', 'https:', 'mailto:', 'tel:']).toContain(href)
    expect(rel?.split(' ')).toEqual(expect.arrayContaining(['noopener', 'noreferrer', 'nofollow']))
  }
  expect(await page.locator('#app script, #app iframe, #app [onerror], #app [onload], #app style').count()).toBe(0)
  expect(await page.evaluate(() => document.documentElement.scrollWidth <= document.documentElement.clientWidth)).toBe(
    true,
  )
  expect(await hasRun(page)).toBe(false)
  expect(await readViolations()).toEqual([])
  expect(chat.complaints).toEqual([])
  expect([...origins].filter((origin) => origin !== new URL(foyer.url).origin && origin !== 'null')).toEqual([])
})

test('S28, S30 a script that got into the page all the same does not run', async ({ page, chat }) => {
  const readViolations = await noteViolations(page)
  await page.reload()
  await expect(chat.composer).toBeEditable()
  const outcomes = await page.evaluate(() => {
    const append = (change: (script: HTMLScriptElement) => void) => {
      const script = document.createElement('script')
      change(script)
      document.body.append(script)
    }
    const attempts = {
      'markup of a string': () => (document.body.innerHTML = '<img src=x onerror="top.ran=1">'),
      'a script of a string': () => append((script) => (script.text = 'top.ran=1')),
      'a script of another site': () => append((script) => (script.src = 'https://evil.example/x.js')),
      'a handler': () => document.body.setAttribute('onclick', 'top.ran=1'),
      'a policy of its own': () => Reflect.get(window, 'trustedTypes').createPolicy('evil', {}),
    }
    return Object.entries(attempts).flatMap(([what, attempt]) => {
      try {
        attempt()
        return [what]
      } catch {
        return []
      }
    })
  })
  await page.locator('body').click()
  expect(outcomes).toEqual([])
  expect(await hasRun(page)).toBe(false)
  expect((await readViolations()).length).toBeGreaterThan(4)
})

test('S34 after a conversation the browser keeps nothing of it', async ({ page, chat, simulator }) => {
  await chat.send('MARKER of the guest')
  const id = await onlyConversation(simulator)
  await simulator.control.joinAgent(id, 'MARKER')
  await simulator.control.sendAgentMessage(id, 'MARKER of the agent')
  await expect(chat.bubble('MARKER of the agent')).toBeVisible()
  await expect(chat.bubble('MARKER of the guest')).toHaveAttribute('data-state', 'sent')
  const kept = await page.evaluate(async () => ({
    local: { ...localStorage },
    session: { ...sessionStorage },
    databases: (await indexedDB.databases()).map(({ name }) => name),
    caches: await caches.keys(),
    workers: (await navigator.serviceWorker.getRegistrations()).length,
    cookies: document.cookie,
    address: location.href,
    name: window.name,
  }))
  expect(kept).toMatchObject({ databases: [], caches: [], workers: 0, cookies: '', name: '' })
  expect(new URL(kept.address)).toMatchObject({ pathname: '/', search: '', hash: '' })
  expect(JSON.stringify(kept)).not.toMatch(/MARKER|eyJ|token/i)
})

test('S29 a page that may not frame the chat does not show it', async ({ page, foyer, stranger }) => {
  await page.goto(`${stranger}/?frame=${encodeURIComponent(foyer.url)}`)
  const frame = page.frames()[1]
  await expect.poll(() => frame?.url()).toContain('chrome-error:')
  await expect(page.frameLocator('iframe').getByRole('textbox', { name: 'Message' })).toHaveCount(0)
})

test('S9, S29 framed by a portal of another site, third-party cookies blocked, the chat works and lasts over a reload', async ({
  page,
  foyer,
  portal,
  simulator,
}) => {
  const framing = `${portal}/?frame=${encodeURIComponent(foyer.url)}`
  await page.goto(framing)
  const chat = page.frameLocator('iframe')
  await chat.getByRole('textbox', { name: 'Message' }).fill('Hello from the portal')
  await chat.getByRole('button', { name: 'Send message' }).click()
  const bubble = chat.locator('[data-message-id]').filter({ hasText: 'Hello from the portal' })
  await expect(bubble).toHaveAttribute('data-state', 'sent')
  await page.goto(framing)
  await expect(bubble).toHaveAttribute('data-state', 'sent')
  expect((await simulator.control.state()).conversations).toHaveLength(1)
  const cookies = await page.context().cookies(foyer.url)
  expect(cookies).toMatchObject([{ name: '__Host-Http-foyer', sameSite: 'None', secure: true, httpOnly: true }])

  // In a tab of its own the chat is apart from the one in the portal.
  await page.goto(foyer.url)
  await expect(page.getByRole('textbox', { name: 'Message' })).toBeEditable()
  await expect(page.locator('[data-message-id]')).toHaveCount(0)
})
