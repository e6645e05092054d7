import { setTimeout as delay } from 'node:timers/promises'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { eventually } from './support/eventually.ts'
import { Guest, textsOf } from './support/guest.ts'
import { memoryHeld } from './support/memory.ts'
import { scrape, total } from './support/prometheus.ts'
import { startBoth } from './support/start-foyer.ts'
import { openTab } from './support/tab.ts'

/** Lives long enough for a test, and is tidied up every other second. */
const SOON_TIDIED = { idleMs: 20_000, absoluteMs: 43_200_000 }
/** For how long a conversation that nobody looks at is kept open upstream (open-conversation.ts). */
const LINGER_MS = 30_000

type Both = Awaited<ReturnType<typeof startBoth>>

/** A conversation with an agent in it. */
async function startTalk({ simulator, foyer }: Both) {
  const idsOf = async () => (await simulator.control.state()).conversations.map(({ id }) => id)
  const others = await idsOf()
  const guest = await new Guest(foyer.url).arrive()
  const id = (await idsOf()).find((one) => !others.includes(one)) ?? ''
  await simulator.control.joinAgent(id, 'Noor')
  return { guest, say: (text: string) => simulator.control.sendAgentMessage(id, text) }
}

const idsIn = (text: string) => [...text.matchAll(/^id: (\d+)$/gm)].map(([, id]) => Number(id))
const typesIn = (text: string) => [...text.matchAll(/^event: (\w+)$/gm)].map(([, type]) => type)
const gauge = (text: string, name: string) => Number(new RegExp(`^${name} (\\S+)$`, 'm').exec(text)?.[1])

describe('resuming', () => {
  test('twelve messages during six reconnects: each once, under one id', async () => {
    const both = await startBoth()
    const { guest, say } = await startTalk(both)
    const texts = Array.from({ length: 12 }, (_, index) => `answer ${index}`)
    const speaking = (async () => {
      for (const text of texts) await say(text).then(() => delay(40))
    })()
    const seen: number[] = []
    let received = ''
    for (let reconnect = 0; reconnect <= 6; reconnect++) {
      const tab = await openTab(both.foyer.url, guest, `?after=${seen.at(-1) ?? 0}`)
      if (reconnect < 6) await delay(130)
      else await eventually('all arrived', () => (received + tab.text()).includes('"answer 11"'))
      tab.leave()
      const whole = tab.text().slice(0, tab.text().lastIndexOf('\n\n') + 2)
      received += whole
      seen.push(...idsIn(whole))
    }
    expect(seen).toEqual(seen.map((_, index) => index + 1))
    await speaking
    for (const text of texts) expect(received.split(`"${text}"`)).toHaveLength(2)
  })

  test('after what retention trimmed: a reset first, and with the history read anew nothing is missed or doubled', async () => {
    const retention = { maxAgeMs: 86_400_000, maxEvents: 2 }
    const both = await startBoth({}, { retention, lifetimes: SOON_TIDIED })
    const { guest, say } = await startTalk(both)
    guest.follow()
    for (const text of ['one', 'two', 'three', 'four']) await say(text)
    const kept = await eventually('it is trimmed', async () => {
      const events = await guest.history()
      return textsOf(events).includes('four') && events.length <= 2 && events
    })
    const lastSeq = kept.at(-1)?.seq ?? 0
    const resuming = await openTab(both.foyer.url, guest, '', { 'Last-Event-ID': '1' })
    const opening = await openTab(both.foyer.url, guest, '?after=1')
    const current = await openTab(both.foyer.url, guest, `?after=${lastSeq}`)
    await say('five')
    for (const tab of [resuming, opening, current]) {
      await eventually('it follows', () => tab.text().includes('"five"'))
      expect(idsIn(tab.text()).every((id) => id > lastSeq)).toBe(true)
      expect(tab.text()).not.toMatch(/"(one|two|three|four)"/)
    }
    // Before it comes only whether the line is up, which is nothing of the log.
    expect(typesIn(resuming.text()).slice(0, 2)).toEqual(['connection', 'reset'])
    expect(typesIn(opening.text()).slice(0, 2)).toEqual(['connection', 'reset'])
    expect(typesIn(current.text())).not.toContain('reset')
  })

  test('after what never was, or what is of another conversation: a reset, then what comes', async () => {
    const both = await startBoth()
    const other = await startTalk(both)
    const events = other.guest.follow()
    for (let told = 0; told < 5; told++) await other.say('MARKER')
    await eventually('all is told', () => textsOf(events).length === 5)
    const foreign = (await other.guest.history()).at(-1)?.seq
    const { guest, say } = await startTalk(both)
    for (const after of [999_999, foreign]) {
      const tab = await openTab(both.foyer.url, guest, `?after=${after}`)
      await eventually('reset', () => typesIn(tab.text()).includes('reset'))
      await say(`after ${after}`)
      await eventually('it comes', () => tab.text().includes(`"after ${after}"`))
      expect(typesIn(tab.text()).slice(0, 2)).toEqual(['connection', 'reset'])
      expect(tab.text()).not.toContain('MARKER')
    }
  })

  const IDS = [
    ...['-1', '0', '1', '999999999999999', `${10n ** 30n}`, 'NaN', 'Infinity', '1e3', '1.5', '0x10', '+1', ' ', '١'],
    ...["1' OR '1'='1", '1; DROP TABLE events', '(1', '-', '+', '$', '>', '*', '../1', '%00', 'null', '9'.repeat(4096)],
  ]
  test('any Last-Event-ID is safe: 200 or 400, and nothing of another session', async () => {
    const both = await startBoth()
    const other = await startTalk(both)
    const foreignEvents = other.guest.follow()
    let markers = 0
    const sayMarker = async () => {
      await other.say('MARKER-of-another-session')
      markers++
      await eventually('its own session has it', () => textsOf(foreignEvents).length === markers)
    }
    await sayMarker()
    const { guest, say } = await startTalk(both)
    for (const id of IDS) {
      const headers = /^[\x20-\x7e]*$/.test(id) ? { 'Last-Event-ID': id } : {}
      for (const tab of [
        await openTab(both.foyer.url, guest, '', headers),
        await openTab(both.foyer.url, guest, `?after=${encodeURIComponent(id)}`),
      ]) {
        expect([200, 400], id).toContain(tab.status)
        if (tab.status === 400) {
          await eventually('the reason', () => tab.text().includes('"invalid-request"'))
        } else {
          const own = `own ${markers}`
          await sayMarker()
          await say(own)
          await eventually(`${id}: it follows its own conversation`, () => tab.text().includes(`"${own}"`))
        }
        expect(tab.text()).not.toContain('MARKER')
        tab.leave()
      }
    }
    const foreign = await guest.request('GET', `${other.guest.path}/events`)
    expect([foreign.status, await foreign.text()]).toEqual([404, expect.not.stringContaining('MARKER') as string])
  })
})

describe('many streams', () => {
  test('forty of one session: sixteen are held, the rest are told when to come again', async () => {
    const both = await startBoth()
    const { guest, say } = await startTalk(both)
    const tabs = await Promise.all(Array.from({ length: 40 }, () => openTab(both.foyer.url, guest)))
    expect(tabs.filter(({ status }) => status === 200)).toHaveLength(16)
    for (const { status, incoming } of tabs.filter(({ status }) => status !== 200)) {
      expect(status).toBe(429)
      expect(Number(incoming.headers['retry-after'])).toBeGreaterThanOrEqual(5)
    }
    await say('to all')
    const open = tabs.filter(({ status }) => status === 200)
    await eventually('all have it', () => open.every((tab) => tab.text().includes('to all')))
  })

  test('have their first byte at once, and end by themselves without a loss', async () => {
    const both = await startBoth({}, { streams: { lifeMs: 2_000 } })
    const { guest, say } = await startTalk(both)
    const openedAtMs = performance.now()
    const tab = await openTab(both.foyer.url, guest)
    await eventually('the first byte', () => tab.text().startsWith(': open\n\n'))
    expect(performance.now() - openedAtMs).toBeLessThan(1_000)

    const events = guest.follow()
    const texts = Array.from({ length: 40 }, (_, index) => `answer ${index}`)
    for (const text of texts) await say(text).then(() => delay(100))
    await eventually('all arrived', () => textsOf(events).length >= texts.length)
    expect(textsOf(events)).toEqual(texts)
    expect(tab.ending()).toBe('clean')
    expect(await both.foyer.metrics()).toMatch(/streams_closed_total\{reason="life"\} [2-9]/)
  })

  test('a thousand opened and cut leave nothing behind', async () => {
    const both = await startBoth()
    const { guest, say } = await startTalk(both)
    const round = async () => {
      const tabs = await Promise.all(Array.from({ length: 10 }, () => openTab(both.foyer.url, guest)))
      for (const tab of tabs) tab.leave()
      await eventually('all have gone', async () => gauge(await both.foyer.metrics(), 'foyer_streams_open') === 0)
    }
    for (let warmUp = 0; warmUp < 20; warmUp++) await round()
    const before = memoryHeld().heapBytes
    for (let turn = 0; turn < 100; turn++) await round()
    const grown = memoryHeld().heapBytes - before
    expect(await both.foyer.metrics()).toMatch(/streams_closed_total\{reason="left"\} 1200/)
    expect(grown).toBeLessThan(before / 10)

    // Nobody is written to but who is there. Counts are told once a second, all at once.
    const last = await openTab(both.foyer.url, guest, '?after=999999')
    const written = async (labels = {}) => total(await scrape(both.foyer), 'foyer_stream_events_total', labels)
    await eventually('all until now is counted', async () => (await written({ kind: 'reset' })) === 1)
    const [writtenBefore, seenBefore] = [await written(), typesIn(last.text()).length]
    await say('to one')
    await eventually('it comes', () => last.text().includes('"to one"'))
    await eventually('it is counted', async () => (await written()) > writtenBefore)
    expect((await written()) - writtenBefore).toBe(typesIn(last.text()).length - seenBefore)

    // Nobody looks any more: the platform is let go of.
    const upstream = async () => total(await scrape(both.foyer), 'foyer_upstream_sessions_open')
    expect(await upstream()).toBe(1)
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    onTestFinished(() => void vi.useRealTimers())
    last.leave()
    await eventually('it has gone', async () => gauge(await both.foyer.metrics(), 'foyer_streams_open') === 0)
    await vi.advanceTimersByTimeAsync(LINGER_MS)
    await eventually('it is let go of', async () => (await upstream()) === 0)
  }, 60_000)
})
