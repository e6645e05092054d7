import { createContext } from 'svelte'
import { createClient } from '../api/client.ts'
import { systemClock, type Clock } from '../api/clock.ts'
import { browserNetwork } from '../api/browser-network.ts'
import type { Network } from '../api/network.ts'
import type { Tabs } from '../api/tabs.ts'
import { ChatForms } from './chat-forms.svelte.ts'
import { Connection } from './connection.svelte.ts'
import { Draft } from './draft.svelte.ts'
import { Outbox } from './outbox.svelte.ts'
import { createSessionHint } from './session-hint.ts'
import { GuestSession, type SessionOptions } from './session.svelte.ts'
import { Settings } from './settings.svelte.ts'
import { createTabStorage, type TabStorage } from './tab-storage.ts'

export interface PageState {
  session: GuestSession
  outbox: Outbox
  draft: Draft
  connection: Connection
  settings: Settings
  forms: ChatForms
  storage: TabStorage
  tabs: Tabs | undefined
}

export const [usePageState, providePageState] = createContext<PageState>()

interface PageStateOptions extends Pick<SessionOptions, 'loadConversation' | 'locale' | 'tabs'> {
  /** What the page stands on, where it is not the browser itself. */
  clock?: Clock
  network?: Network
  fetch?: typeof globalThis.fetch
}

/** All state of the page. Touches nothing of the browser before it is asked to: the build draws the page with it too. */
export function createPageState({
  loadConversation,
  locale,
  tabs,
  clock = systemClock,
  network = browserNetwork,
  fetch,
}: PageStateOptions): PageState {
  const storage = createTabStorage(() => sessionStorage)
  const connection = new Connection(clock, network)
  const client = createClient(locale, fetch, (answer) => connection.expect(answer))
  const draft = new Draft(storage)
  const settings = new Settings(client.readConfig)
  const forms = new ChatForms(client.readForms)
  const outbox: Outbox = new Outbox({
    send: client.sendMessage,
    clock,
    network,
    storage,
    onClosed: (error) => session.close(error),
    onWaiting(retryAtMs, isTooMuch) {
      connection.pause(isTooMuch ? retryAtMs : undefined)
      if (retryAtMs && !isTooMuch) connection.down('request', retryAtMs)
      else connection.up('request')
    },
  })
  const session = new GuestSession({
    ...{ client, clock, network, connection, draft, outbox, settings, forms, locale, loadConversation },
    hint: createSessionHint(() => localStorage),
    tabs,
  })
  return { session, outbox, draft, connection, settings, forms, storage, tabs }
}
