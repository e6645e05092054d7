import type { Browser, CDPSession } from '@playwright/test'

/*
 * One cold load on a slow phone and line, watched from within the page by a few listeners and told through a binding:
 * asking the page how far it is would cost it the very time that is measured. From the commit on a key is struck again
 * and again, as an impatient guest does: first a letter until one is seen in the box, then Enter until a message leaves.
 */

const CPU_SLOWDOWN = 4
/** Slow 4G as Chromium's own tools name it: 150 ms, 1.6 Mbit/s down, 750 kbit/s up. */
const SLOW_4G = { offline: false, latency: 150, downloadThroughput: 200_000, uploadThroughput: 93_750 }
const STRIKE_MS = 20
const PATIENCE_MS = 20_000

/** Milliseconds from the start of the navigation. */
export interface ColdLoad {
  readonly firstPaintMs: number
  /** The paint in which the text box stands, enabled. */
  readonly boxMs: number
  /** The frame after which the first letter struck stands in the box. */
  readonly typedMs: number
  /** The first Enter that is no line break any more: the script has taken over. Undefined for a page without script. */
  readonly takenMs: number | undefined
  /** The Enter whose message left for the server. */
  readonly sendsMs: number | undefined
}

/** Loads the page in a browser that has seen nothing. Throws when it cannot be typed into, or what was typed is lost. */
export async function loadCold(
  browser: Browser,
  url: string,
  { hasScript }: { hasScript: boolean },
): Promise<ColdLoad> {
  const context = await browser.newContext({ viewport: { width: 360, height: 720 } })
  const page = await context.newPage()
  const cdp = await context.newCDPSession(page)
  await slowDown(cdp)
  const moments = await watch(cdp)
  await page.addInitScript(watchBox)
  const posted = page.waitForRequest((request) => request.method() === 'POST' && request.url().endsWith('/messages'), {
    timeout: hasScript ? PATIENCE_MS : 0,
  })
  posted.catch(() => undefined)
  await page.goto(url, { waitUntil: 'commit' })

  await strikeUntil(cdp, LETTER, moments.first('typed'))
  if (hasScript) {
    await strikeUntil(cdp, ENTER, posted)
    const { text } = (await posted).postDataJSON() as { text: string }
    if (!/^a+$/.test(text)) throw new Error(`struck the letter a, sent ${JSON.stringify(text)}`)
  }
  const firstPaintMs = await moments.first('first-contentful-paint')
  const boxMs = Math.max(await moments.first('box'), firstPaintMs)
  const typedMs = await moments.first('typed')
  await context.close()
  return { firstPaintMs, boxMs, typedMs, takenMs: moments.last('taken', 0), sendsMs: moments.last('sent') }
}

async function slowDown(cdp: CDPSession): Promise<void> {
  await cdp.send('Network.enable')
  await cdp.send('Network.setCacheDisabled', { cacheDisabled: true })
  await cdp.send('Network.emulateNetworkConditions', SLOW_4G)
  await cdp.send('Emulation.setCPUThrottlingRate', { rate: CPU_SLOWDOWN })
}

type Moment = 'first-paint' | 'first-contentful-paint' | 'box' | 'typed' | 'taken' | 'sent'

/** What `watchBox` notes, as it notes it. */
async function watch(cdp: CDPSession) {
  const noted: { name: Moment; ms: number }[] = []
  let wake = Promise.withResolvers<undefined>()
  cdp.on('Runtime.bindingCalled', ({ payload }) => {
    const [name, ms] = JSON.parse(payload) as [Moment, number]
    noted.push({ name, ms })
    wake.resolve(undefined)
    wake = Promise.withResolvers()
  })
  await cdp.send('Runtime.enable')
  await cdp.send('Runtime.addBinding', { name: 'note' })
  return {
    async first(name: Moment): Promise<number> {
      for (;;) {
        const found = noted.find((moment) => moment.name === name)
        if (found) return found.ms
        await wake.promise
      }
    },
    /** Of those so far; the first with 0. */
    last: (name: Moment, at = -1) => noted.filter((moment) => moment.name === name).at(at)?.ms,
  }
}

/** Runs in the page, before anything of it. */
function watchBox(): void {
  const note = (name: Moment, ms = performance.now()) =>
    (window as unknown as { note(payload: string): void }).note(JSON.stringify([name, ms]))
  const box = () => document.querySelector('textarea')
  new PerformanceObserver((list) => {
    for (const { name, startTime } of list.getEntries()) note(name as Moment, startTime)
  }).observe({ type: 'paint', buffered: true })

  const observer = new MutationObserver(() => {
    if (box()?.disabled !== false) return
    observer.disconnect()
    note('box')
    // With the first frame, which lays the page out in any case: to focus is to lay out.
    requestAnimationFrame(() => box()?.focus())
  })
  observer.observe(document, { childList: true, subtree: true })
  addEventListener('input', () => requestAnimationFrame(() => setTimeout(() => note('typed'))), { once: true })

  let before = ''
  addEventListener('keydown', () => void (before = box()?.value ?? ''), { capture: true })
  addEventListener('keydown', ({ key, defaultPrevented }) => {
    const atMs = performance.now()
    if (key !== 'Enter' || !defaultPrevented) return
    note('taken', atMs)
    if (before !== '') setTimeout(() => box()?.value === '' && note('sent', atMs))
  })
}

const LETTER = { key: 'a', code: 'KeyA', text: 'a', windowsVirtualKeyCode: 65 }
const ENTER = { key: 'Enter', code: 'Enter', text: '\r', windowsVirtualKeyCode: 13 }

async function strikeUntil(cdp: CDPSession, key: typeof LETTER, moment: Promise<unknown>): Promise<void> {
  const strike = () => {
    // Nothing listens while a document is exchanged for another.
    for (const type of ['keyDown', 'keyUp'] as const) {
      cdp.send('Input.dispatchKeyEvent', { ...key, type }).catch(() => undefined)
    }
  }
  const striking = setInterval(strike, STRIKE_MS)
  const giveUp = Promise.withResolvers<never>()
  const patience = setTimeout(() => giveUp.reject(new Error(`${key.code} had no effect`)), PATIENCE_MS)
  try {
    await Promise.race([moment, giveUp.promise])
  } finally {
    clearInterval(striking)
    clearTimeout(patience)
  }
}
