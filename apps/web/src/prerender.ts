import { render } from 'svelte/server'
import App from './App.svelte'
import { createPageState } from './state/context.ts'

/** The page as it is before anything is known: what the document shows until its script runs. */
export function drawPage(): string {
  const loadViews = () => Promise.reject(new Error('the document has no conversation'))
  const page = createPageState({ loadConversation: loadViews, locale: undefined, tabs: undefined })
  return render(App, { props: { page, loadViews } }).body
}
