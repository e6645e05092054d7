import type { Browser, Page } from '@playwright/test'

/** A slow phone on a slow line: CPU four times slower, Slow 4G as Chromium's own tools name it. */
const CPU_SLOWDOWN = 4
const SLOW_4G = { offline: false, latency: 150, downloadThroughput: 200_000, uploadThroughput: 93_750 }

export interface ColdLoad {
  /** Milliseconds from the start of the navigation. */
  readonly firstPaintMs: number
  readonly usableMs: number
  /** When the script has taken over, and Enter sends; undefined for a page without script. */
  readonly sendsMs: number | undefined
}

/**
 * Loads a page in a browser that has seen nothing. `usableMs`: the paint in which the text box stands; it needs no script
 * to take what is typed, which is shown by typing into it.
 */
export async function loadCold(
  browser: Browser,
  url: string,
  { hasScript }: { hasScript: boolean },
): Promise<ColdLoad> {
  const context = await browser.newContext({ viewport: { width: 360, height: 720 } })
  const page = await context.newPage()
  const cdp = await context.newCDPSession(page)
  await cdp.send('Network.enable')
  await cdp.send('Network.setCacheDisabled', { cacheDisabled: true })
  await cdp.send('Network.emulateNetworkConditions', SLOW_4G)
  await cdp.send('Emulation.setCPUThrottlingRate', { rate: CPU_SLOWDOWN })
  await page.addInitScript(watchTextBox)
  await page.goto(url, { waitUntil: 'commit' })
  await page.getByRole('textbox').pressSequentially('a')
  const typed = await page.getByRole('textbox').inputValue()
  if (typed !== 'a') throw new Error(`typed "a", the box holds "${typed}"`)
  const times = await readTimes(page)
  const sendsMs = hasScript ? await readTakeOver(page) : undefined
  await context.close()
  return { ...times, sendsMs }
}

/** Runs in the page, before anything of it: notes when the box is in the document, enabled. */
function watchTextBox(): void {
  const watched: { boxMs?: number } = {}
  Object.assign(window, { watched })
  const look = () => {
    const box = document.querySelector('textarea')
    if (!box || box.disabled) return
    watched.boxMs = performance.now()
    observer.disconnect()
  }
  const observer = new MutationObserver(look)
  observer.observe(document, { childList: true, subtree: true, attributes: true })
}

async function readTimes(page: Page): Promise<{ firstPaintMs: number; usableMs: number }> {
  const handle = await page.waitForFunction(() => {
    const { boxMs } = (window as unknown as { watched: { boxMs?: number } }).watched
    const paint = performance.getEntriesByName('first-contentful-paint')[0]
    if (!paint || boxMs === undefined) return undefined
    return { firstPaintMs: paint.startTime, usableMs: Math.max(paint.startTime, boxMs) }
  })
  return (await handle.jsonValue()) as { firstPaintMs: number; usableMs: number }
}

/** The script's first act, once it runs the page, is to ask whether there is a session. */
async function readTakeOver(page: Page): Promise<number> {
  const handle = await page.waitForFunction(
    () => performance.getEntriesByType('resource').find(({ name }) => name.endsWith('/api/session'))?.startTime,
  )
  return (await handle.jsonValue()) as number
}
