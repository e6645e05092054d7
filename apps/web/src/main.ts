import { hydrate, mount } from 'svelte'
import { backOffMs } from './api/back-off.ts'
import { systemClock } from './api/clock.ts'
import { browserTabs } from './api/tabs.ts'
import App from './App.svelte'
import { createPageState, type PageState } from './state/context.ts'
import { englishTitle } from './text/en.ts'
import { localeOf } from './text/locale.ts'
import { speak, words } from './text/words.ts'

const target = document.querySelector('#app') as Element // It is in index.html.
const { documentElement: html } = document
const spoken = speak(html.lang)
const conversationPart = loadConversationPart()
void start()

async function start() {
  await spoken
  // The document was usable before this script: what was typed meanwhile stays, and so does the focus.
  const field = target.querySelector('textarea')
  const isFocused = field !== null && field === document.activeElement
  const isWanted = isFocused || !!field?.value
  if (html.lang !== words.language) speakEnglish()

  const page = createPageState({
    loadConversation: () => conversationPart,
    locale: localeOf(words.language),
    tabs: browserTabs(),
  })
  if (field?.value) page.draft.write(field.value)
  page.draft.restore()
  const draw = target.firstElementChild ? hydrate : mount
  draw(App, { target, props: { page, loadViews: () => conversationPart } })

  page.connection.start()
  void page.session.resume()
  void showSettings(page)
  void page.forms.load()
  if (isWanted) void page.session.start()
  if (isFocused) goOnWriting(field)
}

/** The words of the document's language did not come: what it says is drawn anew. */
function speakEnglish() {
  document.title = englishTitle
  html.lang = words.language
  html.dir = 'ltr'
  target.replaceChildren()
}

/** Who was writing in what is drawn anew writes on where they were. */
function goOnWriting({ isConnected, selectionStart, selectionEnd }: HTMLTextAreaElement) {
  const drawn = target.querySelector('textarea')
  if (isConnected || !drawn) return
  drawn.focus()
  drawn.setSelectionRange(selectionStart, selectionEnd)
}

/** The organisation's own look comes when everything the guest needs is there. */
async function showSettings({ settings }: PageState) {
  const { showAccent } = await conversationPart
  const { primaryColor } = (await settings.load())?.theme ?? {}
  if (primaryColor) showAccent(primaryColor)
}

async function loadConversationPart(attempt = 0): ReturnType<typeof importConversationPart> {
  try {
    const part = await importConversationPart()
    await spoken
    part.speakOn()
    return part
  } catch {
    await systemClock.sleep(backOffMs(attempt)) // The line dropped between two files.
    return loadConversationPart(attempt + 1)
  }
}

function importConversationPart() {
  return import('./conversation-part.ts')
}
