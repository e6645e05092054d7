import type { Language } from '@foyer/shared/protocol/languages'
import { chromium, type Browser } from '@playwright/test'
import { rm, writeFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { buildGallery, GalleryPage } from './gallery-page.ts'
import config from './playwright.config.ts'

/* `pnpm run screenshots`: makes the pictures of docs/screens.md anew. Clock, zone and language stand still. */

const STATES = {
  empty: 'start/empty',
  'first-messages': 'conversation/first-messages',
  'structured-content': 'content/carousel',
  upload: 'files/uploading',
  failure: 'trouble/failed',
  offline: 'trouble/offline',
  ended: 'ending/rating',
}
interface Look {
  width: number
  colorScheme: 'light' | 'dark'
  language: Language
}
const LOOKS: readonly Look[] = [
  { width: 360, colorScheme: 'light', language: 'en' },
  { width: 768, colorScheme: 'dark', language: 'en' },
  { width: 1280, colorScheme: 'light', language: 'ar' },
]
const HEIGHT = 740
const GAP = 16
const QUALITY = 82

const folder = await buildGallery()
const browser = await chromium.launch(config.use?.launchOptions)
const shots = await Promise.all(LOOKS.map((look) => takeAll(browser, look)))
for (const name of Object.keys(STATES)) {
  const sheet = await compose(
    browser,
    shots.flatMap((shot) => shot[name] ?? []),
  )
  await writeFile(fileURLToPath(new URL(`../docs/images/${name}.webp`, import.meta.url)), sheet)
}
await browser.close()
await rm(folder, { recursive: true })

/** The states in one look: PNG by the name of the picture. */
async function takeAll(browser: Browser, { width, colorScheme, language }: Look): Promise<Record<string, Buffer>> {
  const context = await browser.newContext({
    ...{ viewport: { width, height: HEIGHT }, colorScheme, reducedMotion: 'reduce' },
    ...{ locale: 'en-GB', timezoneId: 'Europe/Berlin' },
  })
  const page = await context.newPage()
  await page.clock.setFixedTime('2026-03-10T13:12:00.000Z')
  const gallery = await GalleryPage.open(page, folder)
  const taken: Record<string, Buffer> = {}
  for (const [name, state] of Object.entries(STATES)) {
    await gallery.show(state, language)
    taken[name] = await page.screenshot()
  }
  await context.close()
  return taken
}

/** Side by side, as one WebP. */
async function compose(browser: Browser, pictures: readonly Buffer[]): Promise<Buffer> {
  const width = LOOKS.reduce((total, look) => total + look.width + GAP, GAP)
  const viewport = { width, height: HEIGHT + 2 * GAP }
  const page = await browser.newPage({ viewport })
  const images = pictures.map((png) => `<img src="data:image/png;base64,${png.toString('base64')}">`)
  await page.setContent(
    `<body style="display: flex; gap: ${GAP}px; margin: ${GAP}px; background: #c9ced8">${images.join('')}</body>`,
  )
  const chrome = await page.context().newCDPSession(page)
  const { data } = await chrome.send('Page.captureScreenshot', { format: 'webp', quality: QUALITY })
  await page.close()
  return Buffer.from(data, 'base64')
}
