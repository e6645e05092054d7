import type { Page } from '@playwright/test'
import { fromEnd, haveHistory, meetAgent, sayMany, workOf } from './conversation-stage.ts'
import { expect, test } from './fixtures.ts'
import { focused } from './keyboard.ts'

/*
 * Checks of speed, numbered as the list they come from (ux.md §5b). What is held to a bound is the work of the page's main
 * thread, in its own time: on a machine that does other things as well, the time on the clock would be theirs.
 */

test.describe.configure({ timeout: 180_000 })
// A trace takes a picture of the document at each step: that is work of its own.
test.use({ contextOptions: { reducedMotion: 'reduce' }, trace: 'off' })

/** Of one of many: what it takes to measure is shared by them, too. */
async function workOfEach(page: Page, count: number, action: (at: number) => Promise<unknown>): Promise<number> {
  const all = await workOf(page, async () => {
    for (let at = 0; at < count; at++) await action(at)
  })
  return all / count
}

const workOfKeystroke = (page: Page) => workOfEach(page, 30, () => page.keyboard.type('e'))

test('11., 12., 13. and 17. with five hundred messages', async ({ page, chat, simulator }) => {
  const id = await meetAgent(chat, simulator)
  await sayMany(chat, simulator, id, 499)
  await chat.composer.focus()

  const keystroke = await workOfKeystroke(page)
  expect(keystroke, '12. a keystroke').toBeLessThan(50)
  expect(4 * keystroke, '11. an interaction, on a phone four times slower').toBeLessThan(200)

  await page.keyboard.press('Enter')
  const sent = await workOfEach(page, 10, async (at) => {
    await page.keyboard.type(`${at}`)
    await page.keyboard.press('Enter')
    await expect(chat.bubbles.last()).toHaveText(`${at}`)
  })
  expect(sent, '13. a message sent: typed, drawn, and all that comes back').toBeLessThan(100)

  // Looked for once: to look through five hundred for each of them is work of the page, too.
  const arrived = await workOfEach(page, 10, async (at) => {
    await simulator.control.sendAgentMessage(id, `arrival ${at}`)
    if (at === 9) await expect(chat.bubble('arrival 9')).toBeInViewport()
  })
  expect(arrived, '17. a message that comes in').toBeLessThan(100)
})

test('12. a keystroke, with ten thousand messages', async ({ page, chat, simulator }) => {
  await meetAgent(chat, simulator)
  await haveHistory(page, 10_000)
  await expect(chat.bubble('message 10000.')).toBeInViewport()
  expect(await fromEnd(page)).toBeLessThanOrEqual(2)
  expect(await chat.bubbles.count(), 'drawn').toBeLessThan(1_000)
  await chat.composer.focus()
  expect(await workOfKeystroke(page)).toBeLessThan(50)

  await chat.log.hover()
  await page.mouse.wheel(0, -4_000)
  await expect(chat.bubble('message 10000.')).not.toBeInViewport()
  const scrolling = await workOfEach(page, 20, () => page.mouse.wheel(0, -400))
  expect(scrolling, 'a turn of the wheel').toBeLessThan(50)
})

test('23. with ten thousand messages an arrow key costs what is seen', async ({ page, chat, simulator }) => {
  await meetAgent(chat, simulator)
  await haveHistory(page, 10_000)
  await expect(chat.bubble('message 10000.')).toBeInViewport()
  await chat.composer.press('Shift+Tab')
  await expect(chat.bubble('message 10000.')).toBeFocused()
  await page.keyboard.press('ArrowUp')
  const press = await workOfEach(page, 30, () => page.keyboard.press('ArrowUp'))
  await expect(chat.bubble('message 9969.')).toBeFocused()
  expect(press).toBeLessThan(50)
  await page.keyboard.press('Home')
  const first = await focused(page)
  await page.keyboard.press('Home')
  expect(await focused(page), 'earlier ones have been drawn').not.toBe(first)
  expect(await chat.bubbles.count()).toBeLessThan(2_000)
})

test('16. two thousand messages take less than 60 MB', async ({ page, chat, simulator }) => {
  await meetAgent(chat, simulator)
  await haveHistory(page, 2_000)
  await expect(chat.bubble('message 2000.')).toBeInViewport()
  const browser = await page.context().newCDPSession(page)
  await browser.send('HeapProfiler.collectGarbage')
  const { usedSize } = await browser.send('Runtime.getHeapUsage')
  expect(usedSize / 1_000_000).toBeLessThan(60)
})
