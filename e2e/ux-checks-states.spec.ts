import type { Page } from '@playwright/test'
import axe from 'axe-core'
import type { Language } from '@foyer/shared/protocol/languages'
import { expect, test, type GalleryPage } from './gallery-page.ts'
import { expect as soon, test as journey } from './fixtures.ts'
import { cramped, cutOff, faint, moving, outOfReach, reordered, unseen } from './state-measures.ts'

/* Checks that every state of the page has to pass, numbered as the list they come from (ux.md §5b). */

const GROUPS = ['start', 'conversation', 'content', 'form', 'files', 'trouble', 'ending', 'overlay']
/** One with the longest words, one from right to left. */
const LANGUAGES: readonly Language[] = ['de', 'ar']
/** A look at the page: the theme of the system, or its forced colours. */
const LOOKS = {
  light: { colorScheme: 'light', forcedColors: 'none' },
  dark: { colorScheme: 'dark', forcedColors: 'none' },
  forced: { colorScheme: 'light', forcedColors: 'active' },
} as const

/** What axe asks of the look alone; the rest it asks of the document, which is the same in every look. */
const OF_THE_LOOK = { runOnly: ['color-contrast', 'link-in-text-block'] }

const PHONE = { width: 360, height: 720 }
/** The second is 1280 by 1024 at 400 %. */
const NARROW = { '320 px': { width: 320, height: 640 }, '400 %': { width: 320, height: 256 } }

/** WCAG 2.2, 1.4.12. */
const TEXT_SPACING = `
  * { line-height: 1.5 !important; letter-spacing: 0.12em !important; word-spacing: 0.16em !important; }
  p { margin-block-end: 2em !important; }
`

test.describe.configure({ timeout: 300_000 })
// A thousand states are shown: a trace would weigh more than they do. What is wrong is told in words.
test.use({ viewport: PHONE, contextOptions: { reducedMotion: 'reduce' }, trace: 'off' })

/** What is wrong in which state; nothing is what is hoped for. */
type Found = Record<string, readonly string[]>

const statesOf = async (gallery: GalleryPage, group: string) =>
  (await gallery.names()).filter((name) => name.startsWith(`${group}/`))

function note(found: Found, name: string, wrong: readonly string[]) {
  if (wrong.length > 0) found[name] = wrong
}

/** Once what follows from the size of the page, as by an observer, has followed. */
async function measure(page: Page, ...measures: readonly (() => string[])[]): Promise<string[]> {
  await page.evaluate(() => new Promise((drawn) => requestAnimationFrame(() => setTimeout(drawn))))
  const wrong: string[] = []
  for (const one of measures) wrong.push(...(await page.evaluate(one)))
  return wrong
}

const runAxe = (page: Page, options: axe.RunOptions = {}): Promise<string[]> =>
  page.evaluate(async (options) => {
    const { violations } = await (window as unknown as { axe: typeof axe }).axe.run({
      ...options,
      resultTypes: ['violations'],
    })
    return violations.flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html.slice(0, 160)}`))
  }, options)

test('every state is in a group that is looked at', async ({ gallery }) => {
  const names = await gallery.names()
  expect(names.length).toBeGreaterThan(80)
  expect(names.filter((name) => !GROUPS.includes(name.split('/')[0] ?? ''))).toEqual([])
})

for (const group of GROUPS) {
  test(`18. ${group}: axe finds nothing, in light, dark and forced colours, from left and from right`, async ({
    gallery,
    page,
  }) => {
    await page.addScriptTag({ content: axe.source })
    const found: Found = {}
    for (const name of await statesOf(gallery, group)) {
      for (const language of LANGUAGES) {
        await gallery.show(name, language)
        for (const [look, media] of Object.entries(LOOKS)) {
          await page.emulateMedia(media)
          note(found, `${name} ${language} ${look}`, await runAxe(page, look === 'light' ? {} : OF_THE_LOOK))
        }
      }
    }
    expect(found).toEqual({})
  })

  test(`7. and 9. ${group}: at 320 pixels, and with wider text, nothing is cut off or out of reach`, async ({
    gallery,
    page,
  }) => {
    const found: Found = {}
    for (const name of await statesOf(gallery, group)) {
      for (const language of LANGUAGES) {
        await page.setViewportSize(PHONE)
        await gallery.show(name, language)
        for (const [size, viewport] of Object.entries(NARROW)) {
          await page.setViewportSize(viewport)
          note(found, `${name} ${language} ${size}`, await measure(page, cutOff, outOfReach))
        }
        await page.setViewportSize(PHONE)
        const widened = await page.addStyleTag({ content: TEXT_SPACING })
        note(found, `${name} ${language} spaced`, await measure(page, cutOff, outOfReach))
        await widened.evaluate((style) => (style as Element).remove())
      }
    }
    expect(found).toEqual({})
  })

  test(`20., 28., 29. and 31. ${group}: room to press, stillness, edges, and the order of the document`, async ({
    gallery,
    page,
  }) => {
    const found: Found = {}
    for (const name of await statesOf(gallery, group)) {
      await page.emulateMedia(LOOKS.light)
      await gallery.show(name)
      expect(await page.title(), name).not.toBe('')
      note(found, name, await measure(page, cramped, moving, reordered))
      await page.emulateMedia(LOOKS.forced)
      note(found, `${name} forced`, await measure(page, unseen))
    }
    expect(found).toEqual({})
  })
}

/** Yellow, white, black, a grey that is neither, red, and two that organisations have. */
const COLOURS = ['#ffe000', '#ffffff', '#000000', '#808080', '#ff0000', '#00a86b', '#f7a8b8']
/** Where the colour is: behind words, in words, around fields, in what is ticked. */
const COLOURED = [
  ...['start/pre-chat', 'conversation/markdown', 'content/quick-replies', 'content/card-answered'],
  ...['content/list-multiple', 'form/choices', 'files/file', 'trouble/failed', 'overlay/menu', 'conversation/unread'],
]

for (const look of ['light', 'dark'] as const) {
  test(`19. ${look}: whatever the organisation's colour, words have 4.5 to 1 and marks 3 to 1`, async ({
    gallery,
    page,
  }) => {
    await page.addScriptTag({ content: axe.source })
    await page.emulateMedia(LOOKS[look])
    const found: Found = {}
    for (const colour of COLOURS) {
      for (const name of COLOURED) {
        await gallery.show(name, 'en', colour)
        const unreadable = await runAxe(page, { runOnly: ['color-contrast'] })
        note(found, `${name} ${colour}`, [...unreadable, ...(await measure(page, faint))])
      }
    }
    expect(found).toEqual({})
  })
}

test('28. what is still for those who asked for it moves for others', async ({ gallery, page }) => {
  await page.emulateMedia({ reducedMotion: 'no-preference' })
  await gallery.show('conversation/typing')
  expect(await measure(page, moving)).not.toEqual([])
})

journey('31. the page has a title and a language; the gallery is not served', async ({ chat, foyer, request }) => {
  await soon(chat.page).toHaveTitle('Chat')
  await soon(chat.page.locator('html')).toHaveAttribute('lang', /^[a-z]{2}/)
  soon((await request.get(`${foyer.url}/gallery.html`)).status()).toBe(404)
})
