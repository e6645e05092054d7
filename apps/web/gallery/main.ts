import { directionOf, toLanguage, type Language } from '@foyer/shared/protocol/languages'
import { mount } from 'svelte'
import { speakOn } from '../src/text/conversation-words.ts'
import { speak } from '../src/text/words.ts'
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
  /** Resolves once the state is drawn. */
  async show(name: string, language: Language = 'en', primaryColor?: string): Promise<void> {
    const state = states[name]
    if (!state) throw new Error(`there is no state ${name}`)
    await speak(language)
    speakOn()
    Object.assign(document.documentElement, { lang: language, dir: directionOf(language) })
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
if (name) await page.show(name, toLanguage(query.get('lang') ?? 'en'), query.get('color') ?? undefined)
else if (!query.has('bare')) mount(Index, { target: document.body, props: { states } })
