import { describe, expect, test } from 'vitest'
import { FakeBrowser } from '../api/fake-tabs.ts'
import type { Tabs } from '../api/tabs.ts'
import type { LoggedEvent } from '@foyer/shared/protocol/event'
import { applyEvents } from '../timeline/apply-event.ts'
import { guest, mia, said } from '../timeline/timeline-samples.ts'
import { emptyTimeline, type Entry, type Timeline } from '../timeline/timeline.ts'
import { Attention, type Seen } from './attention.svelte.ts'
import type { NoticePermission } from './desktop-notice.ts'
import { GuestPreferences, type Preferences } from './preferences.svelte.ts'
import type { SharedValue } from './shared-value.ts'

/** A value and the tabs that share it. */
function createShared<T>(): { open(): SharedValue<T> } {
  let value: T | undefined
  const listeners = new Map<object, () => void>()
  return {
    open() {
      const me = {}
      return {
        read: () => value,
        write(next) {
          value = next
          for (const [other, listener] of listeners) if (other !== me) listener()
        },
        subscribe(listener) {
          listeners.set(me, listener)
          return () => listeners.delete(me)
        },
      }
    },
  }
}

function createWorld() {
  const browser = new FakeBrowser()
  const seen = createShared<Seen>()
  const chosen = createShared<Preferences>()
  const heard: string[] = []

  function openTab(
    name: string,
    {
      history = [] as LoggedEvent[],
      tabs = browser.open() as Tabs | undefined,
      isReady = true,
      permission = 'granted' as NoticePermission,
    } = {},
  ) {
    const conversation = {
      conversationId: 'c-1',
      isLoading: false,
      timeline: applyEvents(emptyTimeline, history) as Timeline,
    }
    const focus = { isLooking: false, listener: () => {} }
    const attention = new Attention({
      conversation,
      pageFocus: {
        get isLooking() {
          return focus.isLooking
        },
        subscribe: (listener) => ((focus.listener = listener), () => {}),
      },
      tabs,
      seen: seen.open(),
      preferences: new GuestPreferences(chosen.open()),
      chime: { isReady, play: () => heard.push(`${name} sound`) },
      desktopNotice: {
        permission,
        ask: () => Promise.resolve('granted'),
        show: ({ title }) => heard.push(`${name} ${title}`),
        withdraw: () => {},
      },
      describe: ({ from }) => ({ title: from.name ?? '', body: '' }),
    })
    attention.follow()
    const look = (isLooking: boolean) => {
      focus.isLooking = isLooking
      focus.listener()
    }
    const receive = async (...events: LoggedEvent[]) => {
      conversation.timeline = applyEvents(conversation.timeline, events)
      const arrivals = conversation.timeline.entries.filter(
        (entry: Entry) =>
          events.some(({ seq }) => seq === entry.seq) && (entry.type !== 'message' || entry.from !== guest),
      )
      attention.look()
      await attention.arrived(arrivals)
    }
    return { attention, look, receive }
  }
  return { openTab, heard, prefer: (preferences: Preferences) => chosen.open().write(preferences) }
}

describe('unread', () => {
  test('counts what others said while the guest was elsewhere, until they look', async () => {
    const { look, receive, attention } = createWorld().openTab('a')
    look(true)
    await receive(said(1, mia, 'seen'))
    look(false)
    await receive(said(2, guest, 'own'), said(3, mia, 'one'), said(4, mia, 'two'))
    expect(attention.unread).toBe(2)
    look(true)
    expect(attention.unread).toBe(0)
  })

  test('what was there when the page was loaded is not unread', async () => {
    const { receive, attention } = createWorld().openTab('a', { history: [said(1, mia, 'old')] })
    expect(attention.unread).toBe(0)
    await receive(said(2, mia, 'new'))
    expect(attention.unread).toBe(1)
  })

  test('what is read in one tab is read in all', async () => {
    const { openTab } = createWorld()
    const [one, two] = [openTab('a'), openTab('b')]
    for (const tab of [one, two]) await tab.receive(said(1, mia, 'first'))
    expect([one.attention.unread, two.attention.unread]).toEqual([1, 1])
    two.look(true)
    expect([one.attention.unread, two.attention.unread]).toEqual([0, 0])
  })
})

describe('sound and notification', () => {
  const both = { sound: true, notifications: true }

  test('come from one tab of several, once for each message', async () => {
    const { openTab, heard, prefer } = createWorld()
    prefer(both)
    const tabs = ['a', 'b', 'c'].map((name) => openTab(name))
    await Promise.all(tabs.map((tab) => tab.receive(said(1, mia, 'one'))))
    expect(heard.toSorted()).toEqual(['a Mia', 'a sound'])
    await Promise.all(tabs.map((tab) => tab.receive(said(2, mia, 'two'))))
    expect(heard).toHaveLength(4)
  })

  test('come from no tab while the guest looks at one', async () => {
    const { openTab, heard, prefer } = createWorld()
    prefer(both)
    const [one, two] = [openTab('a'), openTab('b')]
    two.look(true)
    await one.receive(said(1, mia, 'one'))
    expect(heard).toEqual([])
    two.look(false)
    await one.receive(said(2, mia, 'two'))
    expect(heard).toEqual(['a sound', 'a Mia'])
  })

  test('the sound comes from a tab that may sound', async () => {
    const { openTab, heard } = createWorld()
    const [silent, touched] = [openTab('a', { isReady: false }), openTab('b')]
    await silent.receive(said(1, mia, 'one'))
    await touched.receive(said(1, mia, 'one'))
    expect(heard).toEqual(['b sound'])
  })

  test('there are none unless the guest wants them and the browser allows them', async () => {
    const { openTab, heard, prefer } = createWorld()
    await openTab('a').receive(said(1, mia, 'one'))
    expect(heard).toEqual(['a sound'])
    prefer({ sound: false, notifications: true })
    await openTab('b', { permission: 'denied' }).receive(said(2, mia, 'two'))
    expect(heard).toEqual(['a sound'])
  })

  test("the guest's own messages are silent", async () => {
    const { openTab, heard } = createWorld()
    await openTab('a').receive(said(1, guest, 'own'))
    expect(heard).toEqual([])
  })
})
