import { browserPageFocus } from '../api/page-focus.ts'
import type { Tabs } from '../api/tabs.ts'
import { Attention, Seen, type AttentionOptions } from './attention.svelte.ts'
import { startChime } from './chime.ts'
import { createDesktopNotice } from './desktop-notice.ts'
import { GuestPreferences, Preferences } from './preferences.svelte.ts'
import { createSharedValue } from './shared-value.ts'

export type Attending = ReturnType<typeof startAttending>

/** Everything that tells a guest who is elsewhere of one conversation, until `stop`. */
export function startAttending(
  tabs: Tabs | undefined,
  conversation: AttentionOptions['conversation'],
  describe: AttentionOptions['describe'],
) {
  const preferences = new GuestPreferences(createSharedValue('preferences', Preferences))
  const chime = startChime()
  const desktopNotice = createDesktopNotice()
  const seen = createSharedValue('seen', Seen)
  const attention = new Attention({
    ...{ conversation, tabs, seen, preferences, chime, desktopNotice, describe },
    pageFocus: browserPageFocus,
  })
  const stops = [attention.follow(), preferences.follow(), () => chime.stop(), () => desktopNotice.withdraw()]
  return {
    attention,
    preferences,
    chime,
    desktopNotice,
    stop() {
      for (const stop of stops) stop()
    },
  }
}
