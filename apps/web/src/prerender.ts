import type { Language } from '@foyer/shared/protocol/languages'
import { render } from 'svelte/server'
import App from './App.svelte'
import { createPageState } from './state/context.ts'
import { speak } from './text/words.ts'

/** The page as it is before anything is known: what the document shows until its script runs. */
export async function drawPage(language: Language): Promise<string> {
  await speak(language)
  const loadViews = () => Promise.reject(new Error('the document has no conversation'))
  const page = createPageState({ loadConversation: loadViews, locale: language, tabs: undefined })
  return render(App, { props: { page, loadViews } }).body
}
