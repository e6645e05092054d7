import { mount } from 'svelte'
import Index from './Index.svelte'
import { showState } from './show-state.ts'
import { showTheme } from './show-theme.ts'
import { states } from './states/states.ts'
import type { GalleryState } from './stage.ts'

declare global {
  var gallery: typeof page
}

/** What a program that looks at the states drives them by. */
const page = {
  names: Object.keys(states),
  /** `dir`: which way the page is read. Resolves once the state is drawn. */
  async show(name: string, dir: 'ltr' | 'rtl' = 'ltr', primaryColor?: string): Promise<void> {
    const state = states[name]
    if (!state) throw new Error(`there is no state ${name}`)
    document.documentElement.dir = dir
    await showState(primaryColor ? inColour(state, primaryColor) : state)
    document.documentElement.dataset['shown'] = name
  },
}
globalThis.gallery = page

function inColour(state: GalleryState, primaryColor: string): GalleryState {
  const config = { ...state.world?.config, theme: { primaryColor } }
  return { ...state, world: { ...state.world, config } }
}

const query = new URLSearchParams(location.search)
const name = query.get('state')
const theme = query.get('theme')
if (theme === 'light' || theme === 'dark') showTheme(theme)
if (name) await page.show(name, query.get('dir') === 'rtl' ? 'rtl' : 'ltr', query.get('color') ?? undefined)
else if (!query.has('bare')) mount(Index, { target: document.body, props: { states } })
