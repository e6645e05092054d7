import { hydrate, mount } from 'svelte'
import { backOffMs } from './api/back-off.ts'
import { systemClock } from './api/clock.ts'
import { browserTabs } from './api/tabs.ts'
import App from './App.svelte'
import { createPageState } from './state/context.ts'

const LANGUAGE_TAG = /^[A-Za-z]{2,3}(-[A-Za-z0-9]{1,8})*$/

const target = document.querySelector('#app') as Element // It is in index.html.
const field = target.querySelector('textarea')
const conversationPart = loadConversationPart()
const page = createPageState({
  loadConversation: () => conversationPart,
  locale: navigator.languages.find((tag) => LANGUAGE_TAG.test(tag)),
  tabs: browserTabs(),
})

// The document was usable before this script: what was typed meanwhile stays, and so does the focus.
if (field?.value) page.draft.write(field.value)
page.draft.restore()
const start = target.firstElementChild ? hydrate : mount
start(App, { target, props: { page, loadViews: () => conversationPart } })

page.connection.start()
void page.session.resume()
void showSettings()
void page.forms.load()
if (field && (field === document.activeElement || field.value)) void page.session.start()

/** The organisation's own look comes when everything the guest needs is there. */
async function showSettings() {
  const { showAccent } = await conversationPart
  const { primaryColor } = (await page.settings.load())?.theme ?? {}
  if (primaryColor) showAccent(primaryColor)
}

async function loadConversationPart(attempt = 0): ReturnType<typeof importConversationPart> {
  try {
    return await importConversationPart()
  } catch {
    await systemClock.sleep(backOffMs(attempt)) // The line dropped between two files.
    return loadConversationPart(attempt + 1)
  }
}

function importConversationPart() {
  return import('./conversation-part.ts')
}
