import { mount, unmount } from 'svelte'
import App from '../src/App.svelte'
import * as conversationPart from '../src/conversation-part.ts'
import { Stage, type GalleryState } from './stage.ts'

const target = document.querySelector('#app') as Element // It is in gallery.html.
const setItem = Storage.prototype.setItem
const title = document.title
let close = async () => {}

/** Shows the state in place of what was shown; resolves once all of it is drawn. Throws what it never came to show. */
export async function showState(state: GalleryState): Promise<void> {
  await close()
  prepareStorage(state)
  const stage = new Stage(state)
  const { page } = stage
  page.draft.restore()
  const app = mount(App, { target, props: { page, loadViews: () => Promise.resolve(conversationPart) } })
  close = async () => {
    page.session.conversation?.close()
    await unmount(app)
  }
  page.connection.start()
  void page.forms.load()
  await page.session.resume()
  const { primaryColor } = (await page.settings.load())?.theme ?? {}
  if (primaryColor) conversationPart.showAccent(primaryColor)
  await state.act?.(stage)
  await stage.find(state.shows)
  await drawn()
}

/** As a visit of before left it. */
function prepareStorage({ stored = {}, world, isStorageBlocked = false }: GalleryState) {
  Storage.prototype.setItem = setItem
  document.title = title
  sessionStorage.clear()
  localStorage.clear()
  for (const [name, value] of Object.entries(stored)) sessionStorage.setItem(`foyer.${name}`, JSON.stringify(value))
  if (world?.hasSession ?? world?.events) localStorage.setItem('foyer.session', '1')
  if (isStorageBlocked) Storage.prototype.setItem = () => fail()
}

const fail = (): never => {
  throw new DOMException('The operation is insecure.', 'SecurityError')
}

/** Pictures are decoded, what fades in has done so, and a run out of sight has been measured. */
async function drawn() {
  await Promise.all([...document.images].map((image) => image.decode().catch(() => undefined)))
  for (let frame = 0; frame < 3; frame++) await new Promise(requestAnimationFrame)
  const fading = document.getAnimations().filter(({ effect }) => effect?.getComputedTiming().endTime !== Infinity)
  await Promise.all(fading.map(({ finished }) => finished.catch(() => undefined)))
}
