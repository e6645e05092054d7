import type { CDPSession, Page } from '@playwright/test'
import { workOf } from './conversation-stage.ts'
import { expect, test } from './fixtures.ts'

/*
 * Checks 14 and 15 of the list (ux.md §5b), as far as there is something to open: a page of its own, without a launcher.
 * What is held to a bound is what another program on the machine cannot change: the main thread's own time, bytes, and what
 * has to be fetched one after the other.
 */

test.use({ contextOptions: { reducedMotion: 'reduce' }, trace: 'off' })

interface TraceEvent {
  readonly name: string
  readonly pid: number
  readonly tid: number
  /** In µs of the thread's own time. */
  readonly tdur?: number
  readonly args?: { readonly name?: string }
}

/** The longest task of the main thread of the page while `action` runs, in ms of its own time. */
async function longestTaskOf(browser: CDPSession, action: () => Promise<unknown>): Promise<number> {
  const events: TraceEvent[] = []
  const collect = ({ value }: { value: object[] }) => void events.push(...(value as unknown as TraceEvent[]))
  browser.on('Tracing.dataCollected', collect)
  await browser.send('Tracing.start', {
    transferMode: 'ReportEvents',
    traceConfig: { includedCategories: ['toplevel', '__metadata'] },
  })
  await action()
  const done = new Promise((resolve) => browser.once('Tracing.tracingComplete', resolve))
  await browser.send('Tracing.end')
  await done
  browser.off('Tracing.dataCollected', collect)
  const mains = events.filter(({ name, args }) => name === 'thread_name' && args?.name === 'CrRendererMain')
  const isMain = ({ pid, tid }: TraceEvent) => mains.some((main) => main.pid === pid && main.tid === tid)
  const tasks = events.filter((event) => event.name.endsWith('RunTask') && isMain(event))
  expect(tasks.length, 'tasks seen').toBeGreaterThan(10)
  return Math.max(...tasks.map(({ tdur = 0 }) => tdur)) / 1000
}

const opened = (page: Page) => page.getByRole('textbox', { name: 'Message' })

test('14. before the chat is opened no task of the page takes longer than 50 ms', async ({ page, foyer }) => {
  const browser = await page.context().newCDPSession(page)
  const load = () =>
    longestTaskOf(browser, async () => {
      await page.goto(foyer.url)
      await page.waitForLoadState('networkidle')
    })
  // Of three: who shares the processor makes one longer, and none shorter.
  const longest = [await load(), await load(), await load()]
  expect(Math.min(...longest), longest.join(', ')).toBeLessThan(50)
})

test('15. warm: until the composer is focused and takes a letter, less than 300 ms of work', async ({
  page,
  foyer,
}) => {
  await page.goto(foyer.url)
  await page.waitForLoadState('networkidle')
  const work = await workOf(page, async () => {
    await page.reload()
    await opened(page).click()
    await page.keyboard.type('a')
    await expect(opened(page)).toHaveValue('a')
  })
  expect(work).toBeLessThan(300)
})

test('15. cold, over Slow 4G: one answer of less than 14 kB, and the composer takes what is typed', async ({
  page,
  foyer,
}) => {
  const network = await page.context().newCDPSession(page)
  await network.send('Network.enable')
  await network.send('Network.setCacheDisabled', { cacheDisabled: true })
  // The browser's own "Slow 4G".
  const conditions = { offline: false, latency: 562.5, downloadThroughput: 180_000, uploadThroughput: 84_375 }
  await network.send('Network.emulateNetworkConditions', conditions)
  let scripts = 0
  let isLetThrough = () => {}
  const letThrough = new Promise<void>((resolve) => (isLetThrough = resolve))
  await page.route('**/*.js', async (route) => {
    scripts++
    await letThrough
    await route.continue()
  })
  await page.goto(foyer.url, { waitUntil: 'commit' })
  await opened(page).click()
  await page.keyboard.type('before any script')
  await expect(opened(page)).toHaveValue('before any script')
  expect(scripts, 'asked for, and not needed for this').toBeGreaterThan(0)
  const document = await page.evaluate(() => {
    const [{ transferSize, responseEnd, requestStart }] = performance.getEntriesByType('navigation') as [
      PerformanceNavigationTiming,
    ]
    const others = performance.getEntriesByType('resource').length
    return { transferSize, tookMs: responseEnd - requestStart, others }
  })
  expect(document.transferSize, 'bytes: what the first flight of a new connection carries').toBeLessThan(14_600)
  expect(document.tookMs).toBeLessThan(1_000)
  isLetThrough()
  await expect(opened(page)).toHaveValue('before any script')
  await expect(page.getByRole('button', { name: 'Send message' })).toBeEnabled()
})
