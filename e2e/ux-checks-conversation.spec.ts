import type { Page } from '@playwright/test'
import { fromEnd, meetAgent, sayMany } from './conversation-stage.ts'
import { expect, test } from './fixtures.ts'
import { listen } from './keyboard.ts'
import { DOT, WEB_MESSAGING } from './web-messaging.ts'

/* Checks of layout, scrolling and robustness, numbered as the list they come from (ux.md §5b). */

test.describe.configure({ timeout: 120_000 })
test.use({ contextOptions: { reducedMotion: 'reduce' } })

test.describe('with pictures', () => {
  // More at once than a guest may say: what is looked at is the layout.
  test.use({ environment: { ...WEB_MESSAGING, FOYER_MESSAGES_PER_SECOND: '100' } })

  test('1. nothing shifts from the first paint to twenty messages and their pictures', async ({
    page,
    chat,
    simulator,
  }) => {
    await page.addInitScript(() => {
      const shifts: { value: number; moved: string }[] = []
      Object.assign(globalThis, { shifts })
      type Shift = PerformanceEntry & { value: number; sources: { node?: Node; currentRect: DOMRect }[] }
      new PerformanceObserver((list) => {
        for (const { value, sources } of list.getEntries() as Shift[]) {
          const moved = sources.map(({ node, currentRect: { x, y } }) => `${node?.textContent?.trim()} to ${x}, ${y}`)
          shifts.push({ value, moved: moved.join('; ') })
        }
      }).observe({ type: 'layout-shift', buffered: true })
    })
    const id = await meetAgent(chat, simulator)
    await page.reload()
    await expect(chat.bubble('Hello')).toBeVisible()
    await sayMany(chat, simulator, id, 16)
    for (const name of ['one.png', 'two.png', 'three.png']) {
      await simulator.control.sendAgentFile(id, { name, type: 'image/png', bytes: DOT })
      await expect(page.getByRole('img', { name })).toBeVisible()
    }
    await fromEnd(page)
    const shifts = await page.evaluate(
      () => (globalThis as unknown as { shifts: { value: number; moved: string }[] }).shifts,
    )
    const sum = shifts.reduce((all, { value }) => all + value, 0)
    expect(sum, JSON.stringify(shifts)).toBeLessThanOrEqual(0.02)
  })

  test('2. pinned: two hundred messages and pictures later the end is in sight, and was all the way', async ({
    page,
    chat,
    simulator,
  }) => {
    const id = await meetAgent(chat, simulator)
    await chat.log.evaluate((log) => {
      const seen = { furthest: 0 }
      Object.assign(globalThis, { seen })
      const look = () => {
        const distance = log.scrollHeight - log.clientHeight - log.scrollTop
        seen.furthest = Math.max(seen.furthest, distance)
        requestAnimationFrame(() => setTimeout(look))
      }
      look()
    })
    for (let round = 0; round < 4; round++) {
      await sayMany(chat, simulator, id, 49, `round ${round} message`)
      await simulator.control.sendAgentFile(id, { name: `${round}.png`, type: 'image/png', bytes: DOT })
      await expect(page.getByRole('img', { name: `${round}.png` })).toBeVisible()
    }
    const furthest = await page.evaluate(() => (globalThis as unknown as { seen: { furthest: number } }).seen.furthest)
    expect(furthest).toBeLessThanOrEqual(2)
  })
})

/** Remembers the first message in sight; resolves to how far it has moved since, in pixels. */
async function watchFirstVisible(page: Page): Promise<() => Promise<number>> {
  const first = await page.getByRole('log').evaluateHandle((log) => {
    const top = log.getBoundingClientRect().top
    const messages = [...log.querySelectorAll('[data-message-id]')]
    const message = messages.find((one) => one.getBoundingClientRect().bottom > top)
    return { id: message?.getAttribute('data-message-id'), top: message?.getBoundingClientRect().top ?? 0 }
  })
  return () =>
    first.evaluate(async ({ id, top }) => {
      await new Promise((drawn) => requestAnimationFrame(() => setTimeout(drawn)))
      const now = document.querySelector(`[data-message-id="${id}"]`)?.getBoundingClientRect().top ?? Infinity
      return Math.abs(now - top)
    })
}

test('3. and 6. what comes in moves no reader; the pill counts it, and leads to the first unseen', async ({
  page,
  chat,
  simulator,
}) => {
  const id = await meetAgent(chat, simulator)
  await sayMany(chat, simulator, id, 40, 'old')
  await chat.log.hover()
  await page.mouse.wheel(0, -300)
  await expect(page.getByRole('button', { name: 'Jump to the latest' })).toBeVisible()
  const moved = await watchFirstVisible(page)
  await sayMany(chat, simulator, id, 49, 'new')
  expect(await moved()).toBeLessThanOrEqual(1)

  const pill = page.getByRole('button', { name: '50 new messages' })
  await pill.click()
  const firstUnseen = chat.bubbles.nth(42) // After "Hello" and the 41 old ones.
  await expect(firstUnseen).toBeInViewport()
  await expect(firstUnseen).toContainText('new')
  await expect(chat.bubble('new end')).not.toBeInViewport()
})

test('4. and 5. a long conversation opens at its end; earlier pages move nothing', async ({
  page,
  chat,
  simulator,
}) => {
  const id = await meetAgent(chat, simulator)
  await sayMany(chat, simulator, id, 499)
  await page.addInitScript(() => {
    const distances: number[] = []
    Object.assign(globalThis, { distances })
    const look = () => {
      const log = document.querySelector('[role=log]')
      if (log?.querySelector('[data-message-id]')) distances.push(log.scrollHeight - log.clientHeight - log.scrollTop)
      requestAnimationFrame(() => setTimeout(look))
    }
    look()
  })
  await page.reload()
  await expect(chat.bubble('message end')).toBeInViewport()
  const distances = await page.evaluate(() => (globalThis as unknown as { distances: number[] }).distances)
  expect(distances.filter((distance) => distance > 2)).toEqual([])

  const count = () => chat.bubbles.count()
  await chat.log.hover()
  for (let page_ = 0; page_ < 3; page_++) {
    const before = await count()
    await chat.log.evaluate((log) => (log.scrollTop = 300))
    const moved = await watchFirstVisible(page)
    await expect.poll(count).toBeGreaterThan(before)
    expect(await moved()).toBeLessThanOrEqual(1)
  }
})

test('7. at 320 px and 400 % nothing scrolls sideways, and the composer can be reached', async ({
  page,
  chat,
  simulator,
}) => {
  const id = await meetAgent(chat, simulator)
  await sayMany(chat, simulator, id, 9)
  await page.setViewportSize({ width: 320, height: 256 }) // 1280 × 1024 at 400 % (WCAG 1.4.10).
  const overflow = () => page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth)
  expect(await overflow()).toBeLessThanOrEqual(0)
  await chat.composer.focus()
  await expect(chat.composer).toBeInViewport({ ratio: 0.9 })
  await expect(chat.sendButton).toBeInViewport({ ratio: 0.9 })
  await expect(chat.bubble('message end')).toBeInViewport()
})

test('8. a phone’s keyboard leaves composer and last message in sight', async ({ page, chat, simulator }) => {
  await page.setViewportSize({ width: 390, height: 844 })
  const id = await meetAgent(chat, simulator)
  await sayMany(chat, simulator, id, 19)
  await chat.composer.focus()
  await page.setViewportSize({ width: 390, height: 420 }) // What interactive-widget=resizes-content makes of it.
  await expect(chat.composer).toBeInViewport({ ratio: 1 })
  await expect(chat.bubble('message end')).toBeInViewport({ ratio: 1 })
  await expect.poll(() => fromEnd(page)).toBeLessThanOrEqual(2)
})

test('9. text set wider is clipped nowhere', async ({ page, chat, simulator }) => {
  await page.setViewportSize({ width: 360, height: 640 })
  const id = await meetAgent(chat, simulator, 'Ingrid Solberg-Halvorsen')
  await sayMany(chat, simulator, id, 3)
  // WCAG 1.4.12.
  await page.evaluate(() => {
    for (const element of document.querySelectorAll<HTMLElement>('*')) {
      element.style.cssText += 'line-height:1.5!important;letter-spacing:.12em!important;word-spacing:.16em!important'
    }
  })
  const clipped = await page.locator('article, .caption, .name, button, header p').evaluateAll((elements) =>
    elements
      .filter((element) => element.clientWidth > 1 && getComputedStyle(element).overflow !== 'visible')
      .filter((element) => element.scrollWidth > element.clientWidth || element.scrollHeight > element.clientHeight)
      .map((element) => element.outerHTML.slice(0, 80)),
  )
  expect(clipped).toEqual([])
  expect(await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth)).toBeLessThanOrEqual(0)
})

test('10. no word, address or line is too long', async ({ page, chat, simulator }) => {
  await page.setViewportSize({ width: 360, height: 640 })
  const id = await meetAgent(chat, simulator)
  const long = ['w'.repeat(4_000), `https://harborlane.example/${'path/'.repeat(200)}`, 'שלום'.repeat(500)]
  for (const text of long) await simulator.control.sendAgentMessage(id, text)
  await expect(chat.bubbles).toHaveCount(4)
  await chat.composer.fill('w'.repeat(20_000))
  const wide = await page.locator('main *').evaluateAll((elements) => {
    const { right, left } = document.querySelector('main')?.getBoundingClientRect() ?? { right: 0, left: 0 }
    const boxes = elements.filter((one) => !one.closest('.visually-hidden')).map((one) => one.getBoundingClientRect())
    return boxes.filter((box) => box.right > right + 1 || box.left < left - 1).length
  })
  expect(wide).toBe(0)
  await expect(page.getByText('This is too long for one message.')).toBeVisible()
  await expect(chat.sendButton).toBeDisabled()
})

test('30. every text reads in its own direction', async ({ page, chat, simulator }) => {
  const id = await meetAgent(chat, simulator)
  await simulator.control.sendAgentMessage(id, 'مرحبا')
  const direction = (text: string) =>
    page
      .getByRole('log')
      .getByText(text, { exact: true })
      .evaluate((element) => getComputedStyle(element).direction)
  await expect(chat.bubble('مرحبا')).toBeVisible()
  expect(await direction('مرحبا')).toBe('rtl')
  expect(await direction('Hello')).toBe('ltr')
})

test('37. too much at once: the page says how long it waits, and sends by itself', async ({ page, chat }) => {
  await chat.send('Hello')
  await expect(chat.bubble('Hello')).toHaveAttribute('data-state', 'sent')
  let refusals = 0
  await page.route('**/messages', async (route) => {
    if (route.request().method() !== 'POST' || refusals > 0) return route.fallback()
    refusals++
    const problem = {
      type: 'about:blank',
      title: 'Too many requests',
      status: 429,
      detail: 'Wait.',
      code: 'rate-limited',
    }
    const body = { ...problem, requestId: 'request-1', retryAfterSeconds: 8 }
    await route.fulfill({ status: 429, headers: { 'content-type': 'application/problem+json' }, json: body })
  })
  await chat.send('a lot')
  await expect(page.getByText(/^That was a lot at once; sending goes on\s*in [1-8] s/)).toBeVisible()
  await expect(chat.bubble('a lot')).toHaveAttribute('data-state', 'sent', { timeout: 20_000 })
  expect(await chat.texts()).toEqual(['Hello', 'a lot'])
})

test('37. thirty at once: soon after the first refusal the page says why it waits and how long, once, and all arrive', async ({
  page,
  chat,
}) => {
  await chat.send('Hello')
  await expect(chat.bubble('Hello')).toHaveAttribute('data-state', 'sent')
  const heard = await listen(page)
  await page.evaluate(watchPause)
  const refused: string[] = []
  page.on('response', (response) => {
    if (response.status() === 429) refused.push(new URL(response.url()).pathname.replace(/^.*\//, ''))
  })
  const texts = Array.from({ length: 30 }, (_, number) => `short ${number}`)
  await chat.composer.focus()
  for (const text of texts) {
    await page.keyboard.type(text)
    await page.keyboard.press('Enter')
  }
  const counted = page.getByText(/^That was a lot at once; sending goes on\s*in \d+ sec/)
  await expect(counted).toBeVisible()
  const { refusedAtMs, toldAtMs } = await page.evaluate(readPause)
  expect(toldAtMs - refusedAtMs).toBeLessThan(1000)

  await expect(page.locator('[data-state=sent]').filter({ hasText: 'short' })).toHaveCount(30, { timeout: 60_000 })
  await expect(page.getByText('That was a lot at once')).toBeHidden()
  expect(await chat.texts()).toEqual(['Hello', ...texts])
  expect((await heard()).filter((text) => text.startsWith('That was a lot'))).toHaveLength(1)
  expect(new Set(refused)).toEqual(new Set(['messages']))
})

interface Pause {
  /** When the answer of the first refused request was there. */
  refusedAtMs: number
  /** When the wait was first seen with its seconds. */
  toldAtMs: number
}

/** Remembers both by the page's own clock. */
function watchPause() {
  const pause: Pause = { refusedAtMs: NaN, toldAtMs: NaN }
  Object.assign(globalThis, { pause })
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries() as PerformanceResourceTiming[]) {
      if (entry.responseStatus === 429 && Number.isNaN(pause.refusedAtMs)) pause.refusedAtMs = entry.responseEnd
    }
  }).observe({ type: 'resource' })
  new MutationObserver(() => {
    const regions = [...document.querySelectorAll('[role=status]')]
    const isTold = regions.some(({ textContent }) => /sending goes on\s*in \d/.test(textContent ?? ''))
    if (isTold && Number.isNaN(pause.toldAtMs)) pause.toldAtMs = performance.now()
  }).observe(document.body, { childList: true, subtree: true, characterData: true })
}

const readPause = () => (globalThis as unknown as { pause: Pause }).pause

test.describe('where texts are Markdown', () => {
  test.use({ environment: WEB_MESSAGING })

  test('38. what would run elsewhere is only read here', async ({ chat, simulator }) => {
    const id = await meetAgent(chat, simulator)
    const corpus = [
      '<script>alert(1)</script>',
      '<img src=x onerror=alert(1)>',
      '"><svg onload=alert(1)>',
      '[click](javascript:alert(1))',
      '[click](data:text/html,<script>alert(1)</script>)',
      '*<iframe srcdoc="<script>alert(1)</script>">*',
      'javascript:alert(1)',
      '{{constructor.constructor("alert(1)")()}}',
      '`<b>` ```<style>*{display:none}</style>```',
    ]
    for (const text of corpus) await simulator.control.sendAgentMessage(id, text)
    await expect(chat.bubbles).toHaveCount(corpus.length + 1)
    await expect(chat.bubble('<img src=x onerror=alert(1)>')).toBeVisible()
    await expect(chat.log.locator('script, iframe, svg[onload], img[onerror], style')).toHaveCount(0)
    await expect(chat.bubbles.getByRole('link')).toHaveCount(0)
    expect(chat.complaints).toEqual([])
  })

  test('39. what this version does not know can be read', async ({ chat, simulator }) => {
    const id = await meetAgent(chat, simulator)
    await simulator.control.sendAgentContent(id, [{ contentType: 'Location', location: { text: 'A map of Pier 3' } }])
    const bubble = chat.bubble('A map of Pier 3')
    await expect(bubble).toContainText('This message holds something this chat cannot show.')
  })
})

for (const minutes of [-10, 10]) {
  test(`40. a clock ${minutes} minutes off changes no order`, async ({ page, chat, simulator }) => {
    await page.clock.setSystemTime(Date.now() + minutes * 60_000)
    await chat.open()
    const id = await meetAgent(chat, simulator)
    await simulator.control.sendAgentMessage(id, 'first answer')
    await expect(chat.bubble('first answer')).toBeVisible()
    await chat.send('second question')
    await expect(chat.bubble('second question')).toHaveAttribute('data-state', 'sent')
    await simulator.control.sendAgentMessage(id, 'second answer')
    await expect(chat.bubble('second answer')).toBeVisible()
    const order = ['Hello', 'first answer', 'second question', 'second answer']
    expect(await chat.texts()).toEqual(order)
    await page.reload()
    await expect(chat.bubble('second answer')).toBeVisible()
    expect(await chat.texts()).toEqual(order)
  })
}
