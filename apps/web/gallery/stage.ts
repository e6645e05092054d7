import { FakeClock } from '../src/api/fake-clock.ts'
import { FakeNetwork } from '../src/api/fake-network.ts'
import { createPageState, type PageState } from '../src/state/context.ts'
import { localeOf } from '../src/text/locale.ts'
import { words } from '../src/text/conversation-words.ts'
import { at } from './samples/history.ts'
import { StagedBff, type World } from './staged-bff.ts'
import { stageUploads, type UploadCourses } from './staged-upload.ts'

/** One state of the page: what it finds, and what happens then. */
export interface GalleryState {
  /** In words, for the index. */
  title: string
  world?: Partial<World>
  uploads?: UploadCourses
  /** What the tab's storage holds of before, by its name there. */
  stored?: Readonly<Record<string, unknown>>
  /** The browser keeps nothing for this page. */
  isStorageBlocked?: boolean
  /** What the guest, the network and the other side do, by the page's own controls. */
  act?(stage: Stage): unknown
  /** A selector of what can be seen only in this state. */
  shows: string
}

const NOW_MINUTE = 12
const PATIENCE_MS = 10_000
const FRAME_MS = 16

/** The page with everything about it handed in: the clock stands still, the network and the BFF do as they are told. */
export class Stage {
  readonly clock = new FakeClock(Date.parse(at(NOW_MINUTE)))
  readonly network = new FakeNetwork()
  readonly bff: StagedBff
  readonly page: PageState

  constructor({ world, uploads = {} }: GalleryState) {
    this.bff = new StagedBff({
      ...{ hasSession: (world?.events?.length ?? 0) > 0, hasEarlier: false, events: [] },
      ...{ conversation: {}, config: {}, forms: {}, answers: {} },
      ...world,
    })
    stageUploads(uploads)
    this.page = createPageState({
      ...{ clock: this.clock, network: this.network, fetch: this.bff.fetch },
      loadConversation: () => import('../src/conversation-part.ts'),
      locale: localeOf(words.language),
      tabs: undefined,
    })
  }

  /** The first that matches and can be seen, once there is one. */
  async find(selector: string): Promise<HTMLElement> {
    const untilMs = performance.now() + PATIENCE_MS
    while (performance.now() < untilMs) {
      const found = [...document.querySelectorAll<HTMLElement>(selector)].find((one) => one.checkVisibility())
      if (found) return found
      await new Promise((resolve) => setTimeout(resolve, FRAME_MS))
    }
    throw new Error(`never seen: ${selector}`)
  }

  async press(selector: string): Promise<void> {
    const button = await this.find(selector)
    button.focus()
    button.click()
  }

  async fill(selector: string, text: string): Promise<void> {
    const field = (await this.find(selector)) as HTMLInputElement | HTMLTextAreaElement
    field.focus()
    field.value = text
    field.dispatchEvent(new InputEvent('input', { bubbles: true }))
  }

  async send(text: string): Promise<void> {
    await this.fill('.composer textarea', text)
    await this.press('.composer > button:not(:disabled)')
  }

  /** The conversation is there, and its stream is heard. */
  async conversation() {
    await this.find('.scroller[role="log"]')
    await this.clock.pass(0)
    const { conversation } = this.page.session
    if (!conversation) throw new Error('there is no conversation')
    return conversation
  }
}
