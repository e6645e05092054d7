import type { Locator, Page } from '@playwright/test'
import { expect } from './fixtures.ts'

/** What has the focus, in words a guest would know it by. */
export const focused = (page: Page): Promise<string> =>
  page.evaluate(() => {
    const element = document.activeElement
    if (!element || element === document.body) return ''
    const label = element.getAttribute('aria-label') ?? element.textContent?.trim() ?? ''
    return element.hasAttribute('data-message-id') ? `message ${element.textContent?.trim()}` : label
  })

/** Goes on by Tab until `target` has the focus; never touches it otherwise. */
export async function tabTo(page: Page, target: Locator, key: 'Tab' | 'Shift+Tab' = 'Tab'): Promise<void> {
  for (let stops = 0; stops < 40; stops++) {
    if (await target.evaluate((element) => element === document.activeElement)) return
    await page.keyboard.press(key)
  }
  throw new Error(`not reached by ${key}: ${String(target)}`)
}

/** The stops of the Tab key from where the focus is, that one left out, until it leaves the page or has been there. */
export async function stops(page: Page): Promise<string[]> {
  const seen: string[] = []
  for (let at = 0; at < 60; at++) {
    await page.keyboard.press('Tab')
    const now = await focused(page)
    if (now === '' || seen.includes(now)) break
    seen.push(now)
  }
  return seen
}

/** Opens the page's live regions to view: what is added to them from now on, in order. */
export async function listen(page: Page): Promise<() => Promise<string[]>> {
  await page.addInitScript(watchLiveRegions)
  await page.evaluate(watchLiveRegions)
  return () => page.evaluate(() => (globalThis as unknown as { heard?: string[] }).heard ?? [])
}

/** As a screen reader does: what comes to be inside a live region, with its text, and what changes there. */
function watchLiveRegions() {
  const heard: string[] = []
  if ('heard' in globalThis) return
  Object.assign(globalThis, { heard })
  const note = (node: Node) => {
    // A region that comes with words in it is heard only as an alert. The nearest region decides.
    const inside = node instanceof Element && node.matches('[role=alert]') ? node : node.parentElement
    const region = inside?.closest('[role=status], [role=alert], [aria-live]')
    if (!region || region.getAttribute('aria-live') === 'off' || inside?.closest('[aria-hidden=true]')) return
    const text = node.textContent?.trim() ?? ''
    if (text !== '') heard.push(text)
  }
  const start = () =>
    new MutationObserver((changes) => {
      for (const { type, target, addedNodes } of changes) {
        if (type === 'characterData') note(target)
        for (const node of addedNodes) if (node.nodeType !== Node.COMMENT_NODE) note(node)
      }
    }).observe(document.body, { childList: true, subtree: true, characterData: true })
  if (document.body) start()
  else document.addEventListener('DOMContentLoaded', start)
}

/** Whether what has the focus can be seen where it is: its middle, or an edge of it, is not behind anything else. */
export const isFocusInSight = (page: Page): Promise<boolean> =>
  page.evaluate(() => {
    const element = document.activeElement
    if (!element || element === document.body) return true
    const { left, top, width, height } = element.getBoundingClientRect()
    const points = [0.1, 0.5, 0.9].flatMap((x) => [0.1, 0.5, 0.9].map((y) => [left + x * width, top + y * height]))
    return points.some(([x = 0, y = 0]) => {
      const there = document.elementFromPoint(x, y)
      return there !== null && (element.contains(there) || there.contains(element.closest('label')))
    })
  })

/** Said by the agent: many messages, every third with a link in it. */
export const withLinks = (count: number): string[] =>
  Array.from({ length: count }, (_, at) => (at % 3 ? `line ${at}.` : `line ${at}: https://harborlane.example/${at}`))

export async function expectFocusInSight(page: Page): Promise<void> {
  expect(await isFocusInSight(page), await focused(page)).toBe(true)
  expect(await hasRing(page), await focused(page)).toBe(true)
}

/** Whether what has the focus, or the frame it stands in, is marked for it. */
const hasRing = (page: Page): Promise<boolean> =>
  page.evaluate(() => {
    const element = document.activeElement
    if (!element || element === document.body) return true // It has left the page.
    return [element, element.closest('label, .field')].some((one) => {
      if (!one) return false
      const { outlineStyle, outlineWidth, boxShadow } = getComputedStyle(one)
      return (outlineStyle !== 'none' && outlineWidth !== '0px') || (one.matches('.field') && boxShadow !== 'none')
    })
  })
