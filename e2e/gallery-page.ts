import type { Language } from '@foyer/shared/protocol/languages'
import { test as base, type Page } from '@playwright/test'
import { execFile } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

export { expect } from '@playwright/test'

/** What the gallery lets itself be driven by (apps/web/gallery/main.ts). */
declare const gallery: {
  names: string[]
  show(name: string, language?: Language, primaryColor?: string): Promise<void>
}

const web = fileURLToPath(new URL('../apps/web', import.meta.url))
/** Nothing listens there: what is asked of it is answered from a folder. */
const ORIGIN = 'https://gallery.example'

/** Every state of the page, shown one after the other in one page of the browser. */
export class GalleryPage {
  readonly page: Page

  private constructor(page: Page) {
    this.page = page
  }

  static async open(page: Page, folder: string): Promise<GalleryPage> {
    await page.route(`${ORIGIN}/**`, (route) =>
      route.fulfill({ path: join(folder, new URL(route.request().url()).pathname) }),
    )
    await page.goto(`${ORIGIN}/gallery.html?bare`)
    await page.waitForFunction(() => 'gallery' in globalThis)
    return new GalleryPage(page)
  }

  names(): Promise<string[]> {
    return this.page.evaluate(() => gallery.names)
  }

  /** Resolves once all of it is drawn; rejects where what tells this state from others is not seen. */
  async show(name: string, language: Language = 'en', primaryColor?: string): Promise<void> {
    const how = [name, language, primaryColor] as const
    await this.page.evaluate(([name, language, color]) => gallery.show(name, language, color), how)
  }
}

/** Builds the gallery into a folder of its own. */
export async function buildGallery(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'foyer-gallery-'))
  const vite = join(web, 'node_modules', '.bin', 'vite')
  await promisify(execFile)(vite, ['build', '-c', 'gallery/vite.config.ts', '--outDir', folder], { cwd: web })
  return folder
}

export const test = base.extend<{ gallery: GalleryPage }, { galleryFolder: string }>({
  galleryFolder: [
    async ({ browserName: _ }, use) => {
      const folder = await buildGallery()
      await use(folder)
      await rm(folder, { recursive: true })
    },
    { scope: 'worker' },
  ],
  gallery: async ({ page, galleryFolder }, use) => use(await GalleryPage.open(page, galleryFolder)),
})
